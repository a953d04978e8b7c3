// What the page carries: packed bytes in script elements that no browser runs.

export async function unpack(id: string): Promise<Uint8Array<ArrayBuffer>> {
  const element = document.getElementById(id)!;
  const packed = Uint8Array.from(atob(element.textContent!.trim()), (c) => c.charCodeAt(0));
  element.textContent = ''; // its memory may go
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

export const asText = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

// Makes it with the first call; an element can be unpacked only once.
export function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null;
  return () => {
    made ??= make();
    return made;
  };
}
