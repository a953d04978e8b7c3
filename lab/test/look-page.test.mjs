// Looking, beyond the numbers: the update, both views of a gradient, batches, pictures, fingers,
// terms, labels, and what the system asks for (motion, contrast, paper).
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { after, before, test } from 'node:test';
import { deflateSync } from 'node:zlib';
import { build, launch, open, root, shown } from './browser.mjs';

let browser;
let folder;
before(async () => {
  browser = await launch();
  folder = mkdtempSync(`${tmpdir()}/lab-`);
  mkdirSync(`${build}/lab/shots`, { recursive: true });
});
after(async () => {
  await browser.close();
  rmSync(folder, { recursive: true });
});

const toStep = (page, tensor) => page.locator(`footer li button[title="${tensor}"]`).click();
const number = (text) => Number(text.replaceAll('−', '-'));
const sum = (page, tensor, index) =>
  page.evaluate(([t, i]) => globalThis.cnnLab.sum(t, i), [tensor, index]);
const wrongly = (a, b) => Math.abs(a - b) > 1e-6 * Math.max(1, Math.abs(b));

// Symbol, what it is, number of each row of the update's table.
const updateRows = (page) =>
  page
    .locator('.updated tr')
    .evaluateAll((rows) =>
      rows.map((r) => [...r.children].map((c) => c.lastChild?.textContent.trim() ?? '')),
    );

test('the update goes by its rule, weight by weight; a step back brings the old one', async () => {
  const page = await open(browser);
  await page.keyboard.press('Home');
  const old = await sum(page, 'conv1.weight', 5);
  const titles = await page
    .locator('footer .update button')
    .evaluateAll((b) => b.map((e) => e.title));
  const parameters = ['conv1', 'conv2', 'fc1'].flatMap((l) => [`${l}.weight`, `${l}.bias`]);
  assert.deepEqual(
    titles,
    [...parameters, 'losses'].map((t) => `${t}.after`),
  );
  for (const tensor of parameters) {
    await toStep(page, `${tensor}.after`);
    const [w, g, m, v, corrected, root_, move, next] = (await updateRows(page)).map((r) =>
      number(r[2]),
    );
    assert.ok(!wrongly(m, 0.1 * g) && !wrongly(v, 0.001 * g * g), `${tensor}: m ${m}, v ${v}`);
    assert.ok(!wrongly(corrected, g) && !wrongly(root_, Math.abs(g)), tensor);
    assert.ok(!wrongly(move, (-0.003 * g) / (Math.abs(g) + 1e-8)), `${tensor}: ${move}`);
    assert.equal(Math.fround(w + move), Math.fround(next), tensor);
    assert.equal(next, number((await shown(page)).value));
  }
  await page.locator('.updated').locator('xpath=../p//select').selectOption('sgd');
  const [w, g, move, next] = (await updateRows(page)).map((r) => number(r[2]));
  assert.ok(
    !wrongly(move, -0.05 * g) && Math.fround(w + move) === Math.fround(next),
    `SGD: ${move}`,
  );
  await page.keyboard.press('Home');
  assert.equal((await sum(page, 'conv1.weight', 5)).stored, old.stored);
  assert.deepEqual(page.wrong, []);
  await page.context().close();
});

test('after the update: the loss again, what was foretold, and each number after it', async () => {
  const page = await open(browser);
  await toStep(page, 'losses.after');
  const [before, later, change, foretold] = await page
    .locator('.updated tr')
    .evaluateAll((rows) => rows.map((r) => r.children[1].textContent.trim()));
  const c = await page.evaluate(() => globalThis.cnnLab.change());
  for (const [text, value] of [
    [before, c.before],
    [later, c.after],
    [change, c.change],
    [foretold, c.foretold],
  ])
    assert.equal(number(text), Number(value.toPrecision(3)));
  assert.ok(c.change < 0 && c.foretold < 0, 'the step helped');
  // A small step does what the gradients foretell.
  await page.locator('.settings input').fill('0.000001');
  await page.locator('.settings input').press('Enter');
  const small = await page.evaluate(() => globalThis.cnnLab.change());
  assert.ok(
    Math.abs(small.change / small.foretold - 1) < 0.05,
    `${small.change} ${small.foretold}`,
  );
  await page.locator('.settings input').blur();
  await page.keyboard.press('f');
  assert.match((await shown(page)).tensor, /^fc1\.after$/);
  await page.context().close();
});

