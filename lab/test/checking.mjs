// What the tests of the Check mode ask the page and the command.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { build, root } from './browser.mjs';

// The command's JSON; it exits with 1 where a gradient is wrong.
export function cnn(...flags) {
  const { stdout, stderr } = spawnSync(`${build}/cnn`, [...flags.map(String), '--json'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1e8,
  });
  assert.ok(stdout, stderr);
  return JSON.parse(stdout);
}

// How much slower than alone a program runs here at the moment.
export function slowdown() {
  const began = performance.now();
  const before = process.resourceUsage();
  for (let x = 0; performance.now() - began < 100; x++) Math.sqrt(x);
  const used = process.resourceUsage().userCPUTime - before.userCPUTime;
  return Math.max(1, 100000 / used);
}

export const near = (a, b, relative, absolute = 0) =>
  Math.abs(a - b) <= relative * Math.max(Math.abs(a), Math.abs(b)) + absolute;

// A row of the page against the command's: 15 digits are written there. Without a fused
// multiply-add the last bits of a loss differ, and a quotient has them over h.
export function sameRow(seen, told, loss, fused, where) {
  const bits = fused ? 0 : 1e-14 * Math.max(1, loss);
  assert.ok(near(seen.high, told.high, 6e-15, bits), `${where}: ${seen.high} is ${told.high}`);
  assert.ok(near(seen.low, told.low, 6e-15, bits), `${where}: ${seen.low} is ${told.low}`);
  const q = [seen.quotient, told.quotient];
  assert.ok(near(...q, 2e-12, bits / told.h), `${where}: ${q}`);
  assert.equal(seen.kinks, told.kinks, where);
}

export async function toCheck(page) {
  await page.keyboard.press('c');
  await fresh(page);
  await page.locator('.gradients').waitFor();
}

// The numbers belong to what is chosen.
export async function fresh(page) {
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))));
  await page.locator('.check [aria-busy=false]').waitFor();
}

// The table of all steps, as it is shown.
export async function steps(page) {
  if (!(await page.locator('.steps').isVisible())) await page.getByText('All steps').click();
  return page.locator('.steps tbody tr').evaluateAll((rows) =>
    rows.map((row) => {
      const [h, high, low, quotient, error, kinks] = [...row.children].map((c) =>
        Number(c.textContent),
      );
      return { h, high, low, quotient, error, kinks };
    }),
  );
}

export const nudge = (page) =>
  page.evaluate(() => {
    const cells = [...document.querySelectorAll('.nudge td')].map((c) => Number(c.textContent));
    const [high, low, quotient, gradient] = cells;
    const said = document.querySelector('.said b').textContent;
    const h = document.querySelector('.step b').textContent.replace('h = ', '');
    return { high, low, quotient, gradient, said, h: Number(h) };
  });

// What the command says that the page shows.
export async function toldBy(page) {
  const shown = await page.locator('.check .command').first().textContent();
  return cnn(...shown.trim().replaceAll("'", '').split(/\s+/).slice(1));
}

export const isFused = (page) => page.evaluate(() => globalThis.cnnLab.fused());

// Runs in the page: a network with weights by the seed, one number moved, all gradients checked.
export function inNetwork({ text, image, label, tensor, index, mistake }) {
  const engine = globalThis.cnnLab;
  const { x } = engine;
  const bytes = Uint8Array.from(atob(image), (c) => c.charCodeAt(0));
  engine.network(text);
  engine.model(1, 7, false);
  engine.images(bytes, [label]);
  const file = btoa(String.fromCharCode(...engine.save()));
  engine.must(engine.lendText(tensor, (p) => x.lab_slopes(p, index)));
  const rows = [];
  for (let i = 0; i < x.lab_slope_steps(); i += x.lab_slope_decade()) {
    const [h, high, low, quotient, error, , kinks] = engine.doubles(x.lab_slope_numbers(i), 8);
    rows.push({ h, high, low, quotient, error, kinks, kink: engine.text(x.lab_slope_kink(i)) });
  }
  const [value, loss, gradient] = engine.doubles(x.lab_slope_middle(), 3);
  engine.must(
    engine.lendText(mistake, (m) => engine.lendText('', (l) => x.lab_gradcheck(1, m, l))),
  );
  const checks = Array.from({ length: x.lab_gradcheck_rows() }, (_, i) => {
    const name = [0, 1].map((k) => engine.text(x.lab_gradcheck_text(i, k))).join(' ');
    return [name, ...engine.doubles(x.lab_gradcheck_numbers(i), 4)];
  });
  return { file, rows, value, loss, gradient, checks };
}
