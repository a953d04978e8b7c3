// Break: each card as a person goes through it. The whole catalog: break_catalog.mjs.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import * as card from './break.mjs';
import { build, launch, open, root } from './browser.mjs';
import { mainTasks } from './main_tasks.mjs';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const score = (page) => page.locator('.score').first().textContent();

async function sideways(page) {
  return page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
}

// Of what can be pressed in the panel, all that is lower or narrower than 24 pixels.
const smallTargets = (page) =>
  page.evaluate(() =>
    [...document.querySelectorAll('.break button, .break input, .break select, .break summary')]
      .map((e) => [e.textContent, e.getBoundingClientRect()])
      .filter(([, box]) => box.width > 0 && (box.width < 24 || box.height < 24))
      .map(([text]) => text),
  );

test('every card asks before it shows, and its lines are those of the sources', async () => {
  const page = await open(browser);
  await card.toBreak(page);
  await page.getByLabel('Group by').selectOption('family');
  await page.locator('.entry').first().click();
  const seen = new Set();
  for (let i = 0; i < Object.keys(card.docs).length; i++) {
    seen.add(await page.locator('.break h2').textContent());
    assert.equal(await page.locator('.answers').count(), 0);
    assert.equal(await page.locator('.ask').count(), 2);
    assert.ok(await page.getByRole('button', { name: /Run both/ }).isDisabled());
    const edits = await page.evaluate(() =>
      [...document.querySelectorAll('.diff')].map((diff) => [
        diff.previousElementSibling.textContent,
        diff.querySelector('del').textContent,
      ]),
    );
    assert.ok(edits.length > 0);
    for (const [where, line] of edits) {
      const [, path, number] = where.match(/^(src\/\S+):(\d+), \w+\(\)$/);
      const source = readFileSync(`${root}/${path}`, 'utf8').split('\n')[number - 1];
      assert.equal(line.slice(1).trim(), source.trim(), where);
    }
    await page.getByRole('button', { name: 'Next mistake' }).click();
  }
  assert.deepEqual([...seen].sort(), Object.keys(card.docs).sort());
  assert.deepEqual(page.wrong, []);
  await page.context().close();
});

test('Adam hides it, SGD shows it; guesses are counted once', async () => {
  const name = 'dense-dw-over-n-twice';
  const page = await open(browser);
  await card.toBreak(page);
  await card.openCard(page, name);
  await card.guess(page, true, true);
  await card.compare(page, name, 'adam', 1);
  assert.match(await score(page), /1 of 2 right/);
  await card.threeEpochs(page);
  await card.compare(page, name, 'adam', 2);
  await page.getByRole('button', { name: 'The same with SGD' }).click();
  assert.equal(await page.locator('.answers').count(), 0, 'SGD is another question');
  await card.guess(page, true, true);
  await card.compare(page, name, 'sgd', 1);
  assert.match(await score(page), /3 of 4 right/);
  await page.keyboard.press('Escape');
  await card.openCard(page, name);
  assert.ok(await page.locator('.ask button').first().isDisabled(), 'no second guess');
  await page.getByRole('button', { name: /Run both/ }).click();
  await page.locator('.right-guess').first().waitFor();
  assert.match(await score(page), /3 of 4 right/);
  assert.deepEqual(page.wrong, []);
  await page.context().close();
});

test('a run that diverges says so, and another network where lab.net has no such layer', async () => {
  const page = await open(browser);
  await card.toBreak(page);
  await card.openCard(page, 'sign');
  await page.getByRole('button', { name: /^SGD/ }).click();
  await card.guess(page, true, true);
  await card.compare(page, 'sign', 'sgd', 1);
  await page.keyboard.press('Escape');
  await card.openCard(page, 'leaky-closed');
  await page.getByText('both runs train a second network').waitFor();
  await page.getByRole('button', { name: /^Adam/ }).click();
  await card.guess(page, false, true);
  await card.compare(page, 'leaky-closed', 'adam', 1);
  assert.match(await score(page), /4 of 4 right/);
  assert.deepEqual(page.wrong, []);
  await page.context().close();
});

