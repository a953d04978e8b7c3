// What a question is, and what its makers share. The answer is always a number of the C code; the
// makers choose places and compare, and compute none.
import type { Layer, Sum } from './engine';
import { digits3, exact } from './numbers';
import * as state from './state';

export const KEYS = [
  'shape',
  'largest-term',
  'padding',
  'p-minus-y',
  'pool-gradient',
  'pool-ties',
  'relu-gate',
  'bias-sum',
  'weight-up',
  'pixel-class',
  'batch-divisor',
  'sgd-step',
] as const;
export type QuestionKey = (typeof KEYS)[number];

export interface Choice {
  text: string;
  place?: state.Place; // framed in the map; a click there chooses it
}

export interface Asked {
  about: state.Place; // the number in question
  start?: state.Place; // what is explained at first, where the number itself would give it away
  ask: string;
  choices: Choice[];
  width: number; // choices in a row; 0: as they fit
  right: number; // of the choices
  hint: string; // after a wrong answer
  because: string;
  see: state.Place; // the number that shows it
}

// null: this network or image has no place for it. Another round takes another place.
export type Maker = (round: number) => Asked | null | Promise<Asked | null>;

export const sumAt = (place: state.Place): Sum => state.theEngine().sum(place.tensor, place.index);

export const valueAt = ({ tensor, index }: state.Place): number => state.numbers(tensor)[index];

export const said = (place: state.Place): string => `${place.tensor}, ${state.placeName(place)}`;

export const lastLayer = (): Layer => state.layers().at(-1)!;

export interface Pair {
  layer: Layer;
  before: Layer; // whose output it takes
}

export function firstOf(kind: string, good: (pair: Pair) => boolean = () => true): Pair | null {
  const all = state.layers();
  const pairs = all.slice(1).map((layer, i) => ({ layer, before: all[i] }));
  return pairs.find((p) => p.layer.kind === kind && good(p)) ?? null;
}

// The indices of a tensor, numbers of the largest size first.
export function bySize(tensor: string): number[] {
  const values = state.numbers(tensor);
  const order = Array.from({ length: values.length }, (_, i) => i);
  return order.sort((i, j) => Math.abs(values[j]) - Math.abs(values[i]));
}

// The first so many good ones.
export function take<T>(items: Iterable<T>, good: (item: T) => boolean, most: number): T[] {
  const kept: T[] = [];
  for (const item of items) {
    if (kept.length === most) break;
    if (good(item)) kept.push(item);
  }
  return kept;
}

// The one that so many good ones come before, round and round.
export function pick<T>(items: Iterable<T>, good: (item: T) => boolean, round: number): T | null {
  const kept = take(items, good, round + 1);
  return kept.length ? kept[round % kept.length] : null;
}

// Numbers to choose from, smallest first: three digits, or all where three do not tell them apart.
export function numberChoices(right: number, others: number[]): Pick<Asked, 'choices' | 'right'> {
  const values = [...new Set([right, ...others])].slice(0, 4).sort((a, b) => a - b);
  const rough = values.map(digits3);
  const texts = new Set(rough).size === values.length ? rough : values.map(exact);
  return { choices: texts.map((text) => ({ text })), right: values.indexOf(right) };
}

export const telling = (tensor: string): state.Place => ({
  tensor,
  index: state.theEngine().largest(tensor),
});
