// The tour as a person takes it: ten acts, by mouse and by keys alone; left and resumed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open, shown } from './browser.mjs';
import { browser, look } from './suite.mjs';

const title = (page) => page.locator('#guide').textContent();
const says = (page) => page.locator('.guide [aria-live]').textContent();
const passed = (page) => page.locator('.guide .good').waitFor({ timeout: 90000 });

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
  async (page) => {
    await page.getByRole('tab', { name: 'Check' }).click();
    await page.locator('.step input[type=range]').waitFor();
    assert.equal(await says(page), '', 'a look alone is no nudge');
    const { x, y, width, height } = await page.locator('.step input[type=range]').boundingBox();
    await page.mouse.click(x + width / 2, y + height / 2);
  },
  async (page) => {
    await page.getByRole('tab', { name: 'Train' }).click();
    await toTraining(page);
    await page.getByRole('button', { name: 'New weights' }).click();
    await page.getByRole('button', { name: 'full' }).click();
    await page.getByRole('button', { name: /Run/ }).click();
  },
  async (page) => {
    await page.getByRole('tab', { name: 'Break' }).click();
    await page.locator('.entry').first().click();
    assert.equal(await says(page), '', 'a look alone is no guess');
    for (const question of await page.locator('.ask').all())
      await question.getByRole('button', { name: 'Yes' }).click();
    await page.getByRole('button', { name: /Run both/ }).click();
  },
];

/* A person with a keyboard */

async function press(page, ...keys) {
  for (const key of keys) await page.keyboard.press(key);
}
const times = (n, key) => Array(n).fill(key);

async function tabTo(page, selector) {
  for (let i = 0; i < 300; i++) {
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
  async (page) => {
    for (let i = 0; i < 20 && (await shown(page)).tensor !== 'input.grad'; i++)
      await press(page, 'ArrowRight');
    for (let i = 0; i < 20 && (await shown(page)).tensor !== 'fc1.grad'; i++)
      await press(page, 'f');
  },
  async (page) => {
    await press(page, 'c');
    await page.locator('.step input[type=range]').waitFor();
    await press(page, '-');
  },
  async (page) => {
    await press(page, 't');
    await toTraining(page);
    await tabTo(page, '.speeds button:last-of-type');
    await press(page, 'Enter', 'r');
  },
  async (page) => {
    await press(page, 'b');
    await tabTo(page, '.entry');
    await press(page, 'Enter');
    await tabTo(page, '.ask button:not([aria-pressed=true])');
    await press(page, 'Enter');
    await tabTo(page, '.ask:last-of-type button, .ask ~ .ask button');
    await press(page, 'Enter');
    await tabTo(page, '.primary:not(:disabled)');
    await press(page, 'Enter');
  },
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
    await passed(page).catch(() => assert.fail(`stop ${i + 1} does not see the act`));
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
  await page.waitForFunction(() => location.hash && !location.hash.includes('tour='));
  await page.reload();
  await page.waitForSelector('[data-ready]', { state: 'attached' });
  await page.getByRole('tab', { name: 'Tour' }).click();
  assert.equal(await page.getByRole('button', { name: 'Stop 1: Draw a 7, done' }).count(), 1);
  await page.getByRole('button', { name: 'Resume at stop 2' }).click();
  await enterStop(page, 2);
  await page.context().close();
});

test('a link opens a stop', async () => {
  const page = await open(browser, { hash: '#tour=3' });
  await enterStop(page, 3);
  await byMouse[2](page);
  await passed(page);
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
      const shot = (name) => look(page, `${name}-${viewport.width}-${colorScheme}`);
      await page.getByRole('tab', { name: 'Tour' }).click();
      await shot('tour');
      await page.getByRole('button', { name: 'Start the tour' }).click();
      await shot('tour-stop1');
      await page.getByRole('button', { name: /^Close: the tour/ }).click();
      await page.getByRole('tab', { name: 'Tour' }).click();
      await page.getByRole('button', { name: /^Stop 3/ }).click();
      await shot('tour-stop3');
      await page.getByRole('tab', { name: 'Tour' }).click();
      await page.getByRole('button', { name: /^Question 5/ }).click();
      await page.locator('.choices').waitFor();
      await shot('tour-question');
      for (let i = 0; i < 2; i++) await page.locator('.choices button').nth(i).click();
      await shot('tour-answered');
      assert.deepEqual(page.wrong, []);
      await page.context().close();
    });
