// Opens the built page in Chromium, from disk, and keeps what must not happen: requests, errors.
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
export const build = resolve(root, process.env.BUILD ?? 'build');
export const address = pathToFileURL(`${build}/lab/index.html`).href;
const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

export const launch = () =>
  chromium.launch({
    executablePath: process.env.CHROMIUM ?? places.find(existsSync),
    args: ['--no-sandbox'],
  });

// file: another page; hash: the link's part after the address.
export async function open(browser, { file = address, hash = '', ...options } = {}) {
  const context = await browser.newContext({
    viewport: { width: 1366, height: 768 },
    ...options,
  });
  const page = await context.newPage();
  page.wrong = [];
  page.requests = [];
  page.on('console', (m) => m.type() === 'error' && page.wrong.push(m.text()));
  page.on('pageerror', (e) => page.wrong.push(e.message));
  page.on('request', (r) => /^(data|blob):/.test(r.url()) || page.requests.push(r.url()));
  const began = performance.now();
  await page.goto(file + hash);
  await page.waitForSelector('[data-ready]', { state: 'attached' });
  page.ready = performance.now() - began;
  return page;
}

// What is explained: the tensor, its place, the number.
export const shown = (page) =>
  page.evaluate(() => ({
    tensor: document.querySelector('.crumb b').textContent,
    value: document.querySelector('.big').textContent,
    total: document.querySelector('.total')?.textContent.replace('= ', ''),
    command: document.querySelector('.sum .command')?.textContent.trim(),
    rows: [...document.querySelectorAll('.all tbody tr')].map((tr) =>
      [...tr.children].map((td) => td.textContent),
    ),
  }));
