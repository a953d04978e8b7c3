// The link: it restores what is on the screen, and nonsense in it is said, never an error.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { build, open } from './browser.mjs';
import { browser } from './suite.mjs';

// Of all values of a picture; a number that changes on the page changes ten times as many.
const SMOOTHED = 1e-4;

// The page at this link, with all that is left to move at rest.
const openAt = (hash) => open(browser, { reducedMotion: 'reduce', hash });

const hashOf = (page) => page.evaluate(() => location.hash);
const settle = (page) => page.waitForTimeout(700);

async function picture(page, name) {
  await page.mouse.move(700, 3);
  await page.evaluate(() => {
    document.activeElement.blur(); // a link restores neither focus nor what was scrolled
    for (const part of document.querySelectorAll('aside, main')) part.scrollTo(0, 0);
  });
  await page.waitForTimeout(200);
  return (await page.screenshot({ path: `${build}/lab/shots/${name}.png` })).toString('base64');
}

// The share of the pixels' values that differ visibly: two drawings of one page differ here and
// there, where edges are smoothed.
const different = (page, pictures) =>
  page.evaluate(async (both) => {
    const pixels = async (base64) => {
      const image = new Image();
      image.src = `data:image/png;base64,${base64}`;
      await image.decode();
      const context = new OffscreenCanvas(image.width, image.height).getContext('2d');
      context.drawImage(image, 0, 0);
      return context.getImageData(0, 0, image.width, image.height).data;
    };
    const [a, b] = await Promise.all(both.map(pixels));
    if (a.length !== b.length) return 1;
    return a.reduce((n, v, i) => n + (Math.abs(v - b[i]) > 8), 0) / a.length;
  }, pictures);

async function restores(page, name) {
  await settle(page);
  const hash = await hashOf(page);
  const again = await openAt(hash);
  const pictures = [await picture(page, name), await picture(again, `${name}-again`)];
  const share = await different(again, pictures);
  assert.ok(share < SMOOTHED, `${name}: ${hash}: ${share} of the values`);
  await settle(again);
  assert.equal(await hashOf(again), hash);
  assert.deepEqual(again.wrong, []);
  await again.context().close();
  return hash;
}

test('network, seed, image, step, selection and mode are restored: the screenshots are equal', async () => {
  const page = await openAt('#net=odd&seed=7');
  await page.getByRole('button', { name: 'Next test image', exact: true }).click();
  await page.locator('footer .backward li button').nth(6).click();
  for (let i = 0; i < 2; i++) await page.keyboard.press('f');
  await page.keyboard.press('n');
  const hash = await restores(page, 'link-odd');
  assert.match(hash, /net=odd&seed=7&image=\d+&step=\d+&sel=\w+[^&]*&way=[^&]+&mode=network$/);
  assert.deepEqual(page.wrong, []);
  await page.context().close();
});

