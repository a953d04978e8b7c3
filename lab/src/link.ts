// The state of the page in its address, after the #: read at the start and when it changes, and
// written as the state changes. What a part of the page wants in the link, it registers.
import { effect, signal } from '@preact/signals';

// null: not in the link; '': the key alone.
type Value = string | null;

interface Part {
  turn: number;
  // Takes what stands after "key="; false or an error: it makes no sense.
  read(text: string): boolean | Promise<boolean>;
  // Runs in an effect: the signals that it reads before it waits for something are followed.
  write(): Value | Promise<Value>;
}

const EVERY = 400; // milliseconds between two writes: browsers allow some 200 in 30 s
const SHOWN = 40; // characters of a part that is ignored
// Whose turn it is to be read: other parts, between the two, rely on what the first have set.
export const [FIRST, LAST] = [0, 2];
const parts = new Map<string, Part>();
const inTurn = () => [...parts].sort(([, p], [, q]) => p.turn - q.turn);

export const ignored = signal<string[]>([]); // of the last link that was read

// Once for each part, when its file is loaded.
export function registerLink(
  key: string,
  read: Part['read'],
  write: Part['write'],
  turn = 1,
): void {
  parts.set(key, { turn, read, write });
}

const shortened = (text: string) => (text.length > SHOWN ? `${text.slice(0, SHOWN)} …` : text);

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

async function makesSense(part: Part, text: string | null): Promise<boolean> {
  try {
    return text !== null && (await part.read(text));
  } catch {
    return false;
  }
}

// Sets the state from a link such as "#mode=train&seed=3". Never an error.
export async function readLink(hash: string): Promise<void> {
  const given = new Map<string, string>();
  for (const piece of hash.replace(/^#/, '').split('&'))
    if (piece) given.set(piece.split('=', 1)[0], piece);
  const bad = [...given.keys()].filter((key) => !parts.has(key));
  for (const [key, part] of inTurn()) {
    const piece = given.get(key);
    if (piece !== undefined && !(await makesSense(part, decoded(piece.slice(key.length + 1)))))
      bad.push(key);
  }
  ignored.value = bad.map((key) => shortened(given.get(key)!));
}

// Only what would end a part is escaped: [4,3,8] stays as it is.
const escaped = (text: string) =>
  encodeURIComponent(text).replace(/%(2C|3A|3B|2F|5B|5D)/g, decodeURIComponent);

async function written(values: [string, Value | Promise<Value>][]): Promise<string> {
  const pieces: string[] = [];
  for (const [key, promise] of values) {
    const value = await promise;
    if (value !== null) pieces.push(value === '' ? key : `${key}=${escaped(value)}`);
  }
  return `#${pieces.join('&')}`;
}

const collect = () =>
  inTurn().map(([key, part]): [string, Value | Promise<Value>] => [key, part.write()]);

let values: ReturnType<typeof collect> = [];
let isPlanned = false;
let own = ''; // the link that was written last

async function write(): Promise<void> {
  isPlanned = false;
  const link = await written(values);
  if (link === own) return;
  own = link;
  history.replaceState(null, '', link);
}

// From now on the link follows the state, and the state a link that somebody types or clicks.
export function followLink(): void {
  effect(() => {
    values = collect();
    if (!isPlanned) setTimeout(write, EVERY);
    isPlanned = true;
  });
  addEventListener('hashchange', () => {
    if (location.hash !== own) readLink(location.hash);
  });
}

// Bytes as a part of a link, and back.

async function through(
  bytes: Uint8Array,
  by: CompressionStream | DecompressionStream,
  most: number,
) {
  const reader = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(by).getReader();
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  for (let size = 0; ; ) {
    const { value, done } = await reader.read();
    if (done) return new Uint8Array(await new Blob(pieces).arrayBuffer());
    size += value.length;
    if (size > most) throw new Error(`more than ${most} bytes`);
    pieces.push(value);
  }
}

export async function packed(bytes: Uint8Array): Promise<string> {
  const small = await through(
    bytes,
    new CompressionStream('deflate-raw'),
    Number.POSITIVE_INFINITY,
  );
  const text = btoa(String.fromCharCode(...small));
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

// At most `most` bytes, however well they were packed.
export async function unpacked(text: string, most: number): Promise<Uint8Array<ArrayBuffer>> {
  const plain = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  const small = Uint8Array.from(plain, (c) => c.charCodeAt(0));
  return through(small, new DecompressionStream('deflate-raw'), most);
}
