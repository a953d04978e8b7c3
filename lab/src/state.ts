// What the page knows: one image, one step, one number that is explained. Signals, so that what
// shows them follows.
import { batch, computed, signal } from '@preact/signals';
import { networksFor, tellAbout, theAbout } from './about';
import type { Engine, Layer, Sum, Tensor } from './engine';
import { type Layout, layoutOf } from './layout';
import { type Step, stepsOf } from './steps';
import { throttle } from './throttle';

export interface Place {
  tensor: string;
  index: number;
}

export interface Images {
  pixels: Uint8Array;
  labels: Uint8Array;
}

// Where the weights shown come from.
export type Origin =
  | { kind: 'own' } // the page's
  | { kind: 'seed'; seed: number } // random
  | { kind: 'training' }
  | { kind: 'file'; name: string };

export type Mode = 'look' | 'train' | 'check' | 'break' | 'network' | 'tour';

let engine: Engine;
let held: Images;
let labNet: Uint8Array;
let basis: Uint8Array; // the model file that pixels are normalized as
let sources: Record<string, string>;
let texts: Record<string, string>; // networks by name
let chain: Layer[] = [];
let lastLoss = 0;
let stale = true; // another model: its tensors lie elsewhere
let tensors = new Map<string, Tensor>();
let layouts = new Map<string, Layout>();

export const mode = signal<Mode>('look');
export const network = signal(''); // its text
export const dark = signal(false);
export const revision = signal(0); // counts passes: numbers have changed
export const reread = signal(0); // the same for text, less often while training
export const image = signal(0); // of the held-out ones; -1: drawn
export const pixels = signal(new Uint8Array());
export const label = signal(0);
export const loss = signal(0);
export const step = signal(0);
export const steps = signal<Step[]>([]);
export const walked = signal(false); // until the first step all layers are shown
export const selected = signal<Place>({ tensor: 'input', index: 0 });
export const hovered = signal<Place | null>(null);
export const past = signal<Place[]>([]);
export const origin = signal<Origin>({ kind: 'own' });
export const trained = computed(() => origin.value.kind === 'training');
export const notice = signal('');
export const told = signal(false); // the true digit of the drawing

export const theEngine = () => engine;
export const layers = () => chain;
export const source = (page: string): string => sources[page] ?? '';
export const tensor = (name: string): Tensor | undefined => tensors.get(name);
export const layout = (name: string): Layout | undefined => layouts.get(name);
export const numbers = (name: string) => engine.numbers(tensors.get(name)!);
export const largest = (name: string) => Math.abs(numbers(name)[engine.largest(name)]);
export const placeName = ({ tensor, index }: Place) => layouts.get(tensor)?.name(index) ?? '';
// As `cnn explain` takes it: conv2[4,3,8].
export const whereOf = ({ tensor, index }: Place) =>
  `${tensor}${layouts.get(tensor)?.where(index) ?? ''}`;
export const heldOut = () => held;
export function heldOutImage(i: number): Uint8Array {
  const size = held.pixels.length / held.labels.length;
  return held.pixels.subarray(size * i, size * (i + 1));
}
// Of every image.
export const shape = () => chain[0];
export const trueOf = (index: number) => held.labels[index];
export const classes = () => chain.at(-1)!.channels;
export const networks = () => texts;
export const basisFile = () => basis;
export const ownFile = () => labNet;
export const ownName = () => theAbout().own;

