// A network's numbers in the page and the command's: tensors in the layout of files, places as
// `cnn explain` names them, images as IDX files.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { root } from './browser.mjs';

// Runs in the page, so it has all that it needs inside. Makes the model, passes the images, takes an
// update, and gives the SHA-256 of every tensor before and after, and the model's file.
export async function lookInPage({ text, file, seed, images, labels, rule, rate }) {
  const engine = globalThis.cnnLab;
  const decode = (base64) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  if (file) engine.load(decode(file), labels.length, true);
  else {
    engine.network(text);
    engine.model(labels.length, seed, true);
  }
  // The dimensions [h, w, c] that a flat list had before it was one, by layer.
  const flat = {};
  const inputs = {};
  let now = null;
  let before = null;
  for (const l of engine.layers()) {
    inputs[l.name] = now;
    if (l.kind === 'flatten') now = [before.height, before.width, before.channels];
    if (l.kind === 'dense') now = null;
    flat[l.name] = now;
    before = l;
  }
  // Dimensions as the page has them, and the order in which a file has them, which is PyTorch's.
  const orderOf = (name, shape) => {
    const [layer] = name.split('.');
    const isWeight = name.includes('.weight');
    if (isWeight && shape.length === 4) return [shape, [3, 2, 0, 1]];
    if (isWeight && inputs[layer])
      return [
        [...inputs[layer], shape[1]],
        [3, 2, 0, 1],
      ];
    if (isWeight) return [shape, [1, 0]];
    if (shape.length === 4) return [shape, [0, 3, 1, 2]];
    if (flat[layer] && !name.includes('.bias'))
      return [
        [shape[0], ...flat[layer]],
        [0, 3, 1, 2],
      ];
    return [shape, shape.map((_, d) => d)];
  };
  const inFileLayout = (numbers, [shape, order]) => {
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
  const hash = async (t, name) => {
    const plain = inFileLayout(engine.numbers(t).slice(), orderOf(name, t.shape));
    const digest = await crypto.subtle.digest('SHA-256', plain.buffer);
    return [...new Uint8Array(digest)].map((b) => b.toString(16).padStart(2, '0')).join('');
  };
  const hashes = { before: {}, after: {} };
  engine.images(decode(images), labels);
  const loss = engine.pass();
  for (const t of engine.tensors().values()) hashes.before[t.name] = await hash(t, t.name);
  engine.update(rule, rate, 0);
  for (const t of engine.tensorsAfter().values()) {
    const name = t.name.replace('.after', '');
    hashes.after[name] = await hash(t, name);
  }
  const bytes = engine.save();
  let model = '';
  for (let i = 0; i < bytes.length; i += 30000)
    model += String.fromCharCode(...bytes.subarray(i, i + 30000));
  const tensors = [...engine.tensors().values()].map((t) => ({
    name: t.name,
    shape: t.shape,
    count: t.count,
    largest: t.integers ? 0 : engine.largest(t.name),
  }));
  return { hashes, loss, change: engine.change(), model: btoa(model), tensors };
}

// As `cnn explain` takes it, of one image.
export function whereOf({ name, shape }, index) {
  const isParameter = /\.(weight|bias)\b/.test(name);
  const sizes = isParameter ? shape : shape.slice(1);
  const at = [];
  let rest = index;
  for (const size of sizes.toReversed()) {
    at.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  // A picture has one channel, which is not said.
  if (!isParameter && at.length === 3 && sizes[2] === 1) at.pop();
  return at.length ? `${name}[${at}]` : name;
}

const mnist = (name, head) => readFileSync(`${root}/data/mnist/${name}-ubyte`).subarray(head);
export function testImages(indices) {
  const [images, labels] = [mnist('t10k-images-idx3', 16), mnist('t10k-labels-idx1', 8)];
  return {
    images: Buffer.concat(indices.map((i) => images.subarray(784 * i, 784 * (i + 1)))),
    labels: indices.map((i) => labels[i]),
  };
}

function idx(magic, sizes, bytes) {
  const head = Buffer.alloc(4 + 4 * sizes.length);
  [magic, ...sizes].forEach((n, i) => {
    head.writeUInt32BE(n, 4 * i);
  });
  return Buffer.concat([head, bytes]);
}

// A data set whose training and test images are these.
export function writeImages(folder, { images, labels }) {
  mkdirSync(folder, { recursive: true });
  for (const which of ['train', 't10k']) {
    const [n, path] = [labels.length, `${folder}/${which}`];
    writeFileSync(`${path}-images-idx3-ubyte`, idx(0x803, [n, 28, 28], images));
    writeFileSync(`${path}-labels-idx1-ubyte`, idx(0x801, [n], Buffer.from(labels)));
  }
}
