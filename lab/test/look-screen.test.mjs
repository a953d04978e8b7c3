// What is on screen, at each step, in five networks: the number that is explained and all its terms
// are those of `cnn explain`; all others are the numbers of the tensors, which have the bytes of
// `cnn trace` (look-numbers.test.mjs).
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { after, before, test } from 'node:test';
import { build, launch, open, root, shown } from './browser.mjs';
import { whereOf } from './numbers.mjs';

const NETWORKS = ['lab', 'tiny', 'simple', 'scratch', 'odd'];
const IMAGE = 18;

let browser;
let folder;
before(async () => {
  browser = await launch();
  folder = mkdtempSync(`${tmpdir()}/lab-`);
});
after(async () => {
  await browser.close();
  rmSync(folder, { recursive: true });
});

const same = (text, number) => Math.fround(Number(text)) === Math.fround(number);

// By the page's link, as a person would; lab with the weights that the page carries.
async function showNetwork(page, name) {
  const link = name === 'lab' ? `#image=${IMAGE}` : `#net=${name}&seed=3&image=${IMAGE}`;
  await page.evaluate((hash) => {
    location.hash = hash;
  }, link);
  const text = `test image ${IMAGE}`;
  await page.waitForFunction(
    (t) => document.querySelector('.picture h2 span').textContent === t,
    text,
  );
  const layers = await page.locator('.map .head b').allTextContents();
  const own = await page.evaluate(() => globalThis.cnnLab.layers().map((l) => l.name));
  assert.deepEqual(layers, own, `${name} is on screen`);
}

async function saveModel(page, name) {
  const path = `${folder}/${name}.safetensors`;
  const bytes = await page.evaluate(() => [...globalThis.cnnLab.save()]);
  writeFileSync(path, Buffer.from(bytes));
  return path;
}

function explain(model, where) {
  const flags = ['explain', model, `${root}/data/mnist`, where, '--index', `${IMAGE}`, '--json'];
  return JSON.parse(execFileSync(`${build}/cnn`, flags, { encoding: 'utf8', maxBuffer: 1e8 }));
}

// Numbers on screen that are not those of their tensors, as whole and as shortened.
const strangers = (page) =>
  page.evaluate(() => {
    const engine = globalThis.cnnLab;
    const tensors = new Map([...engine.tensors(), ...engine.tensorsAfter()]);
    const shortened = (value, e) => {
      const v = value / 10 ** e;
      return v === 0 ? '0' : v.toFixed(Math.abs(v) >= 100 ? 0 : Math.abs(v) >= 10 ? 1 : 2);
    };
    const isShort = (text, value) =>
      Number(text.replace('−', '-')) === Number(value.toPrecision(3)) ||
      Array.from({ length: 60 }, (_, i) => i - 50).some((e) => shortened(value, e) === text);
    const all = [...document.querySelectorAll('.number[data-index], .factor[data-index]')];
    const wrong = all.filter((e) => {
      // A stamp's cells show what it adds there, not what is there.
      if (e.closest('.sum') && document.querySelector('.outputs')) return false;
      const { tensor, index } = e.dataset;
      // A term has 1 for the true class, not the label itself: it is compared as a term.
      if (tensor === 'labels') return false;
      const value = engine.numbers(tensors.get(tensor))[Number(index)];
      const whole = Number(e.title.split(':')[0]);
      return Math.fround(whole) !== Math.fround(value) || !isShort(e.textContent, value);
    });
    return { count: all.length, wrong: wrong.map((e) => `${e.title} ${e.textContent}`) };
  });

const placeOf = (page) =>
  page.evaluate(() => {
    const { tensor, index } = document.querySelector('.crumb').dataset;
    const { name, shape } = globalThis.cnnLab.tensors().get(tensor);
    return { index: Number(index), tensor: { name, shape } };
  });

function compareTerms(seen, said, where) {
  assert.ok(same(seen.value, said.value), `${where}: ${seen.value} is ${said.value}`);
  const rows = seen.rows.slice(-said.terms.length);
  assert.equal(rows.length, said.terms.length, where);
  said.terms.forEach((t, k) => {
    assert.ok(same(rows[k][1], t.x), `${where}, x of term ${k}: ${rows[k][1]} is ${t.x}`);
    if (rows[k][2]) assert.ok(same(rows[k][2], t.y), `${where}, y of term ${k}`);
    assert.ok(same(rows[k][4], t.sum), `${where}, sum after term ${k}`);
  });
  return said.terms.length;
}

async function openTerms(page) {
  if (!(await page.locator('.every').count())) return;
  await page.locator('.every summary').click();
  await page.locator('.all').waitFor();
}

for (const name of NETWORKS)
  test(`${name}: every number on screen, at each step`, async () => {
    const page = await open(browser);
    await showNetwork(page, name);
    const model = await saveModel(page, name);
    const phases = await page
      .locator('footer li')
      .evaluateAll((all) => all.map((li) => li.parentElement.className));
    await page.keyboard.press('Home');
    let [terms, numbers] = [0, 0];
    for (const phase of phases) {
      if (phase !== 'update') {
        await openTerms(page);
        const { tensor, index } = await placeOf(page);
        const where = whereOf(tensor, index);
        terms += compareTerms(await shown(page), explain(model, where), where);
      }
      const { count, wrong } = await strangers(page);
      assert.deepEqual(wrong, [], `${name}, ${phase}`);
      numbers += count;
      await page.keyboard.press('ArrowRight');
    }
    console.log(`${name}: ${phases.length} steps, ${terms} terms, ${numbers} other numbers`);
    assert.deepEqual(page.wrong, []);
    await page.context().close();
  });
