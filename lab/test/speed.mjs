// How fast and smooth the page is in Chromium: `make lab-bench`.
// Figures, no verdicts: they depend on the machine and on what else it does.
import { launch, open } from './browser.mjs';

const SEEDS = 10;
const WATCH = 10_000; // milliseconds

const browser = await launch();
const median = (list) => list.toSorted((a, b) => a - b)[list.length >> 1];
const last = (list, share) => list.toSorted((a, b) => a - b)[Math.floor(list.length * share)];
const say = (name, text) => console.log(`${name.padEnd(42)} ${text}`);

async function toTraining() {
  const page = await open(browser);
  await page.getByRole('tab', { name: 'Train' }).click();
  await page.waitForFunction(() => document.querySelector('.primary:not(:disabled)'));
  return page;
}

// Times between frames, and tasks over 50 ms of the page's own thread.
const watch = (page, milliseconds) =>
  page.evaluate(
    (length) =>
      new Promise((done) => {
        const times = [];
        const tasks = [];
        const observer = new PerformanceObserver((list) => tasks.push(...list.getEntries()));
        observer.observe({ type: 'longtask' });
        const frame = (now) => {
          times.push(now);
          if (now - times[0] < length) requestAnimationFrame(frame);
          else done({ times, tasks: tasks.map((t) => t.duration) });
        };
        requestAnimationFrame(frame);
      }),
    milliseconds,
  );

async function smoothness(speed) {
  const page = await toTraining();
  await page.getByRole('button', { name: speed }).click();
  await page.keyboard.press('r');
  await page.waitForTimeout(500);
  const { times, tasks } = await watch(page, WATCH);
  const frames = times.slice(1).map((t, i) => t - times[i]);
  const status = await page.locator('.train .status').textContent();
  const each = `median ${median(frames).toFixed(1)} ms, p99 ${last(frames, 0.99).toFixed(1)} ms`;
  say(`frames, training at "${speed}"`, `${each}, ${tasks.length} tasks > 50 ms · ${status}`);
  await page.context().close();
}

// From random weights to 95 % of the held-out images, for one seed.
async function secondsTo95(speed, seed) {
  const page = await toTraining();
  await page.locator('.settings.mine').getByLabel('seed').fill(`${seed}`);
  await page.getByRole('button', { name: 'New weights' }).click();
  await page.getByRole('button', { name: speed }).click();
  const began = performance.now();
  await page.keyboard.press('r');
  await page.waitForFunction(
    () => {
      const heading = document.querySelectorAll('.train h3')[1];
      return Number.parseFloat(heading.querySelector('span').textContent) >= 95;
    },
    null,
    { polling: 20 },
  );
  const seconds = (performance.now() - began) / 1000;
  await page.context().close();
  return seconds;
}

async function seeds(speed, count) {
  const list = [];
  for (let seed = 1; seed <= count; seed++) list.push(await secondsTo95(speed, seed));
  const range = `${Math.min(...list).toFixed(2)} to ${Math.max(...list).toFixed(2)} s`;
  say(`95 % held out at "${speed}", ${count} seeds`, `${range}, median ${median(list).toFixed(2)}`);
}

// From a pointer's move to the number on the page.
async function hover() {
  const page = await open(browser);
  const times = await page.evaluate(async () => {
    const maps = [...document.querySelectorAll('[data-tensor="conv2"].sheets .sheet')];
    const list = [];
    for (let i = 0; i < 200; i++) {
      const map = maps[i % maps.length];
      const r = map.getBoundingClientRect();
      const at = { clientX: r.left + (i % 30) + 2, clientY: r.top + ((7 * i) % 30) + 2 };
      const began = performance.now();
      map.dispatchEvent(new PointerEvent('pointermove', { bubbles: true, ...at }));
      await new Promise((done) => setTimeout(done)); // signals have been drawn
      document.querySelector('.big').getBoundingClientRect();
      list.push(performance.now() - began);
    }
    return list;
  });
  say(
    'pointing: sum on the page',
    `median ${median(times).toFixed(1)} ms, p99 ${last(times, 0.99).toFixed(1)} ms`,
  );
  await page.context().close();
}

const opened = [];
for (let i = 0; i < 5; i++) {
  const page = await open(browser);
  opened.push(page.ready);
  await page.context().close();
}
say('opens from disk, ready', `median ${Math.round(median(opened))} ms`);
await hover();
for (const speed of ['10/s', 'each frame', 'full']) await smoothness(speed);
await seeds('full', SEEDS);
await seeds('each frame', SEEDS);
await browser.close();
