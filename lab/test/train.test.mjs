// Training: the page's bits against the command's.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { after, before, test } from 'node:test';
import { launch, open } from './browser.mjs';
import { cnn, everyTensor, hash } from './trace.mjs';

const STEPS = 30;
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
  const file = `${folder}/cnn.safetensors`;
  cnn(...flags, '--out', file);
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
  const page = await open(browser);
  console.log(`${await everyTensor(page, folder, STEPS)} tensors`);
  await page.context().close();
});
