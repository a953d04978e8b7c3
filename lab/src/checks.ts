// What lab_check.c and lab_slope.c say: every gradient against measured slopes, and one number moved.
import type { Engine } from './engine';

export interface Gradient {
  layer: string; // or softmax
  gradient: string; // dx, dw, db
  elements: number;
  checked: number;
  skipped: number; // too close to a kink
  error: number; // the largest relative error; NaN: none was checked
  backprop: number; // of the element with that error
  measured: number;
  at: string;
}

export interface Gradients {
  rows: Gradient[];
  worst: number; // NaN: right as far as checked, but a gradient could not be
  limit: number;
}

export interface CheckOptions {
  network: string;
  seed: number;
  mistake?: string; // of the catalog, made on purpose
  layer?: string; // in this one alone, or in those of this kind
}

function gradientRow(engine: Engine, i: number): Gradient {
  const [elements, checked, skipped, error, backprop, measured] = engine.doubles(
    engine.x.lab_gradcheck_numbers(i),
    6,
  );
  const [layer, gradient, at] = [0, 1, 2].map((k) =>
    engine.text(engine.x.lab_gradcheck_text(i, k)),
  );
  return { layer, gradient, elements, checked, skipped, error, backprop, measured, at };
}

// Takes a tenth of a second for lab.net. The model at hand is given up.
export function gradients(engine: Engine, options: CheckOptions): Gradients {
  const { network, seed, mistake = '', layer = '' } = options;
  engine.network(network);
  engine.must(
    engine.lendText(mistake, (m) =>
      engine.lendText(layer, (l) => engine.x.lab_gradcheck(seed, m, l)),
    ),
  );
  const rows = Array.from({ length: engine.x.lab_gradcheck_rows() }, (_, i) =>
    gradientRow(engine, i),
  );
  return { rows, worst: engine.x.lab_gradcheck_worst(), limit: engine.x.lab_gradcheck_limit() };
}

// The number that is moved, with the model and the batch that give the loss.
export interface Moved {
  model: Uint8Array; // its file
  images: Uint8Array;
  labels: number[];
  tensor: string;
  index: number;
}

export interface Slope {
  h: number; // 0: too small to move the number
  high: number; // the loss at + h
  low: number;
  quotient: number;
  error: number; // relative
  digits: number; // that agree
  kinks: number;
  kinkLayer: string; // the first one's: '' without one
  kinkIndex: number; // flat, into the input of that layer
}

export interface Slopes {
  value: number;
  loss: number;
  gradient: number; // by backprop
  rows: Slope[]; // from the largest step down
  perDecade: number; // rows to a power of ten
  best: number; // the row of least error among the whole powers of ten
}

function setUp(engine: Engine, { model, images, labels }: Moved): void {
  engine.load(model, labels.length, false);
  engine.images(images, labels);
}

function slopeRow(engine: Engine, at: number): Slope {
  const [h, high, low, quotient, error, digits, kinks, kinkIndex] = engine.doubles(
    engine.x.lab_slope_numbers(at),
    8,
  );
  const kinkLayer = engine.text(engine.x.lab_slope_kink(at));
  return { h, high, low, quotient, error, digits, kinks, kinkIndex, kinkLayer };
}

function measure(engine: Engine, moved: Moved): void {
  setUp(engine, moved);
  engine.must(engine.lendText(moved.tensor, (p) => engine.x.lab_slopes(p, moved.index)));
}

// The number moved by each step.
export function slopes(engine: Engine, moved: Moved): Slopes {
  measure(engine, moved);
  const [value, loss, gradient] = engine.doubles(engine.x.lab_slope_middle(), 3);
  const rows = Array.from({ length: engine.x.lab_slope_steps() }, (_, i) => slopeRow(engine, i));
  const perDecade = engine.x.lab_slope_decade();
  return { value, loss, gradient, rows, perDecade, best: engine.x.lab_slope_best() };
}

export interface Along {
  by: number[]; // how far the number is moved, from -2 h to 2 h
  change: number[]; // of the loss
  tangent: number[]; // the change that backprop's gradient claims
}

// The loss around the number, as far as twice the step.
export function along(engine: Engine, moved: Moved, step: number): Along {
  setUp(engine, moved);
  const count = engine.x.lab_along_rows();
  const pointer = engine.lendText(moved.tensor, (p) => engine.x.lab_along(p, moved.index, step));
  const flat = engine.doubles(pointer, 3 * count);
  const column = (k: number) => Array.from({ length: count }, (_, i) => flat[3 * i + k]);
  return { by: column(0), change: column(1), tangent: column(2) };
}

export interface Many {
  tally: number[]; // weights that agree in 0, 1, ... digits
  weights: number;
  median: number; // digits
  kinked: number; // weights with a kink between the ends
  idle: number; // weights that the loss does not depend on; not in the tally
}

// Weights at random, each moved by the step.
export function many(engine: Engine, moved: Moved, step: number, seed: number): Many {
  setUp(engine, moved);
  engine.must(engine.x.lab_many(step, seed));
  const [weights, median, kinked, idle] = engine.doubles(engine.x.lab_many_numbers(), 4);
  const tally = [...engine.doubles(engine.x.lab_many_tally(), 17)];
  return { tally, weights, median, kinked, idle };
}
