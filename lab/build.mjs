// node lab/build.mjs BUILD - puts the page, both modules, images, the book's pages and a trained
// model into one file, BUILD/lab/index.html. Fails above 3.5 MB.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deflateRawSync } from 'node:zlib';
import { buildSync } from 'esbuild';
import { measured } from './measured.mjs';

const LIMIT = 3_500_000;
const [TRAIN, HELD, PIXELS] = [10_000, 2_000, 784];
const [IMAGES_HEAD, LABELS_HEAD] = [16, 8]; // of IDX files
const MARK = '<!--cnn lab 1-->'; // where the model and its images go: cli/lab_template.c
const lab = dirname(fileURLToPath(import.meta.url));
const root = resolve(lab, '..');
const build = resolve(root, process.argv[2] ?? 'build');

const mnist = (name, head, size) =>
  readFileSync(`${root}/data/mnist/${name}-ubyte`).subarray(head, head + size);

// The book, and what else has a line that a mistake changes.
const OTHERS = [
  'engine/batch',
  'engine/init',
  'engine/model',
  'mistakes/flatten',
  'train/optimizers',
];
function pages() {
  const book = readdirSync(`${root}/src/ops`).filter((n) => n.endsWith('.c'));
  const names = [...book.map((n) => `src/ops/${n}`), ...OTHERS.map((n) => `src/${n}.c`)];
  const texts = names.map((n) => [n, readFileSync(`${root}/${n}`, 'utf8')]);
  return Buffer.from(JSON.stringify(Object.fromEntries(texts)));
}

const PRESETS = ['lab', 'tiny', 'simple', 'scratch', 'odd'];
function networks() {
  const texts = PRESETS.map((n) => [n, readFileSync(`${root}/networks/${n}.net`, 'utf8')]);
  return Buffer.from(JSON.stringify(Object.fromEntries(texts)));
}

// What every page has, and what cnn lab has others of (cli/lab_page.c).
function fixed() {
  return {
    'wasm-relaxed': readFileSync(`${build}/wasm/relaxed/lab.wasm`),
    'wasm-plain': readFileSync(`${build}/wasm/plain/lab.wasm`),
    networks: networks(),
    pages: pages(),
    measured: Buffer.from(JSON.stringify(measured(`${root}/docs/mistakes.md`))),
  };
}
const ABOUT = {
  own: 'lab',
  name: 'lab.net',
  program: 'build/cnn',
  model: 'build/lab/lab.safetensors',
  data: 'data/mnist',
  text: readFileSync(`${root}/networks/lab.net`, 'utf8'),
  train: TRAIN,
  classes: [...'0123456789'],
};
function ownModel() {
  return {
    images: mnist('train-images-idx3', IMAGES_HEAD, TRAIN * PIXELS),
    labels: mnist('train-labels-idx1', LABELS_HEAD, TRAIN),
    held: mnist('t10k-images-idx3', IMAGES_HEAD, HELD * PIXELS),
    'held-labels': mnist('t10k-labels-idx1', LABELS_HEAD, HELD),
    model: readFileSync(`${build}/lab/lab.safetensors`),
    about: Buffer.from(JSON.stringify(ABOUT)),
  };
}

function element([id, data]) {
  const packed = deflateRawSync(data, { level: 9 }).toString('base64');
  return `<script type="application/octet-stream" id="${id}">${packed}</script>`;
}

const elements = (bytes) => Object.entries(bytes).map(element).join('\n');

function bundle(entry, format) {
  const { outputFiles } = buildSync({
    entryPoints: [`${lab}/src/${entry}`],
    bundle: true,
    minify: true,
    format,
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    loader: { '.css': 'text' },
    write: false,
  });
  return outputFiles[0].text.trim().replaceAll('</script', '<\\/script');
}

function styles() {
  const own = readdirSync(`${lab}/src`).filter((n) => n.endsWith('.css') && n !== 'style.css');
  const paths = ['node_modules/uplot/dist/uPlot.min.css', 'src/style.css'];
  return [...paths, ...own.map((n) => `src/${n}`)]
    .map((path) => readFileSync(`${lab}/${path}`, 'utf8'))
    .join('\n');
}

const parts = {
  STYLE: styles(),
  BYTES: `${elements(fixed())}\n${MARK}`,
  WORKER: bundle('worker.ts', 'iife'),
  SCRIPT: bundle('app.tsx', 'esm'),
};
const template = readFileSync(`${lab}/src/page.html`, 'utf8');
const empty = template.replace(/@([A-Z]+)@/g, (_, name) => parts[name]);
writeFileSync(`${build}/lab/page.html`, empty);
const page = empty.replace(MARK, () => elements(ownModel()));
const size = Buffer.byteLength(page);
writeFileSync(`${build}/lab/index.html`, page);
console.log(`${process.argv[2] ?? 'build'}/lab/index.html  ${(size / 1e6).toFixed(2)} MB`);
if (size > LIMIT) {
  console.error(`lab: the page is over ${LIMIT} bytes`);
  process.exit(1);
}
