// What of the page's state is in its link.
import { effect, signal } from '@preact/signals';
import * as breaking from './breaking';
import { FIRST, LAST, packed, registerLink, unpacked } from './link';
import { presetOf, presetText } from './presets';
import * as state from './state';
import * as training from './training';
import { words } from './words';

const NETWORK_MAX = 65536; // bytes of a text

export const bare = signal(false); // without header and first words: for slides and frames

// NaN: no whole number, or not within.
function whole(text: string, least: number, most: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return value >= least && value <= most ? value : Number.NaN;
}

// Sets what a part says, if it says it well.
function take<T>(value: T, isGood: boolean, set: (value: T) => void): boolean {
  if (isGood) set(value);
  return isGood;
}

function useText(text: string): void {
  if (presetOf(text) !== state.ownName()) state.useNetwork(text, 1);
  else if (state.origin.value.kind !== 'own') state.useOwn();
}

async function readNetwork(value: string): Promise<boolean> {
  const given = presetText(value);
  useText(given ?? new TextDecoder().decode(await unpacked(value, NETWORK_MAX)));
  return true;
}

function writeNetwork(): string | Promise<string> {
  const text = state.network.value;
  return presetOf(text) || packed(new TextEncoder().encode(text));
}

function readSeed(value: string): boolean {
  const seed = whole(value, 0, 2 ** 32 - 1);
  return take(seed, seed >= 0, () => {
    training.settings.mine.value = { ...training.settings.mine.value, seed };
    state.useNetwork(state.network.value, seed);
  });
}

// Weights of a training or of a file are too many for a link: it leads to where training began.
function writeSeed(): string | null {
  const from = state.origin.value;
  if (from.kind === 'seed') return String(from.seed);
  return from.kind === 'training' ? String(training.used[training.onMap.value].value.seed) : null;
}

function readImage(value: string): boolean {
  const image = whole(value, 0, state.heldOut().labels.length - 1);
  return take(image, image >= 0, state.showTest);
}

// Of a batch the first one.
const writeImage = () => (isDrawn() ? null : String(state.pictures.value[0].image));

const BATCH_MAX = 64;

function readBatch(value: string): boolean {
  const count = whole(value, 2, BATCH_MAX);
  return take(count, count >= 2, state.lookTogether);
}

const writeBatch = () => (state.together.value > 1 ? String(state.together.value) : null);

function readNth(value: string): boolean {
  const nth = whole(value, 0, state.pictures.value.length - 1);
  return take(nth, nth >= 0, state.showNth);
}

async function readPicture(value: string): Promise<boolean> {
  const size = state.pixels.value.length;
  const pixels = await unpacked(value, size);
  state.told.value = false;
  return take(pixels, pixels.length === size, state.showDrawing);
}

const isDrawn = () => state.image.value < 0;

function readTrue(value: string): boolean {
  const digit = whole(value, 0, state.classes() - 1);
  return take(digit, digit >= 0, state.say);
}

function writeTrue(): string | null {
  const given = isDrawn()
    ? state.told.value
    : state.label.value !== state.trueOf(state.image.value);
  return given ? String(state.label.value) : null;
}

function readStep(value: string): boolean {
  const step = whole(value, 1, state.steps.value.length);
  return take(step, step >= 1, () => state.goTo(step - 1));
}

function readSelected(value: string): boolean {
  const place = state.placeAt(value);
  return take(place, place !== null, (p) => state.explain(p!));
}

const WAY_MAX = 30; // numbers explained before, of which a link has the last

function readWay(value: string): boolean {
  const way = value.split(';').map(state.placeAt);
  const good = way.length <= WAY_MAX && way.every((p) => p !== null);
  return take(way as state.Place[], good, (places) => (state.past.value = places));
}

const writeWay = () => state.past.value.slice(-WAY_MAX).map(state.whereOf).join(';') || null;

registerLink('net', readNetwork, writeNetwork, FIRST);
registerLink('seed', readSeed, writeSeed, FIRST);
registerLink('image', readImage, writeImage, FIRST);
registerLink('batch', readBatch, writeBatch, FIRST);
registerLink('nth', readNth, () => (state.nth.value ? String(state.nth.value) : null), FIRST);
registerLink('picture', readPicture, () => (isDrawn() ? packed(state.pixels.value) : null), FIRST);
registerLink('true', readTrue, writeTrue, FIRST);
registerLink(
  'step',
  readStep,
  () => (state.walked.value ? `${state.step.value + 1}` : null),
  FIRST,
);
registerLink('sel', readSelected, () => state.whereOf(state.selected.value), FIRST);
registerLink('way', readWay, writeWay, FIRST);
registerLink('break', breaking.openCard, () =>
  state.mode.value === 'break' ? breaking.name.value || null : null,
);
registerLink(
  'bare',
  () => take(true, true, () => (bare.value = true)),
  () => (bare.value ? '' : null),
);
registerLink(
  'mode',
  (value) =>
    take(value as state.Mode, Object.hasOwn(words.modes, value), (m) => (state.mode.value = m)),
  () => state.mode.value,
  LAST,
);

effect(() => {
  document.documentElement.classList.toggle('bare', bare.value);
});
