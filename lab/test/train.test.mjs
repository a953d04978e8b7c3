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

async function saved(page) {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save model' }).click(),
  ]);
  return readFileSync(await download.path());
}

test('after two epochs, stopped and resumed, the saved model is the file of the command shown', async () => {
  const page = await open(browser);
  await toTraining(page);
  for (let i = 0; i < 7; i++) await page.getByRole('button', { name: 'One step' }).click();
  await page.getByRole('button', { name: 'full' }).click();
  for (let epoch = 1; epoch <= 2; epoch++) {
    await page.getByRole('button', { name: 'One epoch' }).click();
    await page.waitForFunction((n) => {
      const text = document.querySelector('.train .command')?.textContent;
      return text?.includes(`--epochs ${n} `);
    }, epoch);
  }
  const command = await page.locator('.train .command').textContent();
  const flags = command.trim().split(' ').slice(1, -2);
  const fused = await page.evaluate(() => globalThis.cnnLab.fused());
  const backend = fused ? [] : ['--backend', 'base'];
  const file = `${folder}/cnn.safetensors`;
  cnn(...flags, ...backend, '--out', file);
  assert.equal(hash(await saved(page)), hash(readFileSync(file)));
  await readsAs(page, file);
  assert.deepEqual(page.wrong, []);
  await page.context().close();
});

// The confusion and the misread pictures are those of `cnn eval`; one of them can be looked at.
async function readsAs(page, file) {
  const flags = ['--data', 'data/mnist', '--limit', '2000', '--json'];
  const told = JSON.parse(cnn('eval', file, ...flags));
  const cells = await page.evaluate(() =>
    [...document.querySelectorAll('.confusion tbody tr')].map((tr) =>
      [...tr.querySelectorAll('td')].map((td) => Number(td.textContent)),
    ),
  );
  assert.deepEqual(cells, told.confusion);
  const wrong = told.images - Math.round(told.images * told.accuracy);
  const heading = await page.locator('.train h3', { hasText: 'Misread now' }).textContent();
  assert.equal(heading, `Misread now ${wrong} of 2,000`);
  const first = page.locator('.misreads button').first();
  const label = await first.getAttribute('aria-label');
  await first.click();
  const seen = await page.locator('.picture h2').first().textContent();
  assert.ok(seen.includes(label.match(/test image \d+/)[0]), `${label}: ${seen}`);
  const says = await page.locator('.bars .says span').first().textContent();
  assert.ok(label.endsWith(`read as ${says}`), `${label}: ${says}`);
}

test('a second run beside it has its own settings, and its weights go on the maps', async () => {
  const page = await open(browser);
  await toTraining(page);
  await page.getByLabel('A second run beside it').check();
  await page.waitForFunction(() => document.querySelector('.primary:not(:disabled)'));
  await page.getByRole('button', { name: 'full' }).click();
  await page.getByRole('button', { name: 'One epoch' }).click();
  await page.locator('.train .command').waitFor();
  const rights = page.locator('.train h3', { hasText: 'Held-out' }).locator('span');
  const train = ['train', 'networks/lab.net', '--data', 'data/mnist', '--limit', '10000'];
  const rest = ['--test-limit', '2000', '--epochs', '1', '--batch-size', '32', '--json'];
  const settings = [
    ['adam', '0.003'],
    ['sgd', '0.05'],
  ];
  for (const [i, [rule, rate]] of settings.entries()) {
    const out = ['--optimizer', rule, '--lr', rate, '--out', `${folder}/${rule}.safetensors`];
    const { accuracy } = JSON.parse(cnn(...train, ...rest, ...out)).test;
    const text = () => rights.nth(i).textContent();
    await page
      .waitForFunction(
        ([k, percent]) =>
          [...document.querySelectorAll('.train h3')]
            .find((h) => h.textContent.includes('Held-out'))
            .querySelectorAll('span')
            [k].textContent.includes(percent),
        [i, `${(100 * accuracy).toFixed(1)} %`],
      )
      .catch(async () => assert.fail(`${rule}: ${await text()} is ${accuracy}`));
  }
  const largest = () => page.locator('.strip h3').first().textContent();
  const mine = await largest();
  await page.getByRole('button', { name: 'Second run' }).click();
  await page.waitForFunction((t) => document.querySelector('.strip h3').textContent !== t, mine);
  await page.getByLabel('A second run beside it').uncheck();
  await page.waitForFunction((t) => document.querySelector('.strip h3').textContent === t, mine);
  assert.deepEqual(page.wrong, []);
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
