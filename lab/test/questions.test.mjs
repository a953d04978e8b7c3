// The twelve questions: what the command says is accepted, everything else is not.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { answers, labModel } from './answers.mjs';
import { open } from './browser.mjs';
import { browser, folder } from './suite.mjs';

// In the order of the panel.
const KEYS = [
  'shape',
  'largest-term',
  'padding',
  'p-minus-y',
  'pool-gradient',
  'pool-ties',
  'relu-gate',
  'bias-sum',
  'weight-up',
  'pixel-class',
  'batch-divisor',
  'sgd-step',
];

async function ask(page, key) {
  await page.getByRole('tab', { name: 'Tour' }).click();
  const name = new RegExp(`^Question ${KEYS.indexOf(key) + 1}:`);
  await page.getByRole('button', { name }).click();
  await page.locator('.choices').waitFor();
}

const read = (page) =>
  page.evaluate(
    (model) => ({
      model,
      where: document.querySelector('.guide [data-where]').dataset.where,
      image: Number(document.querySelector('.picture h2 span').textContent.match(/\d+/)[0]),
      choices: [...document.querySelectorAll('.choices button')].map((b) => ({
        text: b.textContent,
        where: b.dataset.where ?? null,
      })),
    }),
    page.model ?? labModel,
  );

const choose = (page, i) => page.locator('.choices button').nth(i).click();
const verdict = (page) => page.locator('.guide [aria-live]').textContent();
const taken = (page) => page.locator('.choices .yes').count();

// A wrong answer, then the right one.
async function atTheSecondTry(page, key) {
  const question = await read(page);
  const right = answers[key](question);
  const wrong = (right + 1) % question.choices.length;
  assert.ok(question.choices.length >= 3, `${key}: ${question.choices.length} choices`);
  await choose(page, wrong);
  assert.equal(await taken(page), 0, `${key}: a wrong answer was accepted`);
  assert.match(await verdict(page), /One more try/);
  await choose(page, right);
  assert.equal(await taken(page), 1, `${key}: the command’s answer was refused`);
  assert.match(await verdict(page), /^Right/);
  return question;
}

// Two wrong answers: the right one is shown.
async function shown(page, key) {
  const question = await read(page);
  const right = answers[key](question);
  for (let i = 0, tries = 0; tries < 2; i++)
    if (i !== right) {
      await choose(page, i);
      tries++;
    }
  assert.match(await verdict(page), /^It is/);
  assert.equal(await page.locator('.choices button').nth(right).getAttribute('class'), 'yes', key);
  return question;
}

