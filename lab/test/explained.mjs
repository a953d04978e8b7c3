// The number on the page and its terms against the command that the page shows for it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { build, root, shown } from './browser.mjs';

// The arguments of a command line of the page, which has no blanks in quotes.
export const argumentsOf = (line) =>
  line
    .split(' ')
    .slice(1)
    .map((word) => word.replaceAll("'", '').replace(/^build\//, `${build}/`));

export function explain(seen) {
  const flags = [...argumentsOf(seen.command), '--json'];
  return JSON.parse(
    execFileSync(`${build}/cnn`, flags, { cwd: root, encoding: 'utf8', maxBuffer: 1e8 }),
  );
}

export const same = (text, number) => Math.fround(Number(text)) === Math.fround(number);

function sameTerms(rows, told) {
  assert.equal(rows.length, told.terms.length, told.where);
  told.terms.forEach((t, k) => {
    assert.ok(same(rows[k][1], t.x), `${told.where}, x of term ${k}: ${rows[k][1]} is ${t.x}`);
    if (rows[k][2]) assert.ok(same(rows[k][2], t.y), `${told.where}, y of term ${k}`);
    assert.ok(same(rows[k][4], t.sum), `${told.where}, sum after term ${k}`);
  });
}

// Goes through the steps by keys; what each shows is the command's. How many steps and terms. Of the
// update's numbers the command has a trace (look-numbers.test.mjs), but no sum.
export async function everyStep(page) {
  const steps = await page.evaluate(
    () => document.querySelectorAll('footer .forward li, footer .backward li').length,
  );
  let terms = 0;
  await page.keyboard.press('Home');
  for (let i = 0; i < steps; i++) {
    if (await page.evaluate(() => document.querySelector('.every') !== null)) {
      await page.click('.every summary');
      await page.waitForFunction(() => document.querySelector('.all'));
    }
    const seen = await shown(page);
    const told = explain(seen);
    assert.ok(same(seen.value, told.value), `${told.where}: ${seen.value} is ${told.value}`);
    sameTerms(seen.rows.slice(-told.terms.length), told);
    terms += told.terms.length;
    await page.keyboard.press('ArrowRight');
  }
  return { steps, terms };
}
