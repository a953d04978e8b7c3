// A card of Break as a person goes through it, and what docs/mistakes.md says of it.
import assert from 'node:assert/strict';
import { measured } from '../measured.mjs';
import { root } from './browser.mjs';

export const docs = measured(`${root}/docs/mistakes.md`).mistakes;
const LONG = { timeout: 240_000 };

export async function toBreak(page) {
  await page.keyboard.press('b');
  await page.locator('.break').waitFor();
}

export async function openCard(page, name) {
  await page.getByLabel('Find').fill(name);
  const entries = page.locator('.entry');
  await entries
    .filter({ has: page.locator('b', { hasText: new RegExp(`^${name}$`) }) })
    .first()
    .click();
  await page.getByRole('heading', { name, exact: true }).waitFor();
}

export async function guess(page, curve, check) {
  const asked = page.locator('.ask');
  for (const [i, shows] of [curve, check].entries())
    await asked
      .nth(i)
      .getByRole('button', { name: shows ? 'Yes' : 'No' })
      .click();
  await page.getByRole('button', { name: /Run both/ }).click();
  await page.waitForFunction(
    () => document.querySelectorAll('.right-guess, .wrong-guess').length === 2,
    null,
    LONG,
  );
}

export async function threeEpochs(page) {
  await page.getByRole('button', { name: 'Two epochs more' }).click();
  await page.waitForFunction(
    () => [...document.querySelectorAll('.accuracies td:last-child')].every((td) => td.textContent),
    null,
    LONG,
  );
}

export const doctorDone = (page) =>
  page.waitForFunction(
    () => !document.querySelector('.doctor').textContent.includes('some seconds'),
    null,
    LONG,
  );

// With one digit, as scripts/mistakes writes it: a tie goes to the even digit.
function rounded(text) {
  if (!/\d/.test(text)) return text;
  const exact = 100 * (Math.round(Number(text) * 20) / 2000);
  const tie = Number.isInteger(4 * exact) && !Number.isInteger(2 * exact);
  return tie ? ((2 * Math.round(5 * exact)) / 10).toFixed(1) : exact.toFixed(1);
}

// [[1 epoch, 3 epochs] healthy, [...] mistake], as docs/mistakes.md writes them.
export const accuracies = (page) =>
  page.evaluate(() =>
    [...document.querySelectorAll('.accuracies tbody tr')].map((tr) =>
      [...tr.querySelectorAll('td')].map((td) => td.textContent.replace(' %', '')),
    ),
  );

// "red: conv1 conv2 dw; conv1 conv2 db", or "green".
export async function check(page) {
  const wrong = await page.evaluate(() =>
    [1, 2, 3].map((column) => [
      document.querySelectorAll('.checks thead th')[column].textContent,
      [...document.querySelectorAll('.checks tbody tr')]
        .filter((tr) => tr.children[column].className === 'bad')
        .map((tr) => tr.children[0].textContent),
    ]),
  );
  const parts = wrong
    .filter(([, layers]) => layers.length > 0)
    .map(([gradient, layers]) => `${layers.join(' ')} ${gradient}`);
  return parts.length > 0 ? `red: ${parts.join('; ')}` : 'green';
}

// The cause that it names, or "healthy".
export const doctor = (page) =>
  page.evaluate(() => {
    const cause = document.querySelector('.doctor b');
    return cause ? cause.textContent.split(',')[0] : 'healthy';
  });

// The mistakes that its numbers fit; "" if none of them is wrong.
export const named = (page) =>
  page.evaluate(() => document.querySelector('.named b')?.textContent ?? '');

// Equal maxima are kinks, which the gradient check leaves out, and the diagnosis does not.
const hasWrongNumbers = (name) => docs[name].check !== 'green' || name === 'pool-ties';

// The card shows what docs/mistakes.md has, after so many of its columns.
export async function compare(page, name, rule, epochs) {
  const [healthy, mistake] = await accuracies(page);
  const told = { healthy: docs[name].sound[rule], mistake: docs[name][rule] };
  const first = (figures) => figures.split(' / ').slice(0, epochs);
  const seen = (texts) => texts.slice(0, epochs).map(rounded);
  assert.deepEqual(seen(healthy), first(told.healthy), `${name} ${rule}, healthy`);
  assert.deepEqual(seen(mistake), first(told.mistake), `${name} ${rule}`);
  assert.equal(await check(page), docs[name].check, name);
  assert.equal(await named(page), hasWrongNumbers(name) ? name : '', name);
}
