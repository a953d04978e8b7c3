// The tour as a person takes it: ten acts, by mouse and by keys alone; left and resumed.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { build, launch, open, root, shown } from './browser.mjs';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const title = (page) => page.locator('#guide').textContent();
const says = (page) => page.locator('.guide [aria-live]').textContent();
const passed = (page) => page.locator('.guide .good').waitFor();

async function enterStop(page, stop) {
  assert.match(await title(page), new RegExp(`^Stop ${stop} of 10`));
  await page.waitForTimeout(200);
  assert.equal(await says(page), '', `stop ${stop} waits for nothing`);
}

const next = (page) => page.getByRole('button', { name: /^(Next stop|What was learned)/ }).click();

async function start(page) {
  await page.getByRole('tab', { name: 'Tour' }).click();
  await page.getByRole('button', { name: 'Start the tour' }).click();
}

/* A person with a mouse */

async function stroke(page, points) {
  const pad = await page.locator('.pad canvas').boundingBox();
  const at = ([x, y]) => [pad.x + x * pad.width, pad.y + y * pad.height];
  await page.mouse.move(...at(points[0]));
  await page.mouse.down();
  for (const p of points.slice(1)) await page.mouse.move(...at(p), { steps: 8 });
  await page.mouse.up();
}

const SEVEN = [
  [0.25, 0.22],
  [0.75, 0.22],
  [0.42, 0.85],
];

async function toTraining(page) {
  await page.waitForFunction(() => document.querySelector('.train .primary:not(:disabled)'));
}

const byMouse = [
  (page) => stroke(page, SEVEN),
  async (page) => {
    const sheet = page.locator('[data-tensor="conv1"].sheets .sheet').nth(2);
    const { width, height } = await sheet.boundingBox();
    await sheet.hover({ position: { x: width / 2, y: height / 2 } });
  },
  (page) => page.locator('.terms .chosen .factor').first().click(),
  async (page) => {
    const scores = page.locator('.scores [data-tensor="fc1"]');
    const values = (await scores.allTextContents()).map(Number);
    await scores.nth(values.indexOf(Math.max(...values))).click();
  },
  (page) => page.locator('.picture select').selectOption('7'),
  (page) => page.getByRole('button', { name: 'Step on (→)' }).click(),
  async (page) => {
    await page.locator('footer .backward li button').last().click();
    for (let i = 0; i < 20 && (await shown(page)).tensor !== 'fc1.grad'; i++)
      await page.getByRole('button', { name: /^Follow the largest/ }).click();
  },
  (page) => page.getByRole('tab', { name: 'Check' }).click(),
  async (page) => {
    await page.getByRole('tab', { name: 'Train' }).click();
    await toTraining(page);
    await page.getByRole('button', { name: 'New weights' }).click();
    await page.getByRole('button', { name: 'full' }).click();
    await page.getByRole('button', { name: /Run/ }).click();
  },
  (page) => page.getByRole('tab', { name: 'Break' }).click(),
];

/* A person with a keyboard */

async function press(page, ...keys) {
  for (const key of keys) await page.keyboard.press(key);
}
const times = (n, key) => Array(n).fill(key);

async function tabTo(page, selector) {
  for (let i = 0; i < 120; i++) {
    await page.keyboard.press('Tab');
    if (await page.evaluate((s) => document.activeElement.matches(s), selector)) return;
  }
  assert.fail(`Tab does not lead to ${selector}`);
}

const byKeys = [
  (page) =>
    press(
      page,
      'd',
      ...times(7, 'ArrowLeft'),
      'Space',
      ...times(14, 'ArrowRight'),
      ...times(8, ['ArrowDown', 'ArrowDown', 'ArrowLeft']).flat(),
    ),
  async (page) => {
    await tabTo(page, '[data-tensor="conv1"]');
    await press(page, 'ArrowRight', 'PageDown');
  },
  (page) => press(page, 'f'),
  (page) => press(page, 'f'),
  (page) => press(page, '7'),
  (page) => press(page, 'ArrowRight'),
  (page) => press(page, 'End', ...times(8, 'f')),
  (page) => press(page, 'c'),
  async (page) => {
    await press(page, 't');
    await toTraining(page);
    await page.evaluate(() => document.activeElement.blur());
    await press(page, 'r');
  },
  (page) => press(page, 'b'),
];

async function nextByKeys(page) {
  await press(page, 'g');
  await tabTo(page, '.guide .primary');
  await press(page, 'Enter');
}

async function takeTour(page, acts, goOn) {
  for (const [i, act] of acts.entries()) {
    await enterStop(page, i + 1);
    await act(page);
    await passed(page);
    assert.match(await says(page), /^✓ ./);
    await goOn(page);
  }
  assert.equal(await page.locator('.learned .done').count(), 10);
  assert.deepEqual(page.wrong, []);
}