for (const key of KEYS)
  test(`question ${key}: the answer is the command’s`, async () => {
    const page = await open(browser);
    await ask(page, key);
    const first = await atTheSecondTry(page, key);
    await page.getByRole('button', { name: 'See it in the page' }).click();
    const seen = await page.locator('.crumb b').textContent();
    assert.ok(seen.startsWith(first.where.split(/[.[]/)[0]) || first.choices[0].where, seen);
    await page.getByRole('button', { name: 'Another like it' }).click();
    await page.waitForFunction(() => !document.querySelector('.choices .yes'));
    await shown(page, key);
    // Another image: the question is made again.
    await page.keyboard.press('m');
    await page.waitForFunction(() => !document.querySelector('.choices .yes'));
    const other = await atTheSecondTry(page, key);
    assert.notEqual(other.image, first.image);
    assert.deepEqual(page.wrong, []);
    await page.context().close();
  });

test('a click in the map answers', async () => {
  const page = await open(browser);
  await ask(page, 'pool-gradient');
  const question = await read(page);
  const right = answers['pool-gradient'](question);
  const { where } = question.choices[right];
  const [y, x, k] = where.match(/\[(.*)\]/)[1].split(',');
  const box = await page
    .locator('[data-tensor="relu1"].sheets .sheet')
    .nth(Number(k))
    .boundingBox();
  const cell = box.width / 28; // little more than a pixel: the button of the cell lights up
  const isAt = () => page.locator('.choices button').nth(right).getAttribute('class');
  const spots = [0.5, 0.1, 0.9].flatMap((v) => [0.5, 0.1, 0.9].map((u) => [u, v]));
  for (const [u, v] of spots) {
    await page.mouse.move(box.x + (Number(x) + u) * cell, box.y + (Number(y) + v) * cell);
    if ((await isAt()) === 'at') break;
  }
  assert.equal(await isAt(), 'at');
  await page.mouse.down();
  await page.mouse.up();
  assert.match(await verdict(page), /^Right/);
  await page.context().close();
});

test('after a batch a question is about one image again', async () => {
  const page = await open(browser);
  await page.locator('.batch-switch button').nth(1).click();
  await ask(page, 'p-minus-y');
  await atTheSecondTry(page, 'p-minus-y');
  await page.context().close();
});

test('by keys alone', async () => {
  const page = await open(browser);
  await page.keyboard.press('o');
  const focused = () =>
    page.evaluate(() => document.activeElement.getAttribute('aria-label') ?? '');
  for (let i = 0; i < 80 && !(await focused()).startsWith('Question 4'); i++)
    await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.locator('.choices').waitFor();
  const question = await read(page);
  const right = answers['p-minus-y'](question);
  await page.keyboard.press('g');
  for (let i = 0; i < right + 2; i++) await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  assert.match(await verdict(page), /^Right/);
  await page.context().close();
});

test('by touch at 390 px', async () => {
  const page = await open(browser, {
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
  });
  await page.getByRole('tab', { name: 'Tour' }).tap();
  await page.getByRole('button', { name: /^Question 5/ }).tap();
  await page.locator('.choices').waitFor();
  const question = await read(page);
  await page.locator('.choices button').nth(answers['pool-gradient'](question)).tap();
  assert.match(await verdict(page), /^Right/);
  await page.context().close();
});

// What the page shows, as a model file.
async function keepModel(page) {
  const bytes = await page.evaluate(() => [...globalThis.cnnLab.save()]);
  page.model = `${folder}/model.safetensors`;
  writeFileSync(page.model, Uint8Array.from(bytes));
}

// Of the other networks too, what is asked is answered by the command; what has no place, says so.
const none = (page) => page.getByText('This image or network has no place').count();

for (const [net, least] of Object.entries({ tiny: 12, simple: 12, scratch: 9, odd: 9 }))
  test(`questions of ${net}`, async () => {
    const page = await open(browser, { hash: `#net=${net}` });
    await keepModel(page);
    const missing = [];
    for (const key of KEYS) {
      await page.getByRole('tab', { name: 'Tour' }).click();
      await page
        .getByRole('button', { name: new RegExp(`^Question ${KEYS.indexOf(key) + 1}:`) })
        .click();
      await page.locator('.choices, .guide > p:not([data-where]):not(.row)').first().waitFor();
      await page.waitForFunction(
        () => !document.querySelector('.guide').textContent.includes('One moment'),
      );
      if (await none(page)) missing.push(key);
      else await atTheSecondTry(page, key);
    }
    assert.ok(KEYS.length - missing.length >= least, `no ${missing.join(' ')}`);
    console.log(`${net}: no ${missing.join(' ') || 'question missing'}`);
    assert.deepEqual(page.wrong, []);
    await page.context().close();
  });

test('a link opens a question, and is written', async () => {
  const page = await open(browser, { hash: '#image=18&x=pool-ties' });
  await page.locator('.choices').waitFor();
  assert.match(await page.locator('#guide').textContent(), /^Question 6/);
  await page.waitForFunction(() => location.hash.includes('x=pool-ties'));
  await choose(page, answers['pool-ties'](await read(page)));
  assert.match(await verdict(page), /^Right/);
  await page.getByRole('button', { name: /^Next question/ }).click();
  await page.waitForFunction(() => location.hash.includes('x=relu-gate'));
  await page.context().close();
  const bad = await open(browser, { hash: '#x=nonsense' });
  assert.equal(await bad.locator('.guide').count(), 0);
  assert.equal(await bad.getByText('x=nonsense').count(), 1);
  await bad.context().close();
});
