// The 1,120 drawn digits of tests/test_drawn, through the page: the command's answers. How long an
// answer takes while one draws, and while one points.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { after, before, test } from 'node:test';
import { build, launch, open, root } from './browser.mjs';

const DRAWN = 1120;
const BY_HAND = 24; // of them opened as a person does
const [PEN, POINTER] = [20, 16]; // milliseconds
const BUSY = 5; // other work on the machine may make it so much slower

let browser;
let folder;
let files;
let said;
before(async () => {
  browser = await launch();
  folder = mkdtempSync(`${tmpdir()}/lab-`);
  execFileSync(`${build}/tests/test_drawn`, {
    env: { ...process.env, DRAWN: folder },
    stdio: 'pipe',
  });
  files = readdirSync(folder)
    .sort()
    .map((name) => `${folder}/${name}`);
  const flags = ['predict', `${build}/lab/lab.safetensors`, ...files, '--json'];
  const text = execFileSync(`${build}/cnn`, flags, { cwd: root, encoding: 'utf8', maxBuffer: 1e8 });
  said = JSON.parse(text).images.map((i) => i.best);
});
after(async () => {
  await browser.close();
  rmSync(folder, { recursive: true });
});

// Runs in the page: the pixels of a canvas, in the form of the digits; then the probabilities.
async function answer(pngs) {
  const engine = globalThis.cnnLab;
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d', { willReadFrequently: true });
  const all = [];
  for (const png of pngs) {
    const bytes = Uint8Array.from(atob(png), (c) => c.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
    canvas.width = bitmap.width;
    canvas.height = bitmap.height;
    context.drawImage(bitmap, 0, 0);
    const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
    const gray = Uint8Array.from({ length: data.length / 4 }, (_, i) => data[4 * i]);
    engine.images(engine.fit(gray, bitmap.width), [0]);
    engine.pass();
    all.push([...engine.numbers(engine.tensors().get('probabilities'))]);
  }
  return all;
}

const largest = (p) => p.indexOf(Math.max(...p));

test(`${DRAWN} drawn digits: the page answers as the command`, async () => {
  assert.equal(files.length, DRAWN);
  const page = await open(browser);
  const seen = [];
  for (let i = 0; i < DRAWN; i += 80) {
    const pngs = files.slice(i, i + 80).map((f) => readFileSync(f).toString('base64'));
    seen.push(...(await page.evaluate(answer, pngs)));
  }
  const differ = seen.map((p, i) => [largest(p), said[i][0].index, i]).filter(([a, b]) => a !== b);
  assert.deepEqual(differ, [], 'page, command, number of the picture');
  const isSame = (p, best) => best.every((b) => Math.fround(b.probability) === p[b.index]);
  const same = seen.filter((p, i) => isSame(p, said[i])).length;
  const right = seen.filter((p, i) => largest(p) === i % 10).length;
  console.log(`${DRAWN} answers alike, ${same} with the same bits, ${right} right`);
  assert.ok(same >= 0.9 * DRAWN, `${same} of ${DRAWN} have the command’s bits`);
  await page.context().close();
});

test('the same, opened as files', async () => {
  const page = await open(browser);
  for (let k = 0; k < BY_HAND; k++) {
    const i = Math.floor((k * DRAWN) / BY_HAND);
    await page.locator('input[type=file][accept="image/*"]').setInputFiles(files[i]);
    await page.waitForFunction(
      (name) => document.querySelector('.notice').textContent.startsWith(name),
      files[i].split('/').at(-1),
    );
    const says = await page.locator('.bars .says span').first().textContent();
    assert.equal(says, String(said[i][0].index), files[i]);
  }
  assert.deepEqual(page.wrong, []);
  await page.context().close();
});

const sorted = (times) => times.sort((a, b) => a - b);
const middle = (times) => sorted(times)[Math.floor(times.length / 2)];

test('an answer follows the pen, and the sum the pointer', async () => {
  const page = await open(browser);
  const pad = await page.locator('.pad canvas').boundingBox();
  await page.evaluate(() => {
    globalThis.took = [];
    const { requestAnimationFrame: later } = globalThis;
    // What the page does in a frame, from the pen's move to the answer in the document.
    globalThis.requestAnimationFrame = (act) =>
      later((t) => {
        const began = performance.now();
        act(t);
        globalThis.took.push(performance.now() - began);
      });
  });
  await page.mouse.move(pad.x + 40, pad.y + 20);
  await page.mouse.down();
  for (let i = 0; i < 40; i++) {
    await page.mouse.move(pad.x + 40 + (i % 7), pad.y + 20 + 2 * i);
    await page.waitForTimeout(20);
  }
  await page.mouse.up();
  const pen = await page.evaluate(() => globalThis.took);
  console.log(`pen: ${middle(pen).toFixed(1)} ms, worst ${sorted(pen).at(-1).toFixed(1)} ms`);
  assert.ok(middle(pen) <= BUSY * PEN, `${middle(pen)} ms after the pen`);

  const hover = await page.evaluate(async () => {
    const sheets = [...document.querySelectorAll('.map .sheets')];
    const times = [];
    for (let i = 0; i < 60; i++) {
      const on = sheets[i % sheets.length];
      const all = on.querySelectorAll('.sheet');
      const sheet = all[i % all.length];
      const r = sheet.getBoundingClientRect();
      const [clientX, clientY] = [r.left + ((i * 7) % r.width), r.top + ((i * 5) % r.height)];
      const began = performance.now();
      sheet.dispatchEvent(
        new PointerEvent('pointermove', { bubbles: true, clientX, clientY, pointerType: 'mouse' }),
      );
      await new Promise((done) => setTimeout(done)); // the page is drawn before this
      document.body.getBoundingClientRect();
      times.push(performance.now() - began);
    }
    return times;
  });
  console.log(
    `pointer: ${middle(hover).toFixed(1)} ms, worst ${sorted(hover).at(-1).toFixed(1)} ms`,
  );
  assert.ok(middle(hover) <= BUSY * POINTER, `${middle(hover)} ms after the pointer`);
  assert.deepEqual(page.wrong, []);
  await page.context().close();
});
