// What has to hold in every engine: the page opens from disk and has the command's numbers.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { after, before, test } from 'node:test';
import { argumentsOf, everyStep } from '../explained.mjs';
import { cnn, everyTensor, hash } from '../trace.mjs';

const STEPS = 30;
const READY = 1000; // milliseconds
const TRIES = 20;
const isBusy = () => loadavg()[0] > 2 * availableParallelism();
const button = (text) => `//button[contains(., "${text}")]`;

// Runs in the page: each number of each tensor beside the last of its running totals.
function everySum() {
  const engine = globalThis.cnnLab;
  let [numbers, differ] = [0, 0];
  for (const [name, { count }] of engine.tensors())
    for (let i = 0; i < count; i++, numbers++) {
      const { value, stored } = engine.sum(name, i);
      differ += !Object.is(value, stored);
    }
  return { numbers, differ };
}

// Runs in the page: the bytes that "Save model" hands to the browser, in hexadecimal.
function savedBytes() {
  const make = URL.createObjectURL;
  return new Promise((resolve) => {
    URL.createObjectURL = (blob) => {
      URL.createObjectURL = make;
      blob.arrayBuffer().then((buffer) => {
        const digits = [...new Uint8Array(buffer)].map((b) => b.toString(16).padStart(2, '0'));
        resolve(digits.join(''));
      });
      return make(blob);
    };
    const buttons = [...document.querySelectorAll('.train button')];
    buttons.find((b) => b.textContent === 'Save model').click();
  });
}

const text = (page, selector) =>
  page.evaluate((s) => document.querySelector(s).textContent.trim(), selector);

// One page for all rows, in this order. launch() gives open, close, wrong and requests.
export function rows(name, launch) {
  let engine;
  let page;
  let folder;
  before(async () => {
    folder = mkdtempSync(`${tmpdir()}/lab-`);
    engine = await launch();
  });
  after(async () => {
    await engine?.close();
    rmSync(folder, { recursive: true });
  });

  test(`${name}: ready within a second of being opened from disk`, async (t) => {
    const times = [];
    // Again where something else kept the machine busy; no verdict if it always does.
    do {
      page = await engine.open();
      times.push(Math.round(page.ready));
    } while (times.at(-1) > READY && times.length < TRIES);
    console.log(`${name}: ready in ${times.join(', ')} ms`);
    if (times.at(-1) > READY && isBusy()) t.skip('the machine is busy');
    else assert.ok(times.at(-1) <= READY);
  });

  test(`${name}: each step shows what the command explains`, async () => {
    const { steps, terms } = await everyStep(page);
    console.log(`${name}: ${steps} steps, ${terms} terms`);
    assert.ok(steps >= 20);
  });

  test(`${name}: each number is its sum`, async () => {
    const { numbers, differ } = await page.evaluate(everySum);
    console.log(`${name}: ${numbers} sums`);
    assert.ok(numbers >= 60_000);
    assert.equal(differ, 0);
  });

  test(`${name}: after two epochs the saved model is the file of the command shown`, async () => {
    await page.keyboard.press('t');
    await page.waitForFunction(() => document.querySelector('.primary:not(:disabled)'));
    for (let i = 0; i < 7; i++) await page.click(button('One step'));
    await page.click(button('full'));
    for (const epochs of [1, 2]) {
      await page.click(button('One epoch'));
      await page.waitForFunction((n) => {
        const command = document.querySelector('.train .command');
        return command?.textContent.includes(`--epochs ${n} `);
      }, epochs);
    }
    const command = await text(page, '.train .command');
    const file = `${folder}/trained.safetensors`;
    cnn(...argumentsOf(command).slice(0, -1), file);
    const bytes = Buffer.from(await page.evaluate(savedBytes), 'hex');
    assert.equal(hash(bytes), hash(readFileSync(file)), command);
  });

  test(`${name}: trains to 95 %`, async () => {
    await page.click(button('Run'));
    await page.waitForFunction(() => {
      const right = document.querySelectorAll('.train h3 span')[1].textContent;
      return Number.parseFloat(right) >= 95;
    });
    await new Promise((resolve) => setTimeout(resolve, 2000));
    console.log(`${name}: ${await text(page, '.train .status')}`);
    await page.click(button('Pause'));
    await page.waitForFunction(() =>
      document.querySelector('.primary').textContent.includes('Run'),
    );
    await page.keyboard.press('l'); // in Look no run's weights are shown
  });

  test(`${name}: ${STEPS} steps have the bytes of cnn trace, as the page says`, async () => {
    const bits = await text(page, 'header abbr');
    const flags = bits.includes('base') ? ['--backend', 'base'] : [];
    console.log(`${name}: ${await everyTensor(page, folder, STEPS, flags)} tensors, ${bits}`);
  });

  test(`${name}: no request, no error`, async () => {
    assert.deepEqual(await engine.requests(), []);
    assert.deepEqual(await engine.wrong(), []);
  });
}
