// The network: its text with the command's errors, every preset in every step, model files.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { build, open, root, shown } from './browser.mjs';
import { browser, folder, serious } from './suite.mjs';
import { readTensors } from './tensors.mjs';

const PRESETS = ['lab', 'tiny', 'simple', 'scratch', 'odd'];
const SIZES = [
  { width: 1366, height: 768 },
  { width: 390, height: 844 },
];

const cnn = (...flags) =>
  execFileSync(`${build}/cnn`, flags, { cwd: root, encoding: 'utf8', maxBuffer: 1e8 });
const preset = (page, name) => page.getByRole('button', { name, exact: true });
const origin = (page) => page.locator('.origin').textContent();

async function saved(page) {
  const panel = page.locator('.network');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    panel.getByRole('button', { name: 'Save model' }).click(),
  ]);
  const path = `${folder}/${download.suggestedFilename()}`;
  await download.saveAs(path);
  return path;
}

async function measured(page) {
  await page.getByRole('button', { name: /^Measure/ }).click();
  await page.locator('output:has-text("right")').waitFor();
  return page.locator('output').textContent();
}

// What the command says of the same images, in the page's words.
function evaluated(path) {
  const flags = ['--data', 'data/mnist', '--limit', '2000', '--json'];
  const { accuracy, loss } = JSON.parse(cnn('eval', path, ...flags));
  const share = `${(100 * accuracy).toFixed(2)} %`;
  return `${share} of 2,000 held-out images right, loss ${Number(loss.toPrecision(3))}`;
}

// Sheets, tables and headings that reach out of the map or of the screen.
const clipped = (page) =>
  page.evaluate(() => {
    const main = document.querySelector('main');
    const right = Math.min(main.getBoundingClientRect().right, innerWidth) + 0.5;
    return [...main.querySelectorAll('.sheet, .scores, .head, h3')]
      .filter((e) => e.getBoundingClientRect().right > right)
      .map((e) => `${e.className} ${e.closest('[data-tensor]')?.dataset.tensor ?? e.textContent}`);
  });

for (const viewport of SIZES)
  for (const name of PRESETS)
    test(`${name}, ${viewport.width} wide: every step, nothing clipped`, async () => {
      const page = await open(browser, { viewport });
      await page.keyboard.press('n');
      await preset(page, name).click();
      const layers = JSON.parse(cnn('info', `networks/${name}.net`, '--json')).layers;
      const heads = await page.locator('.map .head b').allTextContents();
      assert.deepEqual(heads, ['input', ...layers.map((l) => l.name)].slice(-heads.length));
      const steps = await page.locator('footer li').count();
      await page.keyboard.press('l');
      await page.keyboard.press('Home');
      for (let i = 0; i < steps; i++) {
        const { value } = await shown(page);
        assert.ok(Number.isFinite(Number(value)), `step ${i + 1}: ${value}`);
        assert.deepEqual(await clipped(page), [], `step ${i + 1}`);
        await page.keyboard.press('ArrowRight');
      }
      await page.screenshot({ path: `${build}/lab/shots/network-${name}-${viewport.width}.png` });
      assert.deepEqual(page.wrong, []);
      await page.context().close();
    });

test('the layers are those of cnn info: shapes, parameters, multiply-adds', async () => {
  const page = await open(browser, { hash: '#mode=network' });
  for (const name of PRESETS) {
    await preset(page, name).click();
    const info = JSON.parse(cnn('info', `networks/${name}.net`, '--json'));
    const rows = await page
      .locator('.layers tbody tr')
      .evaluateAll((all) =>
        all.map((tr) => [...tr.children].map((td) => td.textContent.replaceAll(',', ''))),
      );
    const named = new Map(rows.map(([layer, ...numbers]) => [layer, numbers]));
    for (const l of info.layers)
      assert.deepEqual(
        named.get(l.name).slice(1),
        [String(l.parameters), String(l.multiply_adds)],
        `${name}: ${l.name}`,
      );
    assert.deepEqual(named.get('total').slice(1), [
      String(info.parameters),
      String(info.multiply_adds),
    ]);
  }
  await page.context().close();
});

