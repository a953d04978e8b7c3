// Questions on single layers: shapes, sums, padding, pools and gates.
import {
  type Asked,
  bySize,
  firstOf,
  numberChoices,
  type Pair,
  pick,
  said,
  sumAt,
  take,
  telling,
  valueAt,
} from './asked';
import type { Layer, Sum, Term } from './engine';
import { digits3, short } from './numbers';
import * as state from './state';
import { words } from './words';

const w = words.tour.questions;

const shapeOf = ({ height, width, channels, flat }: Layer) =>
  flat ? `${channels}` : `${height} × ${width} × ${channels}`;

function shape(round: number): Asked | null {
  const all = state.layers();
  const changed = all.slice(1).filter((l, i) => shapeOf(l) !== shapeOf(all[i]));
  const layer = changed.find((l) => l.kind === 'maxpool2d') ?? changed[0];
  const asked = round === 0 ? layer : changed[round % changed.length];
  if (!asked) return null;
  const before = all[all.indexOf(asked) - 1];
  const near = [...all].sort(
    (a, b) =>
      Math.abs(all.indexOf(a) - all.indexOf(asked)) - Math.abs(all.indexOf(b) - all.indexOf(asked)),
  );
  const texts = [...new Set(near.map(shapeOf))].slice(0, 4);
  const order = all
    .map(shapeOf)
    .filter((t, i, every) => texts.includes(t) && every.indexOf(t) === i);
  const about = { tensor: asked.name, index: 0 };
  return {
    about,
    ask: w.shape.ask(asked.name, asked.text, before.name, shapeOf(before)),
    choices: order.map((text) => ({ text })),
    width: 0,
    right: order.indexOf(shapeOf(asked)),
    hint: w.shape.hint[asked.kind] ?? w.shape.hint.other,
    because: w.shape.because(asked.name, shapeOf(asked), state.tensor(asked.name)!.count),
    see: about,
  };
}

// Four terms: the one that adds most, and those with the largest factors.
function fourOf(terms: Term[]): Term[] {
  const by = (size: (t: Term) => number) => [...terms].sort((p, q) => size(q) - size(p));
  const shares = by((t) => Math.abs(t.share));
  const firsts = [shares[0], by((t) => Math.abs(t.y))[0], by((t) => Math.abs(t.x))[0]];
  return [...new Set([...firsts, ...shares])].slice(0, 4).sort((p, q) => p.b - q.b);
}

// Does one term add clearly more than all others?
function isClear(s: Sum): boolean {
  const [first, second] = s.terms.map((t) => Math.abs(t.share)).sort((p, q) => q - p);
  return first > 0 && second < 0.8 * first;
}

function largestTerm(round: number): Asked | null {
  const layer = state.layers().find((l) => l.weights);
  if (!layer) return null;
  const place = (index: number) => ({ tensor: layer.name, index });
  const index = pick(bySize(layer.name), (i) => isClear(sumAt(place(i))), round * 7);
  if (index === null) return null;
  const s = sumAt(place(index));
  const four = fourOf(s.terms);
  const most = four.reduce((m, t) => (Math.abs(t.share) > Math.abs(m.share) ? t : m));
  return {
    about: place(index),
    ask: w.largest.ask(said(place(index)), digits3(s.stored), s.terms.length),
    choices: four.map((t) => ({
      text: `${short(t.x)} × ${short(t.y)}`,
      place: { tensor: s.b, index: t.b },
    })),
    width: 0,
    right: four.indexOf(most),
    hint: w.largest.hint,
    because: w.largest.because(short(most.x), short(most.y), digits3(most.share)),
    see: place(index),
  };
}

// How many of the first layer with padding's products lie in it, at a corner.
function padding(round: number): Asked | null {
  const corners = (layer: Layer) => {
    const { width, height, channels: c } = layer;
    const at = (y: number, x: number) => ({ tensor: layer.name, index: (y * width + x) * c });
    return [at(0, 0), at(0, width >> 1), at(height - 1, width - 1), at(height >> 1, 0)];
  };
  const found = firstOf('conv2d', ({ layer }) => sumAt(corners(layer)[0]).leftOut > 0);
  if (!found) return null;
  const { width, height, channels: c } = found.layer;
  const inner = { tensor: found.layer.name, index: ((height >> 1) * width + (width >> 1)) * c };
  const about = corners(found.layer)[round % 4];
  const s = sumAt(about);
  const others = [...corners(found.layer), inner].map((p) => sumAt(p).leftOut);
  return {
    about,
    start: { tensor: found.before.name, index: 0 },
    ask: w.padding.ask(said(about), s.terms.length),
    ...numberChoices(s.leftOut, [...others, s.terms.length]),
    width: 0,
    hint: w.padding.hint,
    because: w.padding.because(s.leftOut, s.terms.length),
    see: about,
  };
}