test('gather turns the kernel by 180°; a stamp puts what its terms say', async () => {
  const page = await open(browser);
  await toStep(page, 'pool1.grad');
  const grid = (i) =>
    page
      .locator('.sum .grid')
      .nth(i)
      .locator('.factor')
      .evaluateAll((cells) => cells.map((c) => Number(c.dataset.index)));
  const [dy, weights] = [await grid(0), await grid(1)];
  const rising = (list) => list.every((v, i) => i === 0 || v > list[i - 1]);
  assert.ok(rising(dy), 'the gradients lie as on their map');
  assert.ok(rising(weights.toReversed()), 'the kernel is turned');
  await page.getByRole('button', { name: 'Scatter', exact: true }).click();
  const outputs = page.locator('.outputs button');
  assert.ok((await outputs.count()) > 1);
  for (let k = 0; k < 2; k++) {
    await outputs.nth(k).click();
    const cells = await page
      .locator('.sum .grid .factor')
      .evaluateAll((all) =>
        all.map((c) => [Number(c.dataset.index), c.title, c.classList.contains('mark')]),
      );
    assert.ok(cells.length >= 4 && cells.some((c) => c[2]));
    const from = await page.evaluate(() => {
      const text = document.querySelector('.outputs [aria-pressed="true"]').textContent;
      return text
        .match(/channel (\d+), row (\d+), column (\d+)/)
        .slice(1)
        .map(Number);
    });
    const output = (from[1] * 14 + from[2]) * 16 + from[0];
    for (const [place, title] of cells) {
      const { terms } = await sum(page, 'pool1.grad', place);
      const term = terms.find((t) => t.a === output);
      assert.equal(Math.fround(title.split(':')[0]), Math.fround(term.share), `place ${place}`);
    }
  }
  assert.equal(await page.locator('[data-tensor="pool1.grad"] .frame.factor').count(), 1);
  await page.context().close();
});

test('a batch: thumbnails, gradients of all its images, terms by image', async () => {
  const page = await open(browser);
  await page.locator('.batch-switch button').nth(1).click();
  assert.equal(await page.locator('.batch li').count(), 8);
  const labels = await page.locator('.batch button').evaluateAll((b) => b.map((e) => e.title));
  assert.match(labels[0], /test image 18: it says 5, true digit 3, loss 0\.9/);
  const p = await page.evaluate(() => {
    const e = globalThis.cnnLab;
    const t = e.tensors();
    return { n: t.get('input').shape[0], losses: [...e.numbers(t.get('losses'))] };
  });
  assert.equal(p.n, 8);
  const header = await page.locator('header > p').textContent();
  const mean = p.losses.reduce((a, b) => a + b) / 8;
  assert.ok(header.includes(`loss ${Number(mean.toPrecision(3))}`), header);
  await toStep(page, 'conv2.weight.grad');
  await page.locator('.every summary').click();
  await page.locator('.all').waitFor();
  const images = await page
    .locator('.all tbody tr')
    .evaluateAll((rows) => rows.map((r) => r.children[1].textContent));
  assert.deepEqual([...new Set(images)], [...'01234567']);
  await page.locator('.batch button').nth(3).click();
  await toStep(page, 'conv1');
  const seen = await shown(page);
  assert.match(await page.locator('.crumb').textContent(), /image 3 of the batch/);
  assert.match(await page.locator('.picture h2 span').first().textContent(), /21/);
  assert.equal(seen.command, undefined, 'the command explains one image');
  await page.locator('.batch-switch button').first().click();
  assert.match((await shown(page)).command, /--index 21$/);
  assert.deepEqual(page.wrong, []);
  await page.context().close();
});