const WRONG = [
  'input 28x28x1\nconv2d 8 3x3 pda 1\n',
  'input 28x28x1\nrelo\nflatten\ndense 10\n',
  'dense 10\n',
  'input 28x28x1\nmaxpool2d 40\n',
  'input 28x28x1\nflatten\ndense ten\n',
  '# nothing\n',
];
test('a wrong text: the command’s own error, line and column; the network stays', async () => {
  const page = await open(browser, { hash: '#mode=network' });
  const before = await page.locator('.map').textContent();
  const area = page.getByRole('textbox', { name: 'The network as text' });
  for (const text of WRONG) {
    const path = `${folder}/wrong.net`;
    writeFileSync(path, text);
    await area.fill(text);
    await page.getByRole('button', { name: /^Apply/ }).click();
    const alert = await page.locator('.network [role=alert]').textContent();
    const { stderr, status } = spawnSync(`${build}/cnn`, ['info', path], { encoding: 'utf8' });
    assert.equal(status, 1);
    const told = stderr.trim().replace(/^cnn: \S+wrong\.net: /, '');
    const [, line] = told.match(/^line (\d+)/) ?? [];
    const [, column] = told.match(/\(column (\d+)\)$/) ?? [];
    const reason = told.replace(/^line \d+: /, '').replace(/ \(column \d+\)$/, '');
    const bare = (s) => s.replaceAll(/[^\w"?]/g, '');
    assert.ok(bare(alert).includes(bare(reason)), `${alert}\n${told}`);
    if (line) assert.match(alert, new RegExp(`line ${line}\\b`), told);
    if (column) assert.match(alert, new RegExp(`column ${column}\\b`), told);
    assert.equal(await page.locator('.map').textContent(), before);
  }
  await area.fill(readFileSync(`${root}/networks/tiny.net`, 'utf8'));
  assert.equal(await page.locator('.network [role=alert]').count(), 0, 'said while one types');
  assert.deepEqual(page.wrong, []);
  await page.context().close();
});

test('networks for other images, or too large to show, are refused by name', async () => {
  const page = await open(browser, { hash: '#mode=network' });
  const area = page.getByRole('textbox', { name: 'The network as text' });
  const refused = [
    ['input 32x32x3\nflatten\ndense 10\n', /28x28x1|28 ?[x×] ?28/],
    ['input 28x28x1\nflatten\ndense 3\n', /class/],
    ['input 28x28x1\nconv2d 2000 3x3\nflatten\ndense 10\n', /conv1 has 2000 channels/],
    ['input 28x28x1\nconv2d 1000 9x9 pad 4\nconv2d 1000 9x9\nflatten\ndense 10\n', /multiply-adds/],
    ['input 28x28x1\nflatten\ndense 4000000000\ndense 10\n', /./],
  ];
  for (const [text, reason] of refused) {
    await area.fill(text);
    await page.getByRole('button', { name: /^Apply/ }).click();
    assert.match(await page.locator('.network [role=alert]').textContent(), reason, text);
  }
  await page.keyboard.press('Escape');
  await page.locator('h1').click();
  await page.keyboard.press('m');
  assert.deepEqual(page.wrong, []);
  await page.context().close();
});

test('random weights of a seed are the command’s, and the origin of the weights is said', async () => {
  const page = await open(browser, { hash: '#net=odd&seed=5&mode=network' });
  assert.match(await origin(page), /random, of seed 5/);
  const path = await saved(page);
  assert.match(path, /odd\.safetensors$/);
  const trace = `${folder}/trace.safetensors`;
  const flags = ['--steps', '1', '--batch-size', '8', '--limit', '8', '--data', 'data/mnist'];
  cnn('trace', 'networks/odd.net', '--seed', '5', ...flags, '--out', trace);
  const told = readTensors(trace);
  let compared = 0;
  for (const [name, bytes] of readTensors(path)) {
    assert.ok(bytes.equals(told.get(`initial/${name}`)), name);
    compared++;
  }
  assert.equal(compared, 5);
  await preset(page, 'lab').click();
  assert.match(await origin(page), /lab\.net, trained/);
  await page.context().close();
});

test('save, and cnn eval reads it with the same accuracy; a file opens again', async () => {
  const page = await open(browser, { hash: '#mode=network' });
  for (const name of ['lab', 'odd']) {
    await preset(page, name).click();
    assert.equal(await measured(page), evaluated(await saved(page)), name);
  }
  await page.keyboard.press('Escape');
  await page.locator('h1').click();
  await page.keyboard.press('t');
  await page.waitForFunction(() => document.querySelector('.primary:not(:disabled)'));
  await page.getByRole('button', { name: 'full' }).click();
  await page.getByRole('button', { name: 'One epoch' }).click();
  await page.locator('.train .command').waitFor({ timeout: 120000 });
  await page.keyboard.press('n');
  assert.match(await origin(page), /from your training/);
  const path = await saved(page);
  const right = await measured(page);
  assert.equal(right, evaluated(path));
  assert.ok(Number.parseFloat(right) > 60, right);
  const other = await open(browser, { hash: '#mode=network&image=3' });
  await other.locator('input[type=file]').last().setInputFiles(path);
  await other.waitForFunction(() =>
    document.querySelector('.origin').textContent.includes('odd.s'),
  );
  assert.equal(await measured(other), right);
  assert.equal(await other.locator('.map .head').count(), 11);
  const { value, command } = await shown(other);
  const [, where, index] = command.match(/'([^']+)' --index (\d+)$/);
  const told = cnn('explain', path, 'data/mnist', where, '--index', index, '--json');
  assert.equal(Math.fround(Number(value)), Math.fround(JSON.parse(told).value));
  assert.deepEqual(other.wrong, []);
  await other.context().close();
  await page.context().close();
});

test('files that are no model for these images are refused in one line, and nothing is lost', async () => {
  const page = await open(browser, { hash: '#mode=network' });
  const model = readFileSync(`${build}/lab/lab.safetensors`);
  const other = `${folder}/small.net`;
  writeFileSync(other, 'input 8x8x1\nflatten\ndense 10\n');
  const before = await page.locator('.map').textContent();
  const files = {
    'empty.safetensors': Buffer.alloc(0),
    'cut.safetensors': model.subarray(0, 1000),
    'half.safetensors': model.subarray(0, model.length >> 1),
    'picture.safetensors': readFileSync(`${root}/docs/lab-look.png`),
    'text.safetensors': Buffer.from('input 28x28x1\nflatten\ndense 10\n'),
    'head.safetensors': Buffer.from('ffffffffffffff7f7b7d', 'hex'),
  };
  for (const [name, bytes] of Object.entries(files)) {
    writeFileSync(`${folder}/${name}`, bytes);
    await page.locator('.network input[type=file]').setInputFiles(`${folder}/${name}`);
    const alert = page.locator('.network [role=alert]');
    await alert.waitFor();
    assert.ok((await alert.textContent()).length > 10, name);
    assert.equal(await page.locator('.map').textContent(), before, name);
    await preset(page, 'lab').click();
  }
  assert.deepEqual(page.wrong, []);
  await page.context().close();
});

test('training takes the network shown, and its command says so', async () => {
  const page = await open(browser, { hash: '#net=tiny&mode=train' });
  await page.waitForFunction(() => document.querySelector('.primary:not(:disabled)'));
  await page.getByRole('button', { name: 'full' }).click();
  await page.getByRole('button', { name: 'One epoch' }).click();
  await page.locator('.train .command').waitFor({ timeout: 60000 });
  const command = (await page.locator('.train .command').textContent()).trim();
  assert.match(command, /cnn train networks\/tiny\.net /);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.locator('.train').getByRole('button', { name: 'Save model' }).click(),
  ]);
  const path = `${folder}/trained.safetensors`;
  const fused = await page.evaluate(() => globalThis.cnnLab.fused());
  cnn(...command.split(' ').slice(1, -1), path, ...(fused ? [] : ['--backend', 'base']));
  assert.ok(readFileSync(path).equals(readFileSync(await download.path())));
  await page.evaluate(() => {
    location.hash = 'net=odd&mode=train';
  });
  await page.waitForFunction(() => document.querySelector('.map').textContent.includes('avgpool'));
  await page.waitForFunction(() => /step 0/.test(document.querySelector('.status').textContent));
  await page.getByRole('button', { name: 'One step' }).click();
  await page.waitForFunction(() => /step 1/.test(document.querySelector('.status').textContent));
  assert.deepEqual(page.wrong, []);
  await page.context().close();
});

for (const colorScheme of ['light', 'dark'])
  for (const viewport of SIZES)
    test(`axe and a picture: ${colorScheme}, ${viewport.width} wide`, async () => {
      const page = await open(browser, { colorScheme, viewport, hash: '#net=odd&mode=network' });
      assert.deepEqual(await serious(page), []);
      await page.getByRole('textbox', { name: 'The network as text' }).fill(WRONG[0]);
      assert.deepEqual(await serious(page), []);
      const name = `network-${viewport.width}-${colorScheme}`;
      await page.screenshot({ path: `${build}/lab/shots/${name}.png` });
      const sideways = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(sideways <= 0, `scrolls sideways by ${sideways}`);
      await page.context().close();
    });
