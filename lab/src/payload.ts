// What the page carries: packed bytes in script elements that no browser runs.

export const packed = (id: string): string => document.getElementById(id)!.textContent!.trim();

// Without a Blob: WebKit's workers cannot read one on a page from disk.
export async function inflate(text: string): Promise<Uint8Array<ArrayBuffer>> {
  const packed = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const stream = new Response(packed).body!.pipeThrough(new DecompressionStream('deflate-raw'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

export function unpack(id: string): Promise<Uint8Array<ArrayBuffer>> {
  const text = packed(id);
  document.getElementById(id)!.textContent = ''; // its memory may go
  return inflate(text);
}

export const asText = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