// A PNG of these rows of pixels.
function png(width, height, type, pixel) {
  const table = Array.from({ length: 256 }, (_, n) => {
    let c = n;
    for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
    return c >>> 0;
  });
  const chunk = (name, data) => {
    const body = Buffer.concat([Buffer.from(name), data]);
    const crc = body.reduce((c, b) => table[(c ^ b) & 255] ^ (c >>> 8), 0xffffffff);
    const ends = Buffer.alloc(8);
    ends.writeUInt32BE(data.length);
    ends.writeUInt32BE((crc ^ 0xffffffff) >>> 0, 4);
    return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width);
  head.writeUInt32BE(height, 4);
  head.set([8, type, 0, 0, 0], 8);
  const rows = Array.from({ length: height }, (_, y) => [
    0,
    ...Array.from({ length: width }, (_, x) => pixel(x, y)).flat(),
  ]);
  const data = deflateSync(Buffer.from(rows.flat()));
  const magic = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
  const parts = [chunk('IHDR', head), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))];
  return Buffer.concat([magic, ...parts]);
}

// A slanted one, drawn by ink on paper.
const one = (ink, paper) => (x, y) =>
  Math.abs(x - 70 + (y - 60) / 6) < 6 && y > 20 && y < 100 ? ink : paper;

test('pictures: in color, transparent, huge; and files that are none', async () => {
  const page = await open(browser);
  const bytes = {
    'colors.png': png(130, 120, 2, one([200, 40, 30], [250, 240, 180])),
    'dark-on-nothing.png': png(130, 120, 6, one([0, 0, 60, 255], [0, 0, 0, 0])),
    'light-on-nothing.png': png(130, 120, 6, one([250, 250, 200, 255], [0, 0, 0, 0])),
  };
  const field = page.locator('input[type=file][accept="image/*"]');
  const notice = (name) =>
    page.waitForFunction((n) => document.querySelector('.notice').textContent.startsWith(n), name);
  for (const [name, data] of Object.entries(bytes)) {
    writeFileSync(`${folder}/${name}`, data);
    await field.setInputFiles(`${folder}/${name}`);
    await notice(name);
    const flags = ['predict', `${build}/lab/lab.safetensors`, `${folder}/${name}`, '--json'];
    const [best] = JSON.parse(execFileSync(`${build}/cnn`, flags, { encoding: 'utf8' })).images[0]
      .best;
    const p = await page.evaluate(() => [
      ...globalThis.cnnLab.numbers(globalThis.cnnLab.tensors().get('probabilities')),
    ]);
    assert.equal(p[best.index], Math.fround(best.probability), name);
  }
  const told = async (file, start, words) => {
    await field.setInputFiles(file);
    await notice(start);
    assert.match(await page.locator('.notice').textContent(), words);
  };
  const says = await page.locator('.bars .says').textContent();
  await told(
    { name: 'notes.pdf', mimeType: 'image/png', buffer: Buffer.from('no picture') },
    'notes.pdf',
    /no picture that this browser can read/,
  );
  const empty = png(40, 40, 0, () => [255]);
  await told(
    { name: 'empty.png', mimeType: 'image/png', buffer: empty },
    'empty.png',
    /no drawing found/,
  );
  assert.equal(await page.locator('.bars .says').textContent(), says, 'the one before stays');
  const huge = png(6000, 30, 0, (x) => [Math.abs(x - 3000) < 4 ? 0 : 255]);
  await told({ name: 'huge.png', mimeType: 'image/png', buffer: huge }, 'huge.png', /./);
  await page.evaluate(
    ([name, data]) => {
      const raw = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
      const given = new DataTransfer();
      given.items.add(new File([raw], name, { type: 'image/png' }));
      document
        .querySelector('main')
        .dispatchEvent(
          new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: given }),
        );
    },
    ['dropped.png', bytes['colors.png'].toString('base64')],
  );
  await notice('dropped.png, 130 × 120 pixels');
  assert.deepEqual(page.wrong, []);
  await page.context().close();
});