function biasSum(): Asked | null {
  const found = firstOf('conv2d', ({ layer }) => layer.bias);
  if (!found) return null;
  const about = telling(`${found.layer.name}.bias.grad`);
  const terms = (tensor: string) => sumAt({ tensor, index: 0 }).terms.length;
  const right = sumAt(about).terms.length;
  const sums = state.layers().flatMap((l) => (l.weights ? [terms(l.name)] : []));
  return {
    about,
    start: { tensor: `${found.layer.name}.bias`, index: about.index },
    ask: w.bias.ask(found.layer.name, about.index),
    ...numberChoices(right, [1, terms(found.layer.name), ...sums]),
    width: 0,
    hint: w.bias.hint,
    because: w.bias.because(right, found.layer.name, digits3(valueAt(about))),
    see: about,
  };
}

/* Pools */

interface Window {
  about: state.Place; // the pool's number
  sum: Sum;
  winner: number; // of the terms: the one that gets the gradient
}

const gradientOf = (layer: Layer) => `${layer.name}.grad`;

// Which of a window's numbers has a gradient; -1: none, or more than one.
function winnerOf(s: Sum, before: Layer): number {
  const gradients = state.numbers(gradientOf(before));
  const got = s.terms.flatMap((t, i) => (t.a >= 0 && gradients[t.a] !== 0 ? [i] : []));
  return got.length === 1 ? got[0] : -1;
}

function windowOf({ layer, before }: Pair, round: number, good: (xs: number[]) => boolean) {
  const fits = (index: number): boolean => {
    const s = sumAt({ tensor: layer.name, index });
    const whole = s.terms.length === 4 && s.terms.every((t) => t.a >= 0);
    return whole && winnerOf(s, before) >= 0 && good(s.terms.map((t) => t.x));
  };
  const index = pick(bySize(gradientOf(layer)), fits, round);
  if (index === null) return null;
  const sum = sumAt({ tensor: layer.name, index });
  return { about: { tensor: layer.name, index }, sum, winner: winnerOf(sum, before) };
}

const cells = ({ sum }: Window) =>
  sum.terms.map((t) => ({ text: short(t.x), place: { tensor: sum.a, index: t.a } }));

function poolGradient(round: number): Asked | null {
  const pair = firstOf('maxpool2d');
  const apart = (xs: number[]) => new Set(xs.map((x) => short(x))).size === xs.length;
  const found = pair && windowOf(pair, round, apart);
  if (!found) return null;
  const gradient = valueAt({ tensor: gradientOf(pair.layer), index: found.about.index });
  return {
    about: found.about,
    ask: w.pool.ask(said(found.about), pair.before.name, digits3(gradient)),
    choices: cells(found),
    width: 2,
    right: found.winner,
    hint: w.pool.hint,
    because: w.pool.because(short(found.sum.terms[found.winner].x), digits3(gradient)),
    see: { tensor: gradientOf(pair.before), index: found.sum.terms[found.winner].a },
  };
}

function poolTies(round: number): Asked | null {
  const pair = firstOf('maxpool2d');
  const tied = (xs: number[]) => xs.filter((x) => x === Math.max(...xs)).length === xs.length;
  const found = pair && windowOf(pair, round, tied);
  if (!found) return null;
  const gradient = valueAt({ tensor: gradientOf(pair.layer), index: found.about.index });
  return {
    about: found.about,
    start: telling(pair.before.name),
    ask: w.ties.ask(said(found.about), pair.before.name, digits3(gradient)),
    choices: [...cells(found), { text: w.ties.shared }],
    width: 2,
    right: found.winner,
    hint: w.ties.hint,
    because: w.ties.because,
    see: { tensor: gradientOf(pair.before), index: found.sum.terms[found.winner].a },
  };
}

// One open gate among closed ones, with a gradient at each.
function reluGate(round: number): Asked | null {
  const pair = firstOf('relu');
  if (!pair) return null;
  const arrived = state.numbers(gradientOf(pair.layer));
  const order = bySize(gradientOf(pair.layer)).filter((i) => arrived[i] !== 0);
  const isOpen = (index: number) =>
    sumAt({ tensor: gradientOf(pair.before), index }).terms[0].note !== 'closed';
  const open = pick(order, isOpen, round);
  const closed = take(order, (i) => !isOpen(i), 3);
  if (open === null || closed.length < 3) return null;
  const four = [open, ...closed].sort((i, j) => i - j);
  const place = (index: number) => ({ tensor: pair.before.name, index });
  const about = { tensor: gradientOf(pair.before), index: open };
  return {
    about: place(open),
    start: telling(pair.layer.name),
    ask: w.gate.ask(pair.layer.name, pair.before.name),
    choices: four.map((i) => ({ text: short(valueAt(place(i))), place: place(i) })),
    width: 0,
    right: four.indexOf(open),
    hint: w.gate.hint,
    because: w.gate.because(short(valueAt(place(open)))),
    see: about,
  };
}

export const layerQuestions = {
  shape,
  'largest-term': largestTerm,
  padding,
  'pool-gradient': poolGradient,
  'pool-ties': poolTies,
  'relu-gate': reluGate,
  'bias-sum': biasSum,
};