test('so are a network of one’s own, the true digit by hand, and the trained weights', async () => {
  const page = await openAt('');
  const text = 'input 28x28x1\nconv2d 3 5x5 stride 2\nrelu\nflatten\ndense 10\n';
  const packed = await page.evaluate(async (t) => {
    const stream = new Blob([t]).stream().pipeThrough(new CompressionStream('deflate-raw'));
    const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
    return btoa(String.fromCharCode(...bytes))
      .replaceAll('+', '-')
      .replaceAll('/', '_')
      .replaceAll('=', '');
  }, text);
  const trained = await restores(page, 'link-trained');
  assert.match(trained, /^#net=lab&image=\d+&sel=/);
  await page.evaluate((hash) => {
    location.hash = hash;
  }, `net=${packed}&seed=3&image=12`);
  await page.waitForFunction(() => document.querySelector('.map').textContent.includes('5x5'));
  await page.keyboard.press('5');
  const own = await restores(page, 'link-own');
  assert.match(own, new RegExp(`^#net=${packed}&seed=3&image=12&true=5&`));
  await page.evaluate((hash) => {
    location.hash = hash;
  }, trained);
  await page.waitForFunction(() => document.querySelector('.map').textContent.includes('16 3x3'));
  await settle(page);
  assert.equal(await hashOf(page), trained, 'back to the trained weights');
  await page.context().close();
});

test('a drawn picture is in the link', async () => {
  const page = await openAt('');
  await page.keyboard.press('d');
  await page.keyboard.press('Space');
  for (let i = 0; i < 16; i++) await page.keyboard.press('ArrowDown');
  await settle(page);
  const hash = await hashOf(page);
  const again = await openAt(hash);
  const seen = (p) => p.locator('canvas.seen').evaluate((c) => c.toDataURL());
  assert.equal(await seen(again), await seen(page));
  const says = (p) => p.locator('.bars').textContent();
  assert.equal(await says(again), await says(page));
  assert.match(hash, /&picture=[\w-]{20,400}&/);
  await page.context().close();
  await again.context().close();
});

test('a question and the card of a mistake open by their names', async () => {
  const page = await openAt('#x=pool-ties');
  await page.locator('#guide', { hasText: 'A tie in a pool' }).waitFor();
  assert.match(await hashOf(page), /x=pool-ties/);
  assert.deepEqual(page.wrong, []);
  await page.context().close();
  const card = await openAt('#break=relu-open');
  assert.match(await card.locator('.break').textContent(), /relu-open/);
  assert.equal(await card.locator('[role=tab][aria-selected=true]').textContent(), 'Break');
  await settle(card);
  assert.match(await hashOf(card), /mode=break&break=relu-open|break=relu-open.*mode=break/);
  await card.keyboard.press('Escape');
  await settle(card);
  assert.doesNotMatch(await hashOf(card), /break=/);
  assert.deepEqual(card.wrong, []);
  await card.context().close();
  const bad = await openAt('#break=none&x=none');
  assert.match(
    await bad.locator('.ignored').textContent(),
    /break=none.*x=none|x=none.*break=none/,
  );
  await bad.context().close();
});

test('&bare leaves out header and first words', async () => {
  const page = await openAt('#image=4&bare');
  assert.equal(await page.locator('header').count(), 0);
  assert.equal(await page.locator('.welcome').count(), 0);
  await page.locator('main').waitFor();
  await settle(page);
  assert.match(await hashOf(page), /&bare&/);
  await picture(page, 'link-bare');
  await page.context().close();
});

const NONSENSE = [
  'zebra=1',
  'mode=fly',
  'mode=toString',
  'net=nosuch',
  'net=%E0%A4%A',
  'net=AAAA',
  'seed=-1',
  'seed=1e3',
  'image=2000',
  'image=',
  'picture=!!!',
  'picture=4_8',
  'true=10',
  'step=0',
  'step=99',
  'sel=conv1[28,0,0]',
  'sel=[0]',
  'sel=conv9[0]',
  '__proto__=1',
  `x=${'y'.repeat(5000)}`,
];
test('what makes no sense in a link is named in one line, and the rest counts', async () => {
  for (const part of NONSENSE) {
    const key = part.split('=')[0];
    const page = await openAt(key === 'image' ? `#${part}` : `#${part}&image=17`);
    const line = await page
      .locator('.ignored')
      .textContent({ timeout: 3000 })
      .catch(() => 'none');
    assert.ok(line.includes(key) && line.length < 200, `${part}: ${line}`);
    assert.match(await page.locator('.picture h2').first().textContent(), /test image/);
    if (key !== 'image') {
      await settle(page);
      assert.match(await hashOf(page), /&image=17&/, part);
    }
    assert.deepEqual(page.wrong, [], part);
    await page.context().close();
  }
});

test('a text that unpacks without end is refused', async () => {
  const page = await openAt('');
  await page.evaluate(async () => {
    const many = new Uint8Array(50_000_000);
    const stream = new Blob([many]).stream().pipeThrough(new CompressionStream('deflate-raw'));
    const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
    const text = Array.from(bytes, (b) => String.fromCharCode(b)).join('');
    location.hash = `net=${btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}`;
  });
  await page.locator('.ignored').waitFor();
  assert.match(await page.locator('.ignored').textContent(), /net=/);
  assert.deepEqual(page.wrong, []);
  await page.context().close();
});