// The inverse of whereOf; null: there is no such place.
export function placeAt(where: string): Place | null {
  const [, name, list] = where.match(/^([^[]+)(?:\[([\d,]+)\])?$/) ?? [];
  const t = tensors.get(name);
  if (!t) return null;
  const at = list ? list.split(',').map(Number) : [];
  const sizes = t.shape.slice(-Math.max(1, at.length));
  for (const dims of [sizes, t.shape.slice(1)]) {
    const index = dims.reduce((sum, size, d) => sum * size + (at[d] ?? 0), 0);
    const place = { tensor: name, index };
    if (index < t.count && whereOf(place) === where) return place;
  }
  return null;
}

export const current = computed(() => steps.value[step.value]);
export const shown = computed(() => hovered.value ?? selected.value);

// How the number shown comes about; a text where it cannot be explained.
export const sum = computed((): Sum | string => {
  reread.value;
  try {
    return engine.sum(shown.value.tensor, shown.value.index);
  } catch (error) {
    return (error as Error).message;
  }
});

function lookAround(): void {
  tensors = engine.tensors();
  layouts = new Map([...tensors.values()].map((t) => [t.name, layoutOf(t)]));
  stale = false;
}

function readAgain(): void {
  loss.value = lastLoss;
  reread.value++;
}
const readSoon = throttle(readAgain);

// Computes the image at hand anew; its text follows with `read`.
export function pass(read: () => void = readAgain): void {
  engine.images(pixels.value, [label.value]);
  lastLoss = engine.pass();
  if (stale) lookAround();
  batch(() => {
    revision.value++;
    read();
  });
}

export function showTest(index: number): void {
  const count = held.labels.length;
  const at = (index + count) % count;
  batch(() => {
    image.value = at;
    pixels.value = heldOutImage(at).slice();
    label.value = held.labels[at];
    notice.value = '';
    pass();
    reselect();
  });
}

export function showMisread(none: string): void {
  const next = engine.misreadAfter(image.value);
  if (next >= 0) {
    showTest(next);
    return;
  }
  pass();
  notice.value = none;
}

// The answer: the first of the largest probabilities.
export function answer(): number {
  const p = numbers('probabilities');
  return p.indexOf(Math.max(...p));
}

// Until the true digit is told, it is taken to be the answer.
export function showDrawing(drawn: Uint8Array<ArrayBuffer>): void {
  batch(() => {
    image.value = -1;
    pixels.value = drawn;
    notice.value = '';
    pass();
    if (!told.value) say(answer(), false);
    reselect();
  });
}

export function say(digit: number, byHand = true): void {
  if (byHand) told.value = true;
  label.value = digit;
  pass();
}

const telling = (name: string): Place => ({ tensor: name, index: engine.largest(name) });

// At a step its largest number is explained, unless one of its numbers is already.
function reselect(): void {
  hovered.value = null;
  const name = current.value.tensor;
  if (selected.value.tensor !== name) selected.value = telling(name);
}

export function goTo(index: number): void {
  batch(() => {
    walked.value = true;
    step.value = Math.max(0, Math.min(steps.value.length - 1, index));
    past.value = [];
    selected.value = telling(current.value.tensor);
    hovered.value = null;
  });
}

// Keeps a number as the one explained; the one before is a step back.
export function keep(place: Place): void {
  batch(() => {
    hovered.value = null;
    const { tensor: name, index } = selected.value;
    if (name === place.tensor && index === place.index) return;
    past.value = [...past.value, selected.value];
    selected.value = place;
  });
}

// As if nothing had been explained before.
export function explain(place: Place): void {
  batch(() => {
    hovered.value = null;
    past.value = [];
    selected.value = place;
  });
}

export function back(): void {
  const before = past.value.at(-1);
  if (!before) return;
  batch(() => {
    hovered.value = null;
    past.value = past.value.slice(0, -1);
    selected.value = before;
  });
}

// A factor becomes what is explained. A mere copy is passed through to what it copies.
export function follow(place: Place): void {
  const from = engine.sum(place.tensor, place.index);
  keep(from.kind === 'copy' ? { tensor: from.a, index: from.terms[0].a } : place);
}

// Of the terms that have a place, the one that adds most; of the chosen ones the first.
export function followLargest(): void {
  const s = sum.value;
  if (typeof s === 'string') return;
  const placed = s.terms.filter((t) => t.a >= 0);
  const chosen = placed.find((t) => t.note === 'chosen');
  const most = placed.reduce((m, t) => (Math.abs(t.share) > Math.abs(m.share) ? t : m), placed[0]);
  const term = chosen ?? most;
  if (term) follow({ tensor: s.a, index: term.a });
}

export function useParameters(block: Float32Array): void {
  engine.setParameters(block);
  if (!trained.value) origin.value = { kind: 'training' };
  pass(readSoon);
}

// Another chain: its steps, layouts and numbers. The image at hand stays, and the number that is
// explained where the chain has it too.
function useChain(from: Origin): void {
  batch(() => {
    const { backward, tensor: was } = current.value ?? { backward: false, tensor: '' };
    chain = engine.layers();
    stale = true;
    origin.value = from;
    network.value = engine.networkText();
    const next = stepsOf(chain);
    const same = next.findIndex((s) => s.tensor === was && s.backward === backward);
    step.value = Math.max(0, same);
    steps.value = next;
    past.value = [];
    hovered.value = null;
    pass();
    if (!has(selected.value)) selected.value = telling(same < 0 ? chain[1].name : was);
  });
}

const has = (place: Place) => place.index < (tensors.get(place.tensor)?.count ?? 0);

// Random weights in a network as text. An error says where the text is wrong, and changes nothing.
export function useNetwork(text: string, seed: number): void {
  engine.network(text);
  engine.model(1, seed, true);
  useChain({ kind: 'seed', seed });
}

// A model file; an error changes nothing.
export function useModel(file: Uint8Array, name: string): void {
  engine.load(file, 1, true);
  basis = file;
  useChain({ kind: 'file', name });
}

export function useOwn(): void {
  engine.load(labNet, 1, true);
  basis = labNet;
  useChain({ kind: 'own' });
}

interface Start {
  engine: Engine;
  held: Images;
  model: Uint8Array;
  pages: string;
  networks: string;
  about: string;
}

export function begin(given: Start): void {
  engine = given.engine;
  held = given.held;
  labNet = given.model;
  basis = labNet;
  sources = JSON.parse(given.pages);
  tellAbout(JSON.parse(given.about));
  texts = networksFor(JSON.parse(given.networks));
  engine.load(labNet, 1, true);
  engine.data(1, held.pixels, held.labels);
  chain = engine.layers();
  network.value = engine.networkText();
  steps.value = stepsOf(chain);
  image.value = -1;
  const first = engine.misreadAfter(-1);
  showTest(Math.max(0, first));
  selected.value = telling(chain[1].name);
}
