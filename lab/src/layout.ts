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
}

function maps(h: number, w: number, c: number): Layout {
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
function kernels(R: number, S: number, C: number, K: number): Layout {
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
function lists(count: number, sheets: number, name: (i: number) => string): Layout {
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

export function layoutOf(tensor: Tensor): Layout {
  const { shape, name } = tensor;
  const isWeight = /\.weight(\.grad)?$/.test(name);
  if (isWeight && shape.length === 4) {
    const [r, s, c, k] = shape;
    return kernels(r, s, c, k);
  }
  if (isWeight) {
    const [c, k] = shape;
    return lists(c, k, (i) => words.place.weight(Math.floor(i / k), i % k));
  }
  if (shape.length === 4) return maps(shape[1], shape[2], shape[3]);
  return lists(tensor.count, 1, words.place.number);
}
