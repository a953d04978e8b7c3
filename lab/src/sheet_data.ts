// The numbers of a worksheet: from the image and the weights at hand, all read from the C code.
import { lastLayer, pick, sumAt, telling, valueAt } from './asked';
import { stepped } from './copy';
import type { Layer, Sum } from './engine';
import * as state from './state';

const RATE = 0.1;
const BY_HAND = 27; // products that one can be asked for

// A window of a pool, the four places that it takes its maximum of, and the sum of the winner.
export interface Chain {
  conv: Layer;
  relu: Layer;
  pool: state.Place;
  cells: number[]; // indices into relu and conv
  winner: number; // of the cells
  sum: Sum; // that made the winner's number of conv
  channel: number; // of the kernel
}

export interface SheetData {
  image: number;
  pixels: Uint8Array;
  label: number;
  answer: number;
  chain: Chain | null;
  shares: number[];
  gradients: number[]; // p - y
  step: { place: state.Place; weight: number; gradient: number; rate: number; after: number };
  layers: Layer[];
}

// conv2d, relu, maxpool2d at the beginning, with a sum that is short enough.
function chainLayers(): [Layer, Layer, Layer] | null {
  const [, conv, relu, pool] = state.layers();
  const kinds = [conv, relu, pool].map((l) => l?.kind).join(' ');
  if (kinds !== 'conv2d relu maxpool2d') return null;
  return sumAt({ tensor: conv.name, index: 0 }).terms.length <= BY_HAND ? [conv, relu, pool] : null;
}

// A window with a winner above 0, one or two others below 0, and a winner's sum without padding.
function isGood(s: Sum, conv: string): boolean {
  if (s.chosen < 0 || s.terms.length !== 4) return false;
  const numbers = state.numbers(conv);
  const below = s.terms.filter((t) => t.a >= 0 && numbers[t.a] < 0).length;
  if (below < 1 || below > 2) return false;
  return sumAt({ tensor: conv, index: s.terms[s.chosen].a }).leftOut === 0;
}

function chainOf(): Chain | null {
  const found = chainLayers();
  if (!found) return null;
  const [conv, relu, pool] = found;
  const values = [...state.numbers(pool.name)];
  const order = values.map((_, i) => i).sort((i, j) => values[j] - values[i]);
  const at = (index: number) => ({ tensor: pool.name, index });
  const gradients = [...state.numbers(`${pool.name}.grad`)];
  const good = (i: number) => gradients[i] !== 0 && isGood(sumAt(at(i)), conv.name);
  const index = pick(order, good, 0);
  if (index === null) return null;
  const window = sumAt(at(index));
  const cells = window.terms.map((t) => t.a);
  const sum = sumAt({ tensor: conv.name, index: cells[window.chosen] });
  const channel = cells[window.chosen] % conv.channels;
  return { conv, relu, pool: at(index), cells, winner: window.chosen, sum, channel };
}

async function stepOf(): Promise<SheetData['step']> {
  const tensor = `${lastLayer().name}.weight`;
  const { index } = telling(`${tensor}.grad`);
  const place = { tensor, index };
  const after = await stepped(place, RATE);
  const gradient = valueAt({ tensor: `${tensor}.grad`, index });
  return { place, weight: valueAt(place), gradient, rate: RATE, after };
}

export async function sheetData(): Promise<SheetData> {
  const step = await stepOf();
  return {
    image: state.image.value,
    pixels: state.pixels.value,
    label: state.label.value,
    answer: state.answer(),
    chain: chainOf(),
    shares: [...state.numbers('probabilities')],
    gradients: [...state.numbers(`${lastLayer().name}.grad`)],
    step,
    layers: state.layers(),
  };
}
