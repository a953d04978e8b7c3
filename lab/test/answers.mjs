// What the command says to each question of the page: which of the choices is right.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { build, root } from './browser.mjs';
import { readTensors } from './tensors.mjs';

const model = `${build}/lab/lab.safetensors`;
const H = 0.01;
const cnn = (...flags) =>
  execFileSync(`${build}/cnn`, flags.map(String), {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1e8,
    stdio: ['ignore', 'pipe', 'ignore'],
  });

const explain = (where, image) =>
  JSON.parse(cnn('explain', model, 'data/mnist', where, '--index', image, '--json'));

const slope = (where, ...flags) =>
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

const trace = (image, times, ...flags) =>
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
const isPassed = (image) => (c) =>
  c.where !== null && explain(c.where.replace('[', '.grad['), image).value !== 0;

const indicesOf = (where) =>
  where
    .match(/\[(.*)\]/)[1]
    .split(',')
    .map(Number);

// Where a file in PyTorch's layout has a weight of a kernel.
function weightAfter(tensors, where) {
  const [r, s, c, k] = indicesOf(where);
  const name = where.split('[')[0];
  const { shape } = JSON.parse(cnn('info', model, '--json')).layers.find(
    (l) => l.name === name.split('.')[0],
  );
  const bytes = tensors.get(`step0/after/${name}`);
  const channels = bytes.length / 4 / 9 / shape[2];
  return bytes.readFloatLE(4 * (((k * channels + c) * 3 + r) * 3 + s));
}

/* By question: its number, its choices, the test image */
export const answers = {
  shape: ({ where, choices }) => {
    const { layers } = JSON.parse(cnn('info', model, '--json'));
    const { shape } = layers.find((l) => l.name === where.split('[')[0]);
    return theOne(choices, (c) => c.text === shape.join(' × '));
  },
  'largest-term': ({ where, choices, image }) => {
    const { terms } = explain(where, image);
    const size = (c) => {
      const t = terms.find(({ b }) => b === c.where);
      return -Math.abs(t.x * t.y);
    };
    return leastOf(choices.map(size));
  },
  padding: ({ where, choices, image }) => {
    const { terms } = explain(where, image);
    return nearest(choices, terms.filter((t) => t.note === 'padding').length);
  },
  'p-minus-y': ({ where, choices, image }) => nearest(choices, explain(where, image).value),
  'pool-gradient': ({ choices, image }) => theOne(choices, isPassed(image)),
  'pool-ties': ({ choices, image }) => theOne(choices, isPassed(image)),
  'relu-gate': ({ choices, image }) => theOne(choices, isPassed(image)),
  'bias-sum': ({ where, choices, image }) => nearest(choices, explain(where, image).terms.length),
  'weight-up': ({ where, choices, image }) => {
    const { loss, high } = atH(slope(where, '--image', 'data/mnist', '--index', image));
    const right = high > loss ? 'it rises' : high < loss ? 'it falls' : 'it stays';
    return theOne(choices, (c) => c.text === right);
  },
  'pixel-class': ({ where, choices, image }) =>
    inFolder(image, 1, (folder) => {
      const file = `${folder}/train-images-idx3-ubyte`;
      const of = (c) => atH(slope(where, '--image', file, '--label', c.text)).quotient;
      return leastOf(choices.map(of));
    }),
  'batch-divisor': ({ where, choices, image }) => {
    const gradient = trace(image, 4).get('step0/fc1.grad');
    return nearest(choices, gradient.readFloatLE(4 * indicesOf(where)[0]));
  },
  'sgd-step': ({ where, choices, image }) => {
    const tensors = trace(image, 1, '--optimizer', 'sgd', '--lr', 0.1);
    return nearest(choices, weightAfter(tensors, where));
  },
};
