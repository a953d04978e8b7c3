// What the test files share: a browser, a folder that is gone afterwards, axe, pictures.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { after } from 'node:test';
import { build, launch, root } from './browser.mjs';

export const browser = await launch();
export const folder = mkdtempSync(`${tmpdir()}/lab-`);
mkdirSync(`${build}/lab/shots`, { recursive: true });
after(async () => {
  await browser.close();
  rmSync(folder, { recursive: true });
});

// What axe finds serious or critical, a line each.
export async function serious(page) {
  const isThere = await page.evaluate(() => globalThis.axe !== undefined);
  if (!isThere)
    await page.evaluate(readFileSync(`${root}/lab/node_modules/axe-core/axe.min.js`, 'utf8'));
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  return violations
    .filter((v) => ['serious', 'critical'].includes(v.impact))
    .map((v) => `${v.id}: ${v.nodes.map((n) => n.target).join(' ')}`);
}

// Takes a picture; nothing serious for axe, and nothing that scrolls sideways.
export async function look(page, name) {
  await page.screenshot({ path: `${build}/lab/shots/${name}.png` });
  assert.deepEqual(await serious(page), [], name);
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(sideways <= 0, `${name} scrolls sideways by ${sideways}`);
}
