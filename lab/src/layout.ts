// How a tensor is laid out on sheets: a channel, a kernel or a list each, and where an index is.
import type { Tensor } from './engine';
import { words } from './words';

export interface Cell {
  sheet: number;
  x: number;
  y: number;
}

export interface Layout {
  sheets: number;
  width: number;
  height: number;
  at(cell: Cell): number; // -1: nothing there
  find(index: number): Cell;
  name(index: number): string;
  where(index: number): string; // as `cnn explain` takes it, without the tensor
  isShown(index: number): boolean; // is it of the image of the batch that is shown?
}

// Which image of the batch is shown, and how many there are.
export interface Batch {
  nth(): number;
  count(): number;
}

export const oneImage: Batch = { nth: () => 0, count: () => 1 };

type OneImage = Omit<Layout, 'isShown'>;

const parameter = (one: OneImage): Layout => ({ ...one, isShown: () => true });

// The same sheets for each image of a batch: those of one are shown.
function ofBatch(one: OneImage, size: number, { nth, count }: Batch): Layout {
  const image = (index: number) => Math.floor(index / size);
  return {
    ...one,
    at: (cell) => {
      const index = one.at(cell);
      return index < 0 ? index : nth() * size + index;
    },
    find: (i) => one.find(i % size),
    name: (i) =>
      count() > 1 ? words.place.ofImage(image(i), one.name(i % size)) : one.name(i % size),
    where: (i) => one.where(i % size),
    isShown: (i) => image(i) === nth(),
  };
}

function maps(h: number, w: number, c: number): OneImage {
  const find = (i: number) => ({
    sheet: i % c,
    x: Math.floor(i / c) % w,
    y: Math.floor(i / c / w) % h,
  });
  return {
    sheets: c,
    width: w,
    height: h,
    at: ({ sheet, x, y }) => (y * w + x) * c + sheet,
    find,
    name: (i) => {
      const { sheet, x, y } = find(i);
      return c === 1 ? words.place.cell(y, x) : words.place.map(sheet, y, x);
    },
    where: (i) => {
      const { sheet, x, y } = find(i);
      return c === 1 ? `[${y},${x}]` : `[${y},${x},${sheet}]`;
    },
  };
}

// Input channels side by side, a column between them.
function kernels(R: number, S: number, C: number, K: number): OneImage {
  const channel = (i: number) => Math.floor(i / K) % C;
  const tap = (i: number) => Math.floor(i / K / C);
  return {
    sheets: K,
    width: C * (S + 1) - 1,
    height: R,
    at: ({ sheet, x, y }) => {
      const s = x % (S + 1);
      return s === S ? -1 : ((y * S + s) * C + Math.floor(x / (S + 1))) * K + sheet;
    },
    find: (i) => ({
      sheet: i % K,
      x: channel(i) * (S + 1) + (tap(i) % S),
      y: Math.floor(tap(i) / S),
    }),
    name: (i) => words.place.kernel(i % K, channel(i), Math.floor(tap(i) / S), tap(i) % S),
    where: (i) => `[${Math.floor(tap(i) / S)},${tap(i) % S},${channel(i)},${i % K}]`,
  };
}

// A list in rows; `sheets` of them, the last index fastest.
function lists(count: number, sheets: number, name: (i: number) => string): OneImage {
  const width = count <= 16 ? count : Math.ceil(Math.sqrt(count));
  return {
    sheets,
    width,
    height: Math.ceil(count / width),
    at: ({ sheet, x, y }) => (y * width + x < count ? (y * width + x) * sheets + sheet : -1),
    find: (i) => {
      const at = Math.floor(i / sheets);
      return { sheet: i % sheets, x: at % width, y: Math.floor(at / width) };
    },
    name,
    where: (i) =>
      sheets > 1 ? `[${Math.floor(i / sheets)},${i % sheets}]` : count > 1 ? `[${i}]` : '',
  };
}

function weights(shape: number[]): OneImage {
  if (shape.length === 4) {
    const [r, s, c, k] = shape;
    return kernels(r, s, c, k);
  }
  const [c, k] = shape;
  return lists(c, k, (i) => words.place.weight(Math.floor(i / k), i % k));
}

export function layoutOf(tensor: Tensor, batch: Batch): Layout {
  const { shape, name, count } = tensor;
  if (/\.weight\b/.test(name)) return parameter(weights(shape));
  if (/\.bias\b/.test(name)) return parameter(lists(count, 1, words.place.number));
  const [images, h, w, c] = shape;
  const one = shape.length === 4 ? maps(h, w, c) : lists(count / images, 1, words.place.number);
  return ofBatch(one, count / images, batch);
}
