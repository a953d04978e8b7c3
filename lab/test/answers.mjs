// What the command says to each question of the page: which of the choices is right.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { build, root } from './browser.mjs';
import { readTensors } from './tensors.mjs';

export const labModel = `${build}/lab/lab.safetensors`;
const H = 0.01;
const cnn = (...flags) =>
  execFileSync(`${build}/cnn`, flags.map(String), {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1e8,
    stdio: ['ignore', 'pipe', 'ignore'],
  });

const explain = (where, { model, image }) =>
  JSON.parse(cnn('explain', model, 'data/mnist', where, '--index', image, '--json'));

const slope = (model, where, ...flags) =>
  JSON.parse(cnn('gradcheck', model, '--at', where, ...flags, '--json'));

const atH = (answer) => ({ loss: answer.loss, ...answer.rows.find((r) => r.h === H) });

/* A folder that holds one test image a few times */

const head = (...words) => {
  const bytes = Buffer.from(Uint32Array.from(words).buffer);
  return bytes.swap32();
};

function inFolder(image, times, act) {
  const folder = mkdtempSync(`${tmpdir()}/lab-`);
  const read = (name) => readFileSync(`${root}/data/mnist/${name}-ubyte`);
  const pixels = read('t10k-images-idx3').subarray(16 + 784 * image, 16 + 784 * (image + 1));
  const label = read('t10k-labels-idx1').subarray(8 + image, 9 + image);
  const of = (one) => Array(times).fill(one);
  const images = Buffer.concat([head(0x803, times, 28, 28), ...of(pixels)]);
  writeFileSync(`${folder}/train-images-idx3-ubyte`, images);
  writeFileSync(
    `${folder}/train-labels-idx1-ubyte`,
    Buffer.concat([head(0x801, times), ...of(label)]),
  );
  try {
    return act(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const trace = ({ model, image }, times, ...flags) =>
  inFolder(image, times, (folder) => {
    const out = `${folder}/trace.safetensors`;
    cnn('trace', model, '--data', folder, '--batch-size', times, '--out', out, ...flags);
    return readTensors(out);
  });

/* Choices */

const numberOf = (text) => Number(text.replace('−', '-'));

// The choice that is this number, as far as it is shown.
function nearest(choices, value) {
  const off = choices.map(({ text }) => Math.abs(numberOf(text) - value));
  const best = off.indexOf(Math.min(...off));
  if (!(off[best] <= 0.006 * Math.abs(value))) throw new Error(`no choice is ${value}`);
  return best;
}

const theOne = (choices, good) => {
  const found = choices.flatMap((c, i) => (good(c) ? [i] : []));
  if (found.length !== 1) throw new Error(`${found.length} choices are right`);
  return found[0];
};

const leastOf = (values) => values.indexOf(Math.min(...values));
const isPassed = (question) => (c) =>
  c.where !== null && explain(c.where.replace('[', '.grad['), question).value !== 0;

const indicesOf = (where) =>
  where
    .match(/\[(.*)\]/)[1]
    .split(',')
    .map(Number);

const layersOf = (model) => JSON.parse(cnn('info', model, '--json')).layers;

// A weight of a kernel after the step; the file has PyTorch's layout.
function weightAfter({ model, where }, tensors) {
  const [r, s, c, k] = indicesOf(where);
  const name = where.split('[')[0];
  const { text, shape } = layersOf(model).find((l) => l.name === name.split('.')[0]);
  const [R, S] = text
    .match(/(\d+)x(\d+)/)
    .slice(1)
    .map(Number);
  const bytes = tensors.get(`step0/after/${name}`);
  const channels = bytes.length / 4 / R / S / shape[2];
  return bytes.readFloatLE(4 * (((k * channels + c) * R + r) * S + s));
}

const shapeText = ({ shape }) => (shape.length === 3 ? shape : [shape[0]]).join(' × ');

/* A question is: its model, the test image, its number, its choices. */
export const answers = {
  shape: ({ model, where, choices }) => {
    const layer = layersOf(model).find((l) => l.name === where.split('[')[0]);
    return theOne(choices, (c) => c.text === shapeText(layer));
  },
  'largest-term': (q) => {
    const { terms } = explain(q.where, q);
    const size = (c) => {
      const t = terms.find(({ b }) => b === c.where);
      return -Math.abs(t.x * t.y);
    };
    return leastOf(q.choices.map(size));
  },
  padding: (q) => {
    const { terms } = explain(q.where, q);
    return nearest(q.choices, terms.filter((t) => t.note === 'padding').length);
  },
  'p-minus-y': (q) => nearest(q.choices, explain(q.where, q).value),
  'pool-gradient': (q) => theOne(q.choices, isPassed(q)),
  'pool-ties': (q) => theOne(q.choices, isPassed(q)),
  'relu-gate': (q) => theOne(q.choices, isPassed(q)),
  'bias-sum': (q) => nearest(q.choices, explain(q.where, q).terms.length),
  'weight-up': ({ model, where, choices, image }) => {
    const flags = ['--image', 'data/mnist', '--index', image];
    const { loss, high } = atH(slope(model, where, ...flags));
    const right = high > loss ? 'it rises' : high < loss ? 'it falls' : 'it stays';
    return theOne(choices, (c) => c.text === right);
  },
  'pixel-class': ({ model, where, choices, image }) =>
    inFolder(image, 1, (folder) => {
      const file = `${folder}/train-images-idx3-ubyte`;
      const of = (c) => atH(slope(model, where, '--image', file, '--label', c.text)).quotient;
      return leastOf(choices.map(of));
    }),
  'batch-divisor': (q) => {
    const gradient = trace(q, 4).get(`step0/${q.where.split('[')[0]}`);
    return nearest(q.choices, gradient.readFloatLE(4 * indicesOf(q.where)[0]));
  },
  'sgd-step': (q) => {
    const tensors = trace(q, 1, '--optimizer', 'sgd', '--lr', 0.1);
    return nearest(q.choices, weightAfter(q, tensors));
  },
};
