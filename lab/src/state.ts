// What the page knows: one image, one step, one number that is explained. Signals, so that what
// shows them follows.
import { batch, computed, signal } from '@preact/signals';
import { networksFor, tellAbout, theAbout } from './about';
import { AFTER, type Change, type Engine, type Layer, type Sum, type Tensor } from './engine';
import { type Batch, type Layout, layoutOf } from './layout';
import { type Step, stepsOf } from './steps';
import { throttle } from './throttle';

export interface Place {
  tensor: string;
  index: number;
}

// One image of the batch.
export interface Picture {
  image: number; // of the held-out ones; -1: drawn
  pixels: Uint8Array<ArrayBuffer>;
  label: number;
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
let images = 0; // of the batch whose shapes the tensors have
let updated = false; // the update was taken with the numbers as they are

export const mode = signal<Mode>('look');
export const network = signal(''); // its text
export const dark = signal(false);
export const revision = signal(0); // counts passes: numbers have changed
export const reread = signal(0); // the same for text, less often while training
export const image = signal(0); // of the held-out ones; -1: drawn
export const pixels = signal(new Uint8Array());
export const label = signal(0);
export const loss = signal(0); // the mean of the batch
export const together = signal(1); // how many images are a batch
export const pictures = signal<Picture[]>([]); // the batch
export const nth = signal(0); // of them is the one shown: image, pixels and label are its
export const rule = signal({ name: 'adam', rate: 0.003 }); // of the update
export const step = signal(0);
export const steps = signal<Step[]>([]);
export const walked = signal(false); // until the first step all layers are shown
export const selected = signal<Place>({ tensor: 'input', index: 0 });
export const hovered = signal<Place | null>(null);
export const past = signal<Place[]>([]);
export const stamped = signal<Place[] | null>(null); // framed in place of the sum's factors
export const origin = signal<Origin>({ kind: 'own' });
export const trained = computed(() => origin.value.kind === 'training');
export const notice = signal('');
export const told = signal(false); // the true digit of the drawing

export const theEngine = () => engine;
// What a command needs to have the bits of this browser.
export const bitsFlag = () => (engine.fused() ? '' : ' --backend base');
export const layers = () => chain;
export const source = (page: string): string => sources[page] ?? '';
export const tensor = (name: string): Tensor | undefined => tensors.get(name);
export const tensorNames = () => tensors.keys();
export const layout = (name: string): Layout | undefined => layouts.get(name);
export const numbers = (name: string) => engine.numbers(tensors.get(name)!);
export const largest = (name: string) => Math.abs(numbers(name)[engine.largest(name)]);
// Number k of the image shown, in a tensor with numbers for each image.
const perImage = (name: string) => tensors.get(name)!.count / images;
export const ofShown = (name: string, k = 0) => nth.value * perImage(name) + k;
export const shownNumbers = (name: string, image = nth.value) => {
  const size = perImage(name);
  return numbers(name).subarray(image * size, image * size + size);
};
export const change = (): Change => engine.change();
export const placeName = ({ tensor, index }: Place) => layouts.get(tensor)?.name(index) ?? '';
// As `cnn explain` takes it: conv2[4,3,8].
export const whereOf = ({ tensor, index }: Place) =>
  `${tensor}${layouts.get(tensor)?.where(index) ?? ''}`;
// The tensor that a layer shows; images have no other after an update.
export const mapOf = (layer: string, end: string) =>
  end === AFTER && layer === chain[0].name ? layer : layer + end;
// In a batch: which of its images the number is of; '' for one of all of them.
export const imageOf = ({ tensor, index }: Place) =>
  images > 1 && !/\.(weight|bias)\b/.test(tensor) ? Math.floor(index / perImage(tensor)) : '';
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

const shownOfBatch: Batch = { nth: () => nth.value, count: () => images };

function lookAround(): void {
  tensors = engine.tensors();
  images = pictures.value.length;
  if (updated) for (const [name, t] of engine.tensorsAfter()) tensors.set(name, t);
  layouts = new Map([...tensors.values()].map((t) => [t.name, layoutOf(t, shownOfBatch)]));
  stale = false;
}

function readAgain(): void {
  loss.value = lastLoss;
  reread.value++;
}
const readSoon = throttle(readAgain);

// The batch, with what is now known of the image shown.
function gather(): Picture[] {
  const own = { image: image.value, pixels: pixels.value, label: label.value };
  if (together.value === 1) nth.value = 0;
  pictures.value = together.value === 1 ? [own] : pictures.value.with(nth.value, own);
  return pictures.value;
}

export function bytesOf(all: Picture[]): Uint8Array {
  const bytes = new Uint8Array(all.length * all[0].pixels.length);
  all.forEach((p, i) => {
    bytes.set(p.pixels, i * p.pixels.length);
  });
  return bytes;
}

// At the steps of the update, and only there, one is taken.
function update(): void {
  if (updated || current.value?.phase !== 'update') return;
  engine.update(rule.value.name, rule.value.rate, 0);
  updated = true;
  lookAround();
}

export function useRule(name: string, rate: number): void {
  batch(() => {
    rule.value = { name, rate };
    pass();
  });
}

// Computes the images at hand anew; their text follows with `read`.
export function pass(read: () => void = readAgain): void {
  batch(() => {
    const all = gather();
    engine.images(
      bytesOf(all),
      all.map((p) => p.label),
    );
    lastLoss = engine.pass();
    updated = false;
    if (stale || all.length !== images) lookAround();
    update();
    revision.value++;
    read();
  });
}

function testPicture(index: number): Picture {
  const at = (index + held.labels.length) % held.labels.length;
  const bytes = heldOutImage(at).slice() as Uint8Array<ArrayBuffer>;
  return { image: at, pixels: bytes, label: held.labels[at] };
}

// Of the batch at hand, if it is in it; else of a batch that begins with it.
export function showTest(index: number): void {
  batch(() => {
    const own = testPicture(index);
    const at = pictures.value.findIndex((p) => p.image === own.image);
    const isIn = at >= 0 && pictures.value.length === together.value;
    if (!isIn)
      pictures.value = Array.from({ length: together.value }, (_, i) => testPicture(own.image + i));
    nth.value = isIn ? at : 0;
    show(isIn ? pictures.value[at] : own);
    pass();
    reselect();
  });
}

function show(picture: Picture): void {
  image.value = picture.image;
  pixels.value = picture.pixels;
  label.value = picture.label;
  notice.value = '';
}

// One image, or a batch that begins with it.
export function lookTogether(count: number): void {
  batch(() => {
    together.value = count;
    pictures.value = [];
    past.value = [];
    showTest(Math.max(0, image.value));
  });
}

// Another image of the batch on the maps.
export function showNth(at: number): void {
  batch(() => {
    nth.value = at;
    show(pictures.value[at]);
    revision.value++;
    reread.value++;
    selected.value = telling(selected.value.tensor);
    hovered.value = null;
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
  return answerTo(nth.value);
}
export function answerTo(at: number): number {
  const p = shownNumbers('probabilities', at);
  return p.indexOf(Math.max(...p));
}

// Until the true digit is told, it is taken to be the answer.
export function showDrawing(drawn: Uint8Array<ArrayBuffer>): void {
  batch(() => {
    together.value = 1;
    image.value = -1;
    pixels.value = drawn;
    notice.value = '';
    pass();
    if (!told.value && answer() !== label.value) say(answer(), false);
    reselect();
  });
}

export function say(digit: number, byHand = true): void {
  if (byHand) told.value = true;
  label.value = digit;
  pass();
}

// Its largest number, of the image shown.
export function telling(name: string): Place {
  const isWeight = /\.(weight|bias)\b/.test(name);
  const [first, count] = isWeight ? [0, tensors.get(name)!.count] : [ofShown(name), perImage(name)];
  return { tensor: name, index: engine.largest(name, first, count) };
}

// At a step its largest number is explained, unless one of its numbers is already.
function reselect(): void {
  hovered.value = null;
  const name = current.value.tensor;
  const isThere = layouts.get(name)?.isShown(selected.value.index);
  if (selected.value.tensor !== name || !isThere) selected.value = telling(name);
}

export function goTo(index: number): void {
  batch(() => {
    walked.value = true;
    step.value = Math.max(0, Math.min(steps.value.length - 1, index));
    past.value = [];
    update();
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
  if (s.update) {
    const name = shown.value.tensor.slice(0, -AFTER.length);
    keep({ tensor: `${name}.grad`, index: shown.value.index });
    return;
  }
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
