// cnn lab: a page with a model and images of one's own, in color and with classes by name.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { crc32, deflateSync } from 'node:zlib';
import { build, open, shown } from './browser.mjs';
import { browser, folder, look } from './suite.mjs';

const SIDE = 32;
const CLASSES = { 'blue <b>': [50, 60, 220], green: [40, 200, 60], 'red ball': [220, 40, 40] };
let file;

// The same numbers each time.
let seed = 1;
const random = (n) => {
  seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
  return (seed >>> 16) % n;
};

function png(pixels) {
  const chunk = (type, data) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const [size, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    size.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([size, body, sum]);
  };
  const head = Buffer.from([0, 0, 0, SIDE, 0, 0, 0, SIDE, 8, 2, 0, 0, 0]);
  const rows = Array.from({ length: SIDE }, (_, y) =>
    Buffer.concat([Buffer.from([0]), pixels.subarray(y * SIDE * 3, (y + 1) * SIDE * 3)]),
  );
  const data = deflateSync(Buffer.concat(rows));
  const mark = Buffer.from('89504e470d0a1a0a', 'hex');
  const parts = [chunk('IHDR', head), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))];
  return Buffer.concat([mark, ...parts]);
}

// A disc of the class's color on noise.
function disc(color) {
  const [cx, cy, r] = [8 + random(16), 8 + random(16), 4 + random(6)];
  const pixels = Buffer.alloc(SIDE * SIDE * 3);
  for (let i = 0; i < SIDE * SIDE; i++) {
    const isIn = ((i % SIDE) - cx) ** 2 + (Math.floor(i / SIDE) - cy) ** 2 < r * r;
    for (let c = 0; c < 3; c++) {
      const value = (isIn ? color[c] : 90) + random(120) - 60;
      pixels[3 * i + c] = Math.max(0, Math.min(255, value));
    }
  }
  return png(pixels);
}

const cnn = (...flags) =>
  execFileSync(`${build}/cnn`, flags, { cwd: folder, encoding: 'utf8', maxBuffer: 1e8 });

before(async () => {
  for (const [part, count] of Object.entries({ train: 40, test: 20 }))
    for (const [name, color] of Object.entries(CLASSES)) {
      mkdirSync(`${folder}/my data/${part}/${name}`, { recursive: true });
      for (let i = 0; i < count; i++)
        writeFileSync(`${folder}/my data/${part}/${name}/${i}.png`, disc(color));
    }
  const text = `input ${SIDE}x${SIDE}x3\nconv2d 6 5x5 stride 2\nrelu\nmaxpool2d 2\nflatten\ndense 3\n`;
  writeFileSync(`${folder}/discs.net`, text);
  cnn('train', 'discs.net', '--data', 'my data', '--epochs', '3', '--out', 'discs.safetensors');
  cnn('lab', 'discs.safetensors', '--data', 'my data', '--out', 'discs.html');
  file = pathToFileURL(`${folder}/discs.html`).href;
});

const openOwn = (options) => open(browser, { file, ...options });

test('a page of cnn lab: one request, its classes by name, the accuracy of cnn eval', async () => {
  const page = await openOwn({ hash: '#mode=network' });
  assert.equal(page.requests.length, 1);
  const names = await page.locator('.bars li > span:first-child').allTextContents();
  assert.deepEqual(names, Object.keys(CLASSES));
  assert.equal(await page.locator('b:text-is("blue ")').count(), 0, 'a name is no markup');
  assert.match(await page.locator('.origin').textContent(), /of discs\.safetensors/);
  await page.getByRole('button', { name: /^Measure/ }).click();
  await page.locator('output:has-text("right")').waitFor();
  const { accuracy, loss } = JSON.parse(
    cnn('eval', 'discs.safetensors', '--data', 'my data', '--json'),
  );
  const said = await page.locator('output').textContent();
  const share = `${(100 * accuracy).toFixed(2)} %`;
  assert.equal(said, `${share} of 60 held-out images right, loss ${Number(loss.toPrecision(3))}`);
  assert.deepEqual(page.wrong, []);
  await page.context().close();
});

test('every step of it; the command shown says the same number', async () => {
  const page = await openOwn();
  // The command shows no update.
  const steps = await page.locator('footer :is(.forward, .backward) li').count();
  await page.keyboard.press('Home');
  let compared = 0;
  for (let i = 0; i < steps; i++) {
    const { value, command, tensor } = await shown(page);
    assert.ok(Number.isFinite(Number(value)), `step ${i + 1}`);
    await page.keyboard.press('ArrowRight');
    if (tensor.endsWith('.after')) continue; // no command computes these
    const parts = command.match(/explain (\S+) '([^']+)' '([^']+)' --index (\d+)$/);
    assert.equal(parts[1], 'discs.safetensors');
    assert.equal(parts[2], 'my data');
    const flags = ['explain', parts[1], parts[2], parts[3], '--index', parts[4], '--json'];
    assert.equal(Math.fround(Number(value)), Math.fround(JSON.parse(cnn(...flags)).value), command);
    compared++;
  }
  assert.ok(compared >= 18, `${compared} of ${steps} steps`);
  assert.deepEqual(page.wrong, []);
  await page.context().close();
});

test('it trains, and the command shown writes the same file', async () => {
  const page = await openOwn({ hash: '#mode=train' });
  await page.waitForFunction(() => document.querySelector('.primary:not(:disabled)'));
  await page.getByRole('button', { name: 'full' }).click();
  await page.getByRole('button', { name: 'One epoch' }).click();
  await page.locator('.train .command').waitFor();
  const command = (await page.locator('.train .command').textContent()).trim();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.locator('.train').getByRole('button', { name: 'Save model' }).click(),
  ]);
  const fused = await page.evaluate(() => globalThis.cnnLab.fused());
  const call = command.replace(/^\S+/, '"$CNN"').replace(/--out \S+$/, '--out trained.st');
  const backend = fused ? '' : ' --backend base';
  const env = { ...process.env, CNN: `${build}/cnn` };
  execFileSync('sh', ['-c', call + backend], { cwd: folder, env, stdio: 'pipe' });
  const [own, told] = [readFileSync(await download.path()), readFileSync(`${folder}/trained.st`)];
  assert.ok(own.equals(told), call);
  assert.deepEqual(page.wrong, []);
  await page.context().close();
});

test('it draws, and the presets fit its images', async () => {
  const page = await openOwn({ hash: '#mode=network' });
  const pad = await page.locator('.pad canvas').boundingBox();
  await page.mouse.move(pad.x + 20, pad.y + 20);
  await page.mouse.down();
  await page.mouse.move(pad.x + 80, pad.y + 80, { steps: 5 });
  await page.mouse.up();
  await page.locator('.picture h2:has-text("your drawing")').waitFor();
  for (const name of ['model', 'lab', 'tiny', 'simple', 'scratch', 'odd']) {
    await page.getByRole('button', { name, exact: true }).click();
    assert.equal(await page.locator('.network [role=alert]').count(), 0, name);
    assert.equal(await page.locator('.bars li').count(), 3, name);
  }
  assert.deepEqual(page.wrong, []);
  await page.context().close();
});

for (const viewport of [
  { width: 1366, height: 768 },
  { width: 390, height: 844 },
])
  test(`axe and a picture, ${viewport.width} wide`, async () => {
    const page = await openOwn({ viewport });
    await look(page, `own-${viewport.width}`);
    await page.context().close();
  });