test('ten stops by mouse', async () => {
  const page = await open(browser);
  await start(page);
  await takeTour(page, byMouse, next);
  await page.context().close();
});

test('ten stops by keys alone', async () => {
  const page = await open(browser);
  await press(page, 'o');
  await tabTo(page, '.tour .primary');
  await press(page, 'Enter');
  await takeTour(page, byKeys, nextByKeys);
  await page.context().close();
});

test('a stop does not pass by another act', async () => {
  const page = await open(browser);
  await start(page);
  await stroke(page, [
    [0.5, 0.2],
    [0.5, 0.85],
  ]);
  await page.waitForTimeout(300);
  assert.equal(await says(page), '', 'a 1 is no 7');
  await page.getByRole('button', { name: 'Skip' }).click();
  await page.getByRole('button', { name: 'Skip' }).click();
  await enterStop(page, 3);
  await page.locator('.terms tr:not(.chosen) .factor').first().click();
  await page.waitForTimeout(300);
  assert.equal(await says(page), '', 'a loser is no winner');
  await page.context().close();
});

test('left and resumed, also by another page of the same browser', async () => {
  const page = await open(browser);
  await start(page);
  await byMouse[0](page);
  await passed(page);
  await next(page);
  await page.getByRole('button', { name: /^Close: the tour/ }).click();
  assert.equal(await page.locator('.guide').count(), 0);
  await page.reload();
  await page.waitForSelector('[data-ready]', { state: 'attached' });
  await page.getByRole('tab', { name: 'Tour' }).click();
  assert.equal(await page.getByRole('button', { name: 'Stop 1: Draw a 7, done' }).count(), 1);
  await page.getByRole('button', { name: 'Resume at stop 2' }).click();
  await enterStop(page, 2);
  await page.context().close();
});

test('a worksheet: two pages and the solutions, with the numbers of the page', async () => {
  const page = await open(browser);
  await page.evaluate(() => {
    window.print = () => {};
  });
  const share = (await page.locator('.bars .true .num').textContent()).replace(' %', '');
  await page.getByRole('tab', { name: 'Tour' }).click();
  await page.getByRole('button', { name: 'Print worksheet' }).click();
  await page.locator('.sheet-print').waitFor({ state: 'attached' });
  const [tasks, solutions] = await page
    .locator('.sheet-print .page')
    .evaluateAll((pages) => pages.slice(1).map((p) => p.textContent));
  assert.ok(tasks.includes((Number(share) / 100).toFixed(3).slice(0, 4)), `no share ${share}`);
  assert.match(solutions, /It is a \d; the network says \d/);
  const pdf = await page.pdf({ preferCSSPageSize: true });
  assert.equal(pdf.toString('latin1').match(/\/Type \/Page\b/g).length, 3);
  await page.locator('.sheet-print').waitFor({ state: 'detached' });
  await page.context().close();
});

for (const colorScheme of ['light', 'dark'])
  for (const viewport of [
    { width: 1366, height: 768 },
    { width: 390, height: 844 },
  ])
    test(`axe and pictures of the tour: ${colorScheme}, ${viewport.width} wide`, async () => {
      const page = await open(browser, { colorScheme, viewport });
      mkdirSync(`${build}/lab/shots`, { recursive: true });
      const look = async (name) => {
        const path = `${build}/lab/shots/${name}-${viewport.width}-${colorScheme}.png`;
        await page.screenshot({ path });
        const { violations } = await page.evaluate(() => globalThis.axe.run());
        const serious = violations
          .filter((v) => ['serious', 'critical'].includes(v.impact))
          .map((v) => `${v.id}: ${v.nodes.map((n) => n.target).join(' ')}`);
        assert.deepEqual(serious, [], name);
        const sideways = await page.evaluate(
          () => document.documentElement.scrollWidth - innerWidth,
        );
        assert.ok(sideways <= 0, `${name} scrolls sideways by ${sideways}`);
      };
      await page.evaluate(readFileSync(`${root}/lab/node_modules/axe-core/axe.min.js`, 'utf8'));
      await page.getByRole('tab', { name: 'Tour' }).click();
      await look('tour');
      await page.getByRole('button', { name: 'Start the tour' }).click();
      await look('tour-stop1');
      await page.getByRole('button', { name: /^Close: the tour/ }).click();
      await page.getByRole('tab', { name: 'Tour' }).click();
      await page.getByRole('button', { name: /^Stop 3/ }).click();
      await look('tour-stop3');
      await page.getByRole('tab', { name: 'Tour' }).click();
      await page.getByRole('button', { name: /^Question 5/ }).click();
      await page.locator('.choices').waitFor();
      await look('tour-question');
      for (let i = 0; i < 2; i++) await page.locator('.choices button').nth(i).click();
      await look('tour-answered');
      assert.deepEqual(page.wrong, []);
      await page.context().close();
    });
