// Checking gradients: every number against `cnn gradcheck` of the same model, image and weights.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { test } from 'node:test';
import { open, root } from './browser.mjs';
import {
  cnn,
  fresh,
  inNetwork,
  isFused,
  near,
  nudge,
  sameRow,
  slowdown,
  steps,
  toCheck,
  toldBy,
} from './checking.mjs';
import { browser, folder, look } from './suite.mjs';

// Strides, padding on one side, overlapping windows, a mean and a leaky gate.
const ODD = `input 28x28x1
conv2d 3 5x3 stride 2 pad 1
leakyrelu 0.1
maxpool2d 3 stride 2
conv2d 4 2x2
avgpool2d 2
flatten
dense 7
relu
dense 10
`;
const LIMIT_SECONDS = 0.3;
const LIMIT_BLOCKED = 50; // milliseconds

test('a weight, a bias and a pixel, each step: the numbers of the command shown', async () => {
  const page = await open(browser);
  await toCheck(page);
  const fused = await isFused(page);
  const names = await page.locator('.check select option').allTextContents();
  assert.deepEqual(names.sort(), [
    'conv1.bias',
    'conv1.weight',
    'conv2.bias',
    'conv2.weight',
    'fc1.bias',
    'fc1.weight',
    'input',
  ]);
  let compared = 0;
  for (const name of names) {
    await page.locator('.check select').selectOption(name);
    await fresh(page);
    const told = await toldBy(page);
    assert.equal(told.where.split('[')[0], name);
    const rows = await steps(page);
    told.rows.forEach((row, i) => {
      sameRow(rows[i], row, told.loss, fused, `${told.where}, h = ${row.h}`);
      assert.ok(near(rows[i].h, row.h, 1e-12));
      compared++;
    });
    const { gradient } = await nudge(page);
    assert.ok(near(gradient, told.gradient, 2e-12), `${gradient} is ${told.gradient}`);
  }
  console.log(`${compared} rows, fused: ${fused}`);
  assert.deepEqual(page.wrong, []);
  await page.context().close();
});

test('h by keys and by the slider: how many digits agree, and where a kink is', async () => {
  const page = await open(browser);
  await toCheck(page);
  const told = await toldBy(page);
  for (let i = 0; i < 5; i++) await page.keyboard.press('+');
  let kinks = 0;
  for (const row of told.rows) {
    const seen = await nudge(page);
    assert.ok(near(seen.h, row.h, 1e-12), `${seen.h} is ${row.h}`);
    const digits = Math.min(16, Math.max(0, Math.floor(-Math.log10(row.error))));
    assert.equal(seen.said, digits === 1 ? '1 digit agrees' : `${digits} digits agree`);
    if (row.kink) {
      const [layer, at] = row.kink.split(' at ');
      const text = await page.locator('.kink').textContent();
      assert.ok(text.includes(layer) && text.includes(at), `${text}: ${row.kink}`);
      kinks++;
    } else assert.equal(await page.locator('.kink').count(), 0);
    await page.keyboard.press('-');
  }
  assert.ok(kinks > 0);
  await page.getByRole('button', { name: /^Best/ }).click();
  const best = told.rows.reduce((m, r) => (r.error < m.error ? r : m));
  assert.ok(near((await nudge(page)).h, best.h, 1e-12));
  await page.getByRole('slider').focus();
  await page.keyboard.press('Home');
  assert.equal((await nudge(page)).h, 1e-15);
  await page.keyboard.press('End');
  assert.equal((await nudge(page)).h, 0.1);
  const place = await page.locator('.kink button').textContent();
  await page.locator('.kink button').click();
  assert.equal(await page.locator('.crumb b').textContent(), place.split('[')[0]);
  await page.context().close();
});

test('a number that is computed: the weight of its sum is offered', async () => {
  const page = await open(browser);
  await toCheck(page);
  await page.locator('[data-tensor="fc1"].number').nth(4).click();
  const offer = page.locator('.offer');
  const name = (await offer.textContent()).match(/fc1\.weight\[\d+,4\]/)[0];
  await offer.click();
  await fresh(page);
  assert.equal((await toldBy(page)).where, name);
  await page.keyboard.press('w');
  await fresh(page);
  assert.equal(await page.locator('.check .offer').count(), 0, 'a weight is selected');
  await page.locator('.check select').selectOption('conv2.weight');
  await fresh(page);
  const chosen = (await toldBy(page)).where;
  await page
    .locator('.kernels [data-tensor="conv2.weight.grad"] .sheet')
    .nth(9)
    .click({ position: { x: 2, y: 2 } });
  await fresh(page);
  const { where } = await toldBy(page);
  assert.match(where, /^conv2\.weight\[\d,\d,\d,9\]$/, 'the weight of a gradient');
  assert.notEqual(where, chosen);
  await page.context().close();
});

