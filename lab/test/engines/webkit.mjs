// WebKitGTK by its WebDriver, on a screen in memory.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { address } from '../browser.mjs';
import { ask, eventually, pageOf } from './webdriver.mjs';

const MINUTE = 60_000;
const [WIDTH, HEIGHT] = [1366, 768];
const binary = readdirSync('/usr/lib')
  .map((name) => `/usr/lib/${name}/webkit2gtk-4.1/MiniBrowser`)
  .find(existsSync);

// Ends with the test, however that ends.
function start(command, flags, options) {
  const child = spawn(command, flags, options);
  process.once('exit', () => child.kill());
  return child;
}

async function startScreen() {
  const flags = ['-displayfd', '3', '-screen', '0', `${WIDTH}x${HEIGHT}x24`];
  const stdio = ['ignore', 'ignore', 'ignore', 'pipe'];
  const screen = start('Xvfb', flags, { stdio });
  const [number] = await once(screen.stdio[3], 'data');
  const env = {
    ...process.env,
    DISPLAY: `:${number.toString().trim()}`,
    LC_ALL: 'C.UTF-8', // no language, which WebKit calls "C"
    // Root has no sandbox.
    ...(process.getuid() === 0 && { WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1' }),
  };
  return { env, end: () => screen.kill() };
}

// What the browser writes to its console about the addresses, up to the line with that word. Sessions
// of a driver are private, and private pages write nothing.
export async function consoleOf(addresses, last) {
  const { env, end } = await startScreen();
  const flags = ['--enable-write-console-messages-to-stdout=true', ...addresses];
  const browser = start(binary, flags, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  const late = setTimeout(end, MINUTE);
  const lines = [];
  for await (const line of createInterface({ input: browser.stderr })) {
    if (line.includes(' CONSOLE ')) lines.push(line);
    if (line.includes(last)) end(); // which ends the browser
  }
  clearTimeout(late);
  return lines;
}

async function listening(server) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server.address().port;
}

async function freePort() {
  const server = createServer();
  const port = await listening(server);
  server.close();
  await once(server, 'close');
  return port;
}

// A proxy that answers nothing and keeps the first line of each request.
async function recordingProxy() {
  const requests = [];
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', (bytes) => {
      requests.push(String(bytes).split('\r\n')[0]);
      socket.destroy();
    });
  });
  const place = `127.0.0.1:${await listening(server)}`;
  return { requests, place, close: () => server.close() };
}

async function startSession(driver, place) {
  const { sessionId } = await ask(`${driver}/session`, 'POST', {
    capabilities: {
      alwaysMatch: {
        timeouts: { script: 2 * MINUTE },
        proxy: { proxyType: 'manual', httpProxy: place, sslProxy: place },
        'webkitgtk:browserOptions': { binary, args: ['--automation'] },
      },
    },
  });
  const session = (method, path, body) =>
    ask(`${driver}/session/${sessionId}${path}`, method, body);
  await session('POST', '/window/rect', { width: WIDTH, height: HEIGHT });
  return session;
}

// Errors after the page is there; those before are on the console.
function listen() {
  globalThis.wrong = [];
  const keep = (what) => globalThis.wrong.push(String(what));
  addEventListener('error', (e) => keep(e.message), true);
  addEventListener('unhandledrejection', (e) => keep(e.reason));
  console.error = keep;
}

export async function launch() {
  const proxy = await recordingProxy();
  const screen = await startScreen();
  const port = await freePort();
  const driver = start('WebKitWebDriver', [`--port=${port}`], { env: screen.env, stdio: 'ignore' });
  const url = `http://127.0.0.1:${port}`;
  await eventually(() => ask(`${url}/status`, 'GET'));
  const session = await startSession(url, proxy.place);
  const page = pageOf(session);
  const open = async () => {
    // The page before is ready too.
    await session('POST', '/url', { url: 'about:blank' });
    await page.waitForFunction(() => location.href === 'about:blank');
    const began = performance.now();
    await session('POST', '/url', { url: address });
    await page.waitForFunction(() => document.documentElement.dataset.ready);
    page.ready = performance.now() - began;
    await page.evaluate(listen);
    return page;
  };
  const close = async () => {
    await session('DELETE', '');
    driver.kill();
    screen.end();
    proxy.close();
  };
  const wrong = () => page.evaluate(() => globalThis.wrong);
  return { open, close, wrong, requests: () => proxy.requests };
}
