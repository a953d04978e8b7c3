// Training: the page's bits against the command's.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { after, before, test } from 'node:test';
import { build, launch, open, root } from './browser.mjs';
import { readTensors, stepHashes } from './tensors.mjs';

const STEPS = 30;
const BATCH = 32;
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

const cnn = (...flags) => execFileSync(`${build}/cnn`, flags, { cwd: root, stdio: 'pipe' });
const hash = (bytes) => createHash('sha256').update(bytes).digest('hex');

async function toTraining(page) {
  await page.getByRole('tab', { name: 'Train' }).click();
  await page.waitForFunction(() => document.querySelector('.primary:not(:disabled)'));
}

const idle = (page) =>
  page.waitForFunction(() => document.querySelector('.primary').textContent.includes('Run'));

async function saved(page) {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save model' }).click(),
  ]);
  return readFileSync(await download.path());
}

test('after an epoch, stopped and resumed, the saved model is the file of the command shown', async () => {
  const page = await open(browser);
  await toTraining(page);
  for (let i = 0; i < 7; i++) await page.getByRole('button', { name: 'One step' }).click();
  await page.getByRole('button', { name: 'full' }).click();
  await page.getByRole('button', { name: 'One epoch' }).click();
  await page.locator('.train .command').waitFor();
  const command = await page.locator('.train .command').textContent();
  const flags = command.trim().split(' ').slice(1, -2);
  const fused = await page.evaluate(() => globalThis.cnnLab.fused());
  const backend = fused ? [] : ['--backend', 'base'];
  cnn(...flags, ...backend, '--out', `${folder}/cnn.safetensors`);
  assert.equal(hash(await saved(page)), hash(readFileSync(`${folder}/cnn.safetensors`)));
  assert.deepEqual(page.wrong, []);
  await page.context().close();
});

test('95 % of the held-out images, at full speed', async () => {
  const page = await open(browser);
  await toTraining(page);
  await page.getByRole('button', { name: 'full' }).click();
  const began = performance.now();
  await page.getByRole('button', { name: /Run/ }).click();
  await page.waitForFunction(() => {
    const text = document.querySelectorAll('.train h3 span')[1].textContent;
    return Number.parseFloat(text) >= 95;
  });
  console.log(`95 % after ${((performance.now() - began) / 1000).toFixed(1)} s`);
  await page.waitForTimeout(1500);
  console.log(await page.locator('.train .status').textContent());
  await page.getByRole('button', { name: /Pause/ }).click();
  await idle(page);
  await page.context().close();
});

test(`${STEPS} steps: every tensor has the bytes of cnn trace`, async () => {
  const file = `${folder}/trace.safetensors`;
  const what = ['trace', 'networks/lab.net', '--steps', STEPS, '--batch-size', BATCH];
  const rest = ['--lr', 0.003, '--limit', 10000, '--data', 'data/mnist', '--out', file];
  cnn(...what.concat(rest).map(String));
  const page = await open(browser);
  const mnist = (name, head) => readFileSync(`${root}/data/mnist/${name}-ubyte`).subarray(head);
  const images = mnist('train-images-idx3', 16).subarray(0, 784 * STEPS * BATCH);
  const labels = mnist('train-labels-idx1', 8).subarray(0, STEPS * BATCH);
  const network = readFileSync(`${root}/networks/lab.net`, 'utf8');
  const told = readTensors(file);
  let compared = 0;
  for (let i = 0; i < STEPS; i++) {
    const hashes = await page.evaluate(stepHashes, {
      images: images.subarray(784 * BATCH * i, 784 * BATCH * (i + 1)).toString('base64'),
      labels: [...labels.subarray(BATCH * i, BATCH * (i + 1))],
      first: i === 0,
      network,
      batch: BATCH,
    });
    for (const [name, seen] of Object.entries(hashes)) {
      const key = `step${i}/${name}`;
      if (!told.has(key)) continue;
      assert.equal(seen, hash(told.get(key)), key);
      compared++;
    }
  }
  assert.ok(compared >= 29 * STEPS, `${compared} tensors`);
  console.log(`${compared} tensors`);
  await page.context().close();
});