test('another image and another true digit are other losses', async () => {
  const page = await open(browser);
  await toCheck(page);
  const before = await nudge(page);
  await page.keyboard.press('m');
  await fresh(page);
  const after = await nudge(page);
  assert.notEqual(after.high, before.high);
  const told = await toldBy(page);
  const row = told.rows.find((r) => near(r.h, after.h, 1e-9));
  sameRow({ ...after, kinks: row.kinks }, row, told.loss, await isFused(page), told.where);
  const truth = Number(await page.locator('.picture select').inputValue());
  await page.keyboard.press(String((truth + 1) % 10));
  await fresh(page);
  assert.notEqual((await nudge(page)).high, after.high);
  const commands = await page.locator('.check .command').allTextContents();
  assert.ok(!commands.some((c) => c.includes('--at')), 'the command has the file’s label');
  await page.context().close();
});

test('a batch of 8: its mean loss, and the gradient that the maps show; any step', async () => {
  const page = await open(browser);
  await page.locator('.batch-switch button', { hasText: /^8$/ }).click();
  await toCheck(page);
  await page.locator('.check select').selectOption('fc1.bias');
  await fresh(page);
  const { gradient, high, low } = await nudge(page);
  const at = await page.locator('.weight').textContent();
  const index = Number(at.match(/number (\d+)/)[1]);
  const seen = await page.evaluate((i) => {
    const engine = globalThis.cnnLab;
    const tensor = engine.tensors().get('fc1.bias.grad');
    return { float: engine.numbers(tensor)[i], loss: engine.x.lab_pass() };
  }, index);
  assert.ok(near(gradient, seen.float, 1e-5), `${gradient} is ${seen.float} in float`);
  assert.ok(high !== low && near((high + low) / 2, seen.loss, 1e-4), `${high} and ${low}`);
  await page.locator('h1').click(); // the keys are the page's again
  for (const key of ['Home', 'End']) {
    await page.keyboard.press(key);
    await fresh(page);
    assert.equal(await page.locator('.nudge').count(), 1, key);
  }
  assert.deepEqual(page.wrong, []);
  await page.context().close();
});

const gradientRows = (page) =>
  page
    .locator('.gradients tbody tr')
    .evaluateAll((rows) => rows.map((row) => [...row.children].map((c) => c.textContent.trim())));

const written = (error) => (error === 0 ? '0' : error.toExponential(1));

test('every gradient, layer by layer: the command’s table', async () => {
  const page = await open(browser);
  await toCheck(page);
  for (const seed of [1, 2]) {
    const told = cnn('gradcheck', 'networks/lab.net', '--seed', seed);
    const seen = await gradientRows(page);
    assert.equal(seen.length, told.rows.length);
    told.rows.forEach((r, i) => {
      const [name, error, , checked, elements, skipped] = seen[i];
      assert.equal(name, `${r.layer} ${r.gradient}`);
      assert.equal(error, written(r.error), name);
      const counts = [checked, elements, skipped].map((n) => Number(n.replace(',', '')));
      assert.deepEqual(counts, [r.checked, r.elements, r.skipped], name);
    });
    const verdict = await page.locator('.verdict').textContent();
    assert.ok(verdict.startsWith('Right') && verdict.includes(written(told.worst)), verdict);
    await page.getByRole('button', { name: 'Other random numbers' }).click();
    await page.locator('.check .soft.num', { hasText: 'seed 2' }).waitFor();
  }
  await page.context().close();
});

test('that check takes 0.3 s, and the page answers meanwhile', async () => {
  const page = await open(browser);
  await toCheck(page);
  let best = { seconds: Number.POSITIVE_INFINITY };
  for (let i = 0; i < 5; i++) {
    const slow = slowdown();
    const gap = await page.evaluate(async () => {
      const verdict = document.querySelector('.verdict').parentElement;
      const button = [...verdict.querySelectorAll('button')].find((b) =>
        b.textContent.includes('Other random'),
      );
      const seconds = () => document.querySelector('.check .soft.num').textContent;
      const before = seconds();
      let last = performance.now();
      let widest = 0;
      button.click();
      while (seconds().split(' · ')[1] === before.split(' · ')[1]) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        widest = Math.max(widest, performance.now() - last);
        last = performance.now();
        if (last > 60000) break;
      }
      return widest;
    });
    const text = await page.locator('.check .soft.num').textContent();
    const seconds = Number(text.match(/([\d.]+) s/)[1]);
    const corrected = seconds / slow;
    if (corrected < best.seconds) best = { seconds: corrected, measured: seconds, gap: gap / slow };
  }
  console.log(
    `${best.measured} s, ${best.seconds.toFixed(3)} s of a processor alone, ` +
      `widest gap ${best.gap.toFixed(0)} ms, ${cpus().length} processors`,
  );
  assert.ok(best.seconds <= LIMIT_SECONDS, `${best.seconds} s`);
  assert.ok(best.gap <= LIMIT_BLOCKED, `${best.gap} ms`);
  await page.context().close();
});