test('a finger moves the cell, and keeps where it ends; targets are large enough', async () => {
  const page = await open(browser, { viewport: { width: 390, height: 844 }, hasTouch: true });
  const box = await page.locator('[data-tensor="conv1"].sheets .sheet').first().boundingBox();
  await page.mouse.wheel(0, box.y - 300);
  await page.waitForTimeout(200);
  const at = await page.locator('[data-tensor="conv1"].sheets .sheet').first().boundingBox();
  const session = await page.context().newCDPSession(page);
  const touch = (type, x) =>
    session.send('Input.dispatchTouchEvent', {
      type,
      touchPoints: type === 'touchEnd' ? [] : [{ x: at.x + x, y: at.y + 15 }],
    });
  await touch('touchStart', 4);
  for (let x = 6; x <= 30; x += 3) await touch('touchMove', x);
  await touch('touchEnd');
  const first = await shown(page);
  assert.equal(first.tensor, 'conv1');
  await touch('touchStart', 30);
  for (let x = 28; x >= 8; x -= 3) await touch('touchMove', x);
  await touch('touchEnd');
  const second = await shown(page);
  assert.notEqual(first.command, second.command, 'the cell moved');
  const small = await page
    .locator('button, select, summary, input:not([hidden])')
    .evaluateAll((all) =>
      all
        .filter((e) => !e.classList.contains('term')) // words within a sentence
        .map((e) => [e.getBoundingClientRect(), e.textContent.slice(0, 20)])
        .filter(([r]) => r.width > 0 && (r.width < 24 || r.height < 24))
        .map(([r, text]) => `${text}: ${r.width} × ${r.height}`),
    );
  assert.deepEqual(small, []);
  await page.context().close();
});

test('terms: dotted, explained by mouse, touch and key, in at most 20 words', async () => {
  const page = await open(browser, { hasTouch: true });
  await toStep(page, 'conv1');
  const kernel = page.locator('.sentence .term').first();
  assert.equal((await kernel.textContent()).toLowerCase(), 'kernels');
  const meaning = page.locator('#meaning');
  await kernel.hover();
  assert.match(await meaning.textContent(), /small grid of weights/);
  await page.locator('h1').hover();
  assert.equal(await meaning.count(), 0);
  await kernel.focus();
  await page.keyboard.press('Enter');
  assert.equal(await meaning.count(), 1);
  await page.keyboard.press('Escape');
  assert.equal(await meaning.count(), 0);
  await kernel.tap();
  assert.equal(await meaning.count(), 1);
  const met = new Set();
  const count = await page.locator('footer li').count();
  await page.keyboard.press('Home');
  for (let i = 0; i < count; i++) {
    for (const word of await page.locator('.term').allTextContents()) met.add(word.toLowerCase());
    await page.keyboard.press('ArrowRight');
  }
  await page.getByRole('tab', { name: 'Train' }).click();
  for (const word of await page.locator('.term').allTextContents()) met.add(word.toLowerCase());
  await page.keyboard.press('?');
  const terms = await page
    .locator('dialog.help dl')
    .last()
    .locator('div')
    .evaluateAll((rows) => rows.map((r) => [r.children[0].textContent, r.children[1].textContent]));
  const wanted = ['kernel', 'channel', 'bias', 'ReLU', 'pool', 'softmax', 'loss'];
  for (const term of [...wanted, 'gradient', 'batch', 'epoch', 'rate'])
    assert.ok(
      terms.some(([t]) => t === term),
      term,
    );
  for (const [term, text] of terms) {
    assert.ok(text.split(' ').length <= 20, `${term}: ${text.split(' ').length} words`);
    assert.ok(
      [...met].some((w) => w.startsWith(term.toLowerCase())),
      `${term} is dotted somewhere`,
    );
  }
  await page.context().close();
});

