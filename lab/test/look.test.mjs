// Looking: as a person would, and every number against the command.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { build, launch, open, root, shown } from './browser.mjs';
import { everyStep, explain, same } from './explained.mjs';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

test('opens from disk: one request, no error', async () => {
  const page = await open(browser);
  assert.equal(page.requests.length, 1, page.requests.join(' '));
  assert.deepEqual(page.wrong, []);
  console.log(`ready in ${Math.round(page.ready)} ms`);
  await page.context().close();
});

test('each step: the number and all its terms are the command’s', async () => {
  const page = await open(browser);
  const { steps, terms } = await everyStep(page);
  console.log(`${steps} steps, ${terms} terms`);
  assert.deepEqual(page.wrong, []);
  await page.context().close();
});

test('a pixel’s gradient to p − y in 8 acts by mouse, and back', async () => {
  const page = await open(browser);
  await page.locator('footer .backward li button').last().click();
  let acts = 1;
  const way = [(await shown(page)).tensor];
  while ((await shown(page)).tensor !== 'fc1.grad' && acts < 20) {
    const factors = page.locator('.sum .factor[data-tensor$=".grad"]');
    await factors.filter({ hasNotText: /^0$/ }).first().click();
    acts++;
    way.push((await shown(page)).tensor);
  }
  assert.ok(acts <= 8, way.join(' '));
  for (let i = 1; i < way.length; i++) await page.keyboard.press('Backspace');
  assert.equal((await shown(page)).tensor, 'input.grad');
  await page.context().close();
});

test('the same by keys alone', async () => {
  const page = await open(browser);
  await page.keyboard.press('End');
  let acts = 1;
  for (; (await shown(page)).tensor !== 'fc1.grad' && acts < 20; acts++)
    await page.keyboard.press('f');
  assert.ok(acts <= 8, `${acts} acts`);
  await page.context().close();
});

test('pointing explains, a click keeps, arrows move', async () => {
  const page = await open(browser);
  const conv2 = page.locator('[data-tensor="conv2"].sheets');
  await conv2
    .locator('.sheet')
    .nth(5)
    .hover({ position: { x: 20, y: 20 } });
  const pointed = await shown(page);
  assert.equal(pointed.tensor, 'conv2');
  assert.ok(same(pointed.value, explain(pointed).value));
  await page.locator('h1').hover();
  assert.equal((await shown(page)).tensor, 'conv1', 'what was kept is back');
  await conv2
    .locator('.sheet')
    .nth(5)
    .click({ position: { x: 20, y: 20 } });
  await page.locator('h1').hover();
  assert.deepEqual((await shown(page)).command, pointed.command);
  await conv2.focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('PageDown');
  await page.keyboard.press('Enter');
  const moved = await shown(page);
  assert.notEqual(moved.command, pointed.command);
  assert.ok(same(moved.value, explain(moved).value));
  await page.context().close();
});

test('a drawn 1 and a drawn 0 are read, by pen and by keys', async () => {
  const page = await open(browser);
  const says = () => page.locator('.bars .says span').first().textContent();
  const pad = await page.locator('.pad canvas').boundingBox();
  const at = (x, y) => [pad.x + x * pad.width, pad.y + y * pad.height];
  await page.mouse.move(...at(0.5, 0.2));
  await page.mouse.down();
  for (let i = 0; i <= 10; i++) await page.mouse.move(...at(0.5, 0.2 + 0.06 * i));
  await page.mouse.up();
  await page.waitForTimeout(100);
  assert.equal(await says(), '1');
  await page.getByRole('button', { name: 'Clear', exact: true }).click();
  await page.mouse.move(...at(0.75, 0.5));
  await page.mouse.down();
  for (let i = 0; i <= 24; i++) {
    const turn = (2 * Math.PI * i) / 24;
    await page.mouse.move(...at(0.5 + 0.25 * Math.cos(turn), 0.5 + 0.33 * Math.sin(turn)));
  }
  await page.mouse.up();
  await page.waitForTimeout(100);
  assert.equal(await says(), '0');
  await page.keyboard.press('d');
  await page.keyboard.press('Delete');
  await page.keyboard.press('Space');
  for (let i = 0; i < 16; i++) await page.keyboard.press('ArrowDown');
  await page.waitForTimeout(100);
  assert.equal(await says(), '1');
  assert.deepEqual(page.wrong, []);
  await page.context().close();
});

test('a misread is misread, and the true digit changes the loss', async () => {
  const page = await open(browser);
  for (let i = 0; i < 3; i++) {
    await page.keyboard.press('m');
    const [says, truth] = await page.evaluate(() => [
      document.querySelector('.bars .says').textContent[0],
      document.querySelector('.picture select').value,
    ]);
    assert.notEqual(says, truth);
  }
  const loss = () => page.locator('header > p').textContent();
  const before = await loss();
  const says = await page.locator('.bars .says span').first().textContent();
  await page.keyboard.press(says);
  assert.notEqual(await loss(), before);
  await page.context().close();
});

for (const colorScheme of ['light', 'dark'])
  for (const viewport of [
    { width: 1366, height: 768 },
    { width: 390, height: 844 },
  ])
    test(`axe and a picture: ${colorScheme}, ${viewport.width} wide`, async () => {
      const page = await open(browser, { colorScheme, viewport });
      mkdirSync(`${build}/lab/shots`, { recursive: true });
      const shot = (name) =>
        page.screenshot({
          path: `${build}/lab/shots/${name}-${viewport.width}-${colorScheme}.png`,
        });
      await page.evaluate(readFileSync(`${root}/lab/node_modules/axe-core/axe.min.js`, 'utf8'));
      const serious = async () => {
        const { violations } = await page.evaluate(() => globalThis.axe.run());
        return violations
          .filter((v) => ['serious', 'critical'].includes(v.impact))
          .map((v) => `${v.id}: ${v.nodes.map((n) => n.target).join(' ')}`);
      };
      await shot('look-forward');
      assert.deepEqual(await serious(), []);
      await page.keyboard.press('End');
      for (let i = 0; i < 3; i++) await page.keyboard.press('f');
      await shot('look-backward');
      assert.deepEqual(await serious(), []);
      const sideways = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(sideways <= 0, `scrolls sideways by ${sideways}`);
      await page.keyboard.press('t');
      await page.waitForFunction(() => document.querySelector('.primary:not(:disabled)'));
      await page.keyboard.press('r');
      await page.waitForTimeout(2500);
      await shot('train');
      await page.keyboard.press('r');
      await page.waitForTimeout(300);
      assert.deepEqual(await serious(), []);
      assert.deepEqual(page.wrong, []);
      await page.context().close();
    });