test('200 weights at random: 6 digits and more at the best h, none at the smallest', async () => {
  const page = await open(browser);
  await toCheck(page);
  const median = async () => {
    await page.getByRole('button', { name: /200 weights/ }).click();
    await page.locator('.many b').waitFor();
    const text = await page.locator('.many p').first().textContent();
    const bars = await page.locator('.tally .hidden').allTextContents();
    const counted = bars.reduce((sum, t) => sum + Number(t.match(/(\d+) weights/)[1]), 0);
    const idle = Number(text.match(/does not depend on (\d+)/)[1]);
    assert.equal(counted + idle, 200, text);
    assert.match(text, /median of 200/);
    return Number(text.match(/(\d+) digits? agree/)[1]);
  };
  await page.getByRole('slider').focus();
  for (let i = 0; i < 10; i++) await page.keyboard.press(i < 1 ? 'Home' : 'ArrowRight');
  assert.equal((await nudge(page)).h, 1e-6);
  const good = await median();
  assert.ok(good >= 6, `${good} digits`);
  console.log(`median ${good} digits`);
  await page.getByRole('slider').focus();
  await page.keyboard.press('Home');
  assert.ok((await median()) <= 1);
  await page.context().close();
});

test('an odd network, and one with a mistake in its backward pass', async () => {
  const page = await open(browser);
  const fused = await isFused(page);
  const image = readFileSync(`${root}/data/mnist/t10k-images-idx3-ubyte`).subarray(16, 16 + 784);
  const label = readFileSync(`${root}/data/mnist/t10k-labels-idx1-ubyte`)[8];
  const net = `${folder}/odd.net`;
  writeFileSync(net, ODD);
  for (const mistake of ['', 'conv-dx-flipped', 'relu-open']) {
    const seen = await page.evaluate(inNetwork, {
      text: ODD,
      image: image.toString('base64'),
      label,
      tensor: 'conv1.weight',
      index: 7,
      mistake,
    });
    const model = `${folder}/odd.safetensors`;
    writeFileSync(model, Buffer.from(seen.file, 'base64'));
    const told = cnn('gradcheck', model, '--at', 'conv1.weight[0,2,0,1]', '--image', 'data/mnist');
    assert.ok(near(seen.gradient, told.gradient, 2e-12), `${seen.gradient} is ${told.gradient}`);
    told.rows.forEach((row, i) => {
      sameRow(seen.rows[i], row, told.loss, fused, `${told.where}, h = ${row.h}`);
      assert.equal(seen.rows[i].kink, row.kink?.split(' ')[0] ?? '');
    });
    const all = cnn('gradcheck', net, ...(mistake ? ['--break', mistake] : []));
    assert.equal(all.passed, !mistake);
    all.rows.forEach((r, i) => {
      const [name, elements, checked, skipped, error] = seen.checks[i];
      assert.deepEqual(
        [name, elements, checked, skipped],
        [`${r.layer} ${r.gradient}`, r.elements, r.checked, r.skipped],
      );
      if (r.error !== null) assert.equal(error > all.limit, r.error > all.limit, name);
    });
  }
  const refused = await page.evaluate(() => {
    const engine = globalThis.cnnLab;
    const good = engine.lendText('no-such', (m) =>
      engine.lendText('', (l) => engine.x.lab_gradcheck(1, m, l)),
    );
    return good ? '' : engine.text(engine.x.lab_error());
  });
  assert.match(refused, /no mistake named "no-such"/);
  await page.context().close();
});

test('by touch on a phone', async () => {
  const viewport = { width: 390, height: 844 };
  const page = await open(browser, { viewport, hasTouch: true, isMobile: true });
  await page.getByRole('tab', { name: 'Check' }).tap();
  await fresh(page);
  assert.ok(await page.locator('.check h2').isVisible());
  const before = await nudge(page);
  await page.getByRole('button', { name: /A tenth of h/ }).tap();
  const after = await nudge(page);
  assert.ok(near(after.h * 10, before.h, 1e-9));
  await page.getByRole('button', { name: 'Any weight' }).tap();
  await fresh(page);
  const small = await page.evaluate(() =>
    [...document.querySelectorAll('.check button, .check select, .check summary, .check input')]
      .map((e) => [e.textContent.slice(0, 20), e.getBoundingClientRect()])
      .filter(([, r]) => r.height < 24 || r.width < 24)
      .map(([text]) => text),
  );
  assert.deepEqual(small, []);
  await page.context().close();
});

for (const colorScheme of ['light', 'dark'])
  for (const viewport of [
    { width: 1366, height: 768 },
    { width: 390, height: 844 },
  ])
    test(`axe and a picture: ${colorScheme}, ${viewport.width} wide`, async () => {
      const page = await open(browser, { colorScheme, viewport });
      await toCheck(page);
      await steps(page);
      await page.getByRole('button', { name: /200 weights/ }).click();
      await page.locator('.many').waitFor();
      await page.keyboard.press('+');
      await page.keyboard.press('+');
      await page.getByText('All steps').click();
      await page.waitForTimeout(300);
      const name = `check-${viewport.width}-${colorScheme}`;
      await page.locator('.check').evaluate((panel) => panel.scrollIntoView());
      await look(page, name);
      assert.deepEqual(page.wrong, []);
      await page.context().close();
    });