// What a label says of itself; '' for none.
const unexplained = (page) =>
  page.evaluate(() => {
    const listed = new Set(
      [...document.querySelectorAll('dialog.help dt')].map((e) => e.textContent),
    );
    const labels = 'h2, h3, th[scope=col], legend, label, summary, button, [role=tab]';
    const own = (e) =>
      (e.firstChild?.nodeType === 3 ? e.firstChild.textContent : e.textContent).trim();
    const isSentence = (text) => (text ?? '').trim().split(/\s+/).length >= 3;
    return [...document.querySelectorAll(labels)]
      .filter((e) => e.checkVisibility() && !e.closest('dialog') && own(e))
      .filter((e) => !/^[\d.,−-]+$/.test(own(e)) && !e.classList.contains('term'))
      .filter((e) => !isSentence(e.title) && !isSentence(e.getAttribute('aria-label')))
      .filter((e) => !listed.has(own(e)) && !isSentence(own(e)))
      .map((e) => `${e.tagName} ${own(e)}`);
  });

test('every label on screen has its sentence', async () => {
  const page = await open(browser);
  const count = await page.locator('footer li').count();
  await page.keyboard.press('Home');
  for (let i = 0; i < count; i++) {
    const every = page.locator('.every summary');
    if (await every.count()) await every.click();
    assert.deepEqual(await unexplained(page), [], `step ${i + 1}`);
    await page.keyboard.press('ArrowRight');
  }
  await page.locator('.batch-switch button').nth(1).click();
  assert.deepEqual(await unexplained(page), [], 'a batch');
  await toStep(page, 'pool1.grad');
  await page.getByRole('button', { name: 'Scatter', exact: true }).click();
  assert.deepEqual(await unexplained(page), [], 'a stamp');
  await page.context().close();
});

test('motion, contrast and paper as the system asks', async () => {
  const page = await open(browser, {
    reducedMotion: 'reduce',
    contrast: 'more',
    colorScheme: 'dark',
  });
  await page.keyboard.press('Home');
  await page.keyboard.press(' ');
  await page.waitForTimeout(2200);
  assert.equal(await page.locator('[aria-current="step"]').textContent(), '2', 'it only steps');
  assert.match(await page.locator('.play').textContent(), /Play/);
  const colors = () =>
    page.evaluate(() => [
      getComputedStyle(document.body).backgroundColor,
      getComputedStyle(document.querySelector('.soft')).color,
    ]);
  const ink = await page.evaluate(() => getComputedStyle(document.body).color);
  assert.equal((await colors())[1], ink, 'nothing is pale');
  await page.emulateMedia({ media: 'print' });
  assert.equal((await colors())[0], 'rgb(255, 255, 255)');
  const printed = page.locator('.printed td');
  await printed.first().waitFor();
  assert.equal(await printed.count(), 28 * 28);
  const marked = number(await page.locator('.printed .mark').textContent());
  const value = number((await shown(page)).value);
  assert.ok(Math.abs(marked - value) < 0.01 * Math.abs(value) + 0.005, `${marked} of ${value}`);
  writeFileSync(
    `${build}/lab/shots/look-paper.pdf`,
    await page.pdf({ format: 'A4', landscape: true, printBackground: true }),
  );
  assert.deepEqual(page.wrong, []);
  await page.context().close();
});

for (const colorScheme of ['light', 'dark'])
  for (const viewport of [
    { width: 1366, height: 768 },
    { width: 390, height: 844 },
  ])
    test(`axe and pictures: ${colorScheme}, ${viewport.width} wide`, async () => {
      const page = await open(browser, { colorScheme, viewport });
      await page.evaluate(readFileSync(`${root}/lab/node_modules/axe-core/axe.min.js`, 'utf8'));
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
      await toStep(page, 'conv2.weight.after');
      await look('look-update');
      await toStep(page, 'losses.after');
      await look('look-again');
      await page.locator('.batch-switch button').nth(1).click();
      await toStep(page, 'pool1.grad');
      await look('look-batch');
      await page.getByRole('button', { name: 'Scatter', exact: true }).click();
      if (viewport.width < 900) await page.locator('.readout button').click();
      await look('look-scatter');
      await page.locator('.sentence .term').first().focus();
      await page.keyboard.press('Enter');
      await look('look-term');
      await page.keyboard.press('Escape');
      await page.keyboard.press('?');
      await look('look-help');
      assert.deepEqual(page.wrong, []);
      await page.context().close();
    });
