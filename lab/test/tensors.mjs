// Tensors of a safetensors file, and the page's own in the layout of files, which is PyTorch's.
import { readFileSync } from 'node:fs';

export function readTensors(path) {
  const bytes = readFileSync(path);
  const head = Number(bytes.readBigUInt64LE(0));
  const table = JSON.parse(bytes.subarray(8, 8 + head).toString());
  const data = bytes.subarray(8 + head);
  const entries = Object.entries(table).filter(([name]) => name !== '__metadata__');
  return new Map(entries.map(([name, t]) => [name, data.subarray(...t.data_offsets)]));
}

// Runs in the page, so it has all that it needs inside: takes one step on these images and gives
// the SHA-256 of each tensor between its pass and its update.
export async function stepHashes({ images, labels, first, network, batch }) {
  const engine = globalThis.cnnLab;
  if (first) {
    engine.network(network);
    engine.model(batch, 1, true);
    engine.trainer('adam', 0.003, 0);
  }
  const FLAT = [7, 7, 16]; // what lab.net flattens
  // Dimensions as the page has them, and the order in which a file has them.
  const orderOf = (name, shape) => {
    const isWeight = name.includes('.weight');
    if (isWeight && shape.length === 4) return [shape, [3, 2, 0, 1]];
    if (isWeight)
      return [
        [...FLAT, shape[1]],
        [3, 2, 0, 1],
      ];
    if (name.startsWith('flatten1'))
      return [
        [shape[0], ...FLAT],
        [0, 3, 1, 2],
      ];
    if (shape.length === 4) return [shape, [0, 3, 1, 2]];
    return [shape, shape.map((_, d) => d)];
  };
  const inFileLayout = (numbers, shape, order) => {
    const strides = shape.map((_, d) => shape.slice(d + 1).reduce((a, b) => a * b, 1));
    const out = new numbers.constructor(numbers.length);
    let to = 0;
    const walk = (depth, from) => {
      const d = order[depth];
      for (let i = 0; i < shape[d]; i++)
        if (depth + 1 === order.length) out[to++] = numbers[from + i * strides[d]];
        else walk(depth + 1, from + i * strides[d]);
    };
    walk(0, 0);
    return out;
  };
  const decode = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  engine.images(decode(images), labels);
  engine.pass();
  const hashes = {};
  for (const t of engine.tensors().values()) {
    const plain = inFileLayout(engine.numbers(t).slice(), ...orderOf(t.name, t.shape));
    const digest = await crypto.subtle.digest('SHA-256', plain.buffer);
    hashes[t.name] = [...new Uint8Array(digest)]
      .map((b) => b.toString(16).padStart(2, '0'))
      .join('');
  }
  engine.trainStep();
  return hashes;
}