test('another card while one is running: its answers are its own', async () => {
  const page = await open(browser);
  await card.toBreak(page);
  await card.openCard(page, 'relu-of-dy');
  for (const i of [0, 1]) await page.locator('.ask').nth(i).getByText('Yes').click();
  await page.getByRole('button', { name: /Run both/ }).click();
  await page.getByRole('button', { name: 'Next mistake' }).click();
  const name = await page.locator('.break h2').textContent();
  await card.guess(page, true, true);
  await card.compare(page, name, 'adam', 1);
  await card.doctorDone(page);
  assert.equal(await card.doctor(page), card.docs[name].doctor);
  assert.deepEqual(page.wrong, []);
  await page.context().close();
});

test('by keys alone: found, guessed, run; the doctor names the cause', async () => {
  const name = 'weights-zero';
  const page = await open(browser);
  const focused = () => page.evaluate(() => document.activeElement.textContent);
  const tabTo = async (text) => {
    for (let i = 0; i < 80 && !text.test(await focused()); i++) await page.keyboard.press('Tab');
    assert.match(await focused(), text);
  };
  await card.toBreak(page);
  for (let i = 0; i < 80; i++) {
    if (await page.evaluate(() => document.activeElement.type === 'search')) break;
    await page.keyboard.press('Tab');
  }
  await page.keyboard.type('zero');
  await tabTo(/^weights-zero/);
  await page.keyboard.press('Enter');
  await tabTo(/^Yes$/);
  await page.keyboard.press('Space');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await tabTo(/^No$/);
  await page.keyboard.press('Enter');
  await tabTo(/Run both/);
  await page.keyboard.press('Enter');
  await page.locator('.right-guess').nth(1).waitFor({ timeout: 60_000 });
  await card.doctorDone(page);
  assert.equal(await card.doctor(page), 'symmetry');
  await card.compare(page, name, 'adam', 1);
  await page.keyboard.press('Escape');
  await page.getByLabel('Find').waitFor();
  assert.deepEqual(page.wrong, []);
  await page.context().close();
});

// By the thread's own time: on a busy machine others take the rest.
test('no task of the page takes 50 ms, from the list to three epochs', async () => {
  const page = await open(browser);
  const tasks = await mainTasks(page, async () => {
    await card.toBreak(page);
    await card.openCard(page, 'relu-open');
    await card.guess(page, false, true);
    await card.doctorDone(page);
    await card.threeEpochs(page);
  });
  const longest = Math.max(...tasks);
  console.log(`${tasks.length} tasks, the longest ${longest.toFixed(0)} ms`);
  assert.ok(tasks.length > 100 && longest < 50, `${longest} ms`);
  await page.context().close();
});

test('by touch on a phone', async () => {
  const name = 'pool-ties';
  const page = await open(browser, PHONE);
  await page.getByRole('tab', { name: 'Break' }).tap();
  assert.ok((await sideways(page)) <= 0);
  assert.deepEqual(await smallTargets(page), []);
  await page.getByLabel('Find').fill('ties');
  await page.locator('.entry').first().tap();
  for (const i of [0, 1]) await page.locator('.ask').nth(i).getByText('No').tap();
  await page.getByRole('button', { name: /Run both/ }).tap();
  await page.locator('.right-guess').nth(1).waitFor({ timeout: 60_000 });
  await card.compare(page, name, 'adam', 1);
  assert.ok((await sideways(page)) <= 0);
  assert.deepEqual(await smallTargets(page), []);
  assert.deepEqual(page.wrong, []);
  await page.context().close();
});

for (const colorScheme of ['light', 'dark'])
  for (const viewport of [{ width: 1366, height: 768 }, PHONE.viewport])
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
      await card.toBreak(page);
      await shot('break-list');
      assert.deepEqual(await serious(), []);
      await card.openCard(page, 'relu-open');
      await shot('break-card');
      assert.deepEqual(await serious(), []);
      await card.guess(page, true, true);
      await card.doctorDone(page);
      await shot('break');
      assert.deepEqual(await serious(), []);
      assert.deepEqual(page.wrong, []);
      await page.context().close();
    });
