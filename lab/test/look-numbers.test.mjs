// Every number that can be looked at, in five networks: tensors as bytes against `cnn trace`, before
// and after an update, of one image and of a batch; sums, term by term, against `cnn explain`.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { after, before, test } from 'node:test';
import { build, launch, open, root } from './browser.mjs';
import { lookInPage, testImages, whereOf, writeImages } from './numbers.mjs';
import { readTensors } from './tensors.mjs';

const NETWORKS = ['lab', 'tiny', 'simple', 'scratch', 'odd'];
const TRAINED = `${build}/lab/lab.safetensors`; // of lab; the others have random weights
const ONE = [18]; // misread by the trained one
const SEVERAL = [18, 0, 7, 1999, 321];
const PLACES = 5; // of each tensor

let browser;
let folder;
before(async () => {
  browser = await launch();
  folder = mkdtempSync(`${tmpdir()}/lab-`);
});
after(async () => {
  await browser.close();
  rmSync(folder, { recursive: true });
});

const cnn = (...flags) =>
  execFileSync(`${build}/cnn`, flags.map(String), {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1e8,
    stdio: 'pipe',
  });
const hash = (bytes) => createHash('sha256').update(bytes).digest('hex');
const textOf = (name) => readFileSync(`${root}/networks/${name}.net`, 'utf8');
const same = (a, b) => Math.fround(a) === Math.fround(b);

async function backendOf(page) {
  return (await page.evaluate(() => globalThis.cnnLab.fused())) ? [] : ['--backend', 'base'];
}

function metadata(path) {
  const bytes = readFileSync(path);
  const head = bytes.subarray(8, 8 + Number(bytes.readBigUInt64LE(0)));
  return JSON.parse(head.toString()).__metadata__;
}

// What the page has of these images in this network; its model is written beside.
async function look(page, name, indices, rule, rate) {
  const { images, labels } = testImages(indices);
  const trained = name === 'lab' ? readFileSync(TRAINED).toString('base64') : '';
  const what = { text: textOf(name), file: trained, seed: 3, rule, rate };
  const seen = await page.evaluate(lookInPage, {
    ...what,
    images: images.toString('base64'),
    labels,
  });
  seen.path = `${folder}/${name}.safetensors`;
  writeFileSync(seen.path, Buffer.from(seen.model, 'base64'));
  return seen;
}

// The same images twice: the second step begins with the parameters after the first.
async function trace(page, name, seen, indices, rule, rate) {
  const { images, labels } = testImages([...indices, ...indices]);
  const file = `${folder}/trace.safetensors`;
  writeImages(`${folder}/twice`, { images, labels });
  const { 'cnn.mean': mean, 'cnn.deviation': std } = metadata(seen.path);
  const what = ['trace', `networks/${name}.net`, '--weights', seen.path, '--steps', 2];
  const rest = ['--batch-size', indices.length, '--optimizer', rule, '--lr', rate];
  const data = ['--data', `${folder}/twice`, '--mean', mean, '--std', std, '--out', file];
  cnn(...what, ...rest, ...data, ...(await backendOf(page)));
  return readTensors(file);
}

function compare(hashes, step, said, moved) {
  let compared = 0;
  for (const [name, seen] of Object.entries(hashes)) {
    const key = said.has(`${step}/${name}`) ? `${step}/${name}` : moved + name;
    assert.ok(said.has(key), `${key} is in the trace`);
    assert.equal(seen, hash(said.get(key)), key);
    compared++;
  }
  return compared;
}

for (const name of NETWORKS)
  for (const [indices, rule, rate] of [
    [ONE, 'adam', 0.003],
    [SEVERAL, 'sgd', 0.05],
  ])
    test(`${name}, ${indices.length} images, ${rule}: every tensor has the bytes of cnn trace`, async () => {
      const page = await open(browser);
      const seen = await look(page, name, indices, rule, rate);
      const said = await trace(page, name, seen, indices, rule, rate);
      const first = compare(seen.hashes.before, 'step0', said, 'initial/');
      const second = compare(seen.hashes.after, 'step1', said, 'step0/after/');
      const losses = ['step0', 'step1'].map((s) => said.get(`${s}/loss`).readDoubleLE(0));
      assert.deepEqual([seen.change.before, seen.change.after], losses);
      assert.equal(seen.change.change, losses[1] - losses[0]);
      console.log(`${name}: ${first} tensors, ${second} after the update`);
      await page.context().close();
    });

// The first, the last, the largest, and some between.
const spread = ({ count, largest }) =>
  [...new Set([0, count - 1, largest, count * 0.37, count * 0.71].map(Math.floor))].slice(
    0,
    PLACES,
  );

function explain(seen, where, index) {
  return JSON.parse(cnn('explain', seen.path, 'data/mnist', where, '--index', index, '--json'));
}

function sameSum(sum, said, of, where) {
  assert.ok(same(sum.stored, said.value), `${where}: ${sum.stored} is ${said.value}`);
  assert.equal(sum.terms.length, said.terms.length, where);
  assert.equal(sum.kind, said.kind, where);
  if (said.book) assert.equal(`${sum.page}:${sum.line}`, `${said.book.page}:${said.book.line}`);
  if (said.start) assert.equal(whereOf(of(sum.start), sum.startIndex), said.start.where);
  said.terms.forEach((t, i) => {
    const term = sum.terms[i];
    for (const key of ['x', 'y', 'sum'])
      assert.ok(t[key] === undefined || same(term[key], t[key]), `${where}, ${key} of term ${i}`);
    if (t.a) assert.equal(whereOf(of(sum.a), term.a), t.a, `${where}, term ${i}`);
    if (t.b) assert.equal(whereOf(of(sum.b), term.b), t.b, `${where}, term ${i}`);
  });
}

for (const name of NETWORKS)
  test(`${name}: sums all over have the terms of cnn explain`, async () => {
    const page = await open(browser);
    const seen = await look(page, name, ONE, 'adam', 0.003);
    const byName = new Map(seen.tensors.map((t) => [t.name, t]));
    let terms = 0;
    let sums = 0;
    for (const tensor of seen.tensors)
      for (const index of spread(tensor)) {
        const where = whereOf(tensor, index);
        const sum = await page.evaluate(
          ([t, i]) => globalThis.cnnLab.sum(t, i),
          [tensor.name, index],
        );
        sameSum(sum, explain(seen, where, ONE[0]), (n) => byName.get(n), where);
        terms += sum.terms.length;
        sums++;
      }
    console.log(`${name}: ${sums} sums, ${terms} terms`);
    await page.context().close();
  });
