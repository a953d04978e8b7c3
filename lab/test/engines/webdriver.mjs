// A page by the WebDriver protocol of the W3C, with those calls of Playwright's that the rows use.
import { setTimeout as pause } from 'node:timers/promises';

const KEYS = { Home: '\uE011', ArrowRight: '\uE014' }; // as the protocol has them
const PATIENCE = 30_000; // milliseconds

export async function ask(url, method, body) {
  const answer = await fetch(url, { method, body: body && JSON.stringify(body) });
  const { value } = await answer.json();
  if (value?.error) throw new Error(`${value.error}: ${value.message}`);
  return value;
}

// Tries until it succeeds, as Playwright does: what moves cannot be clicked yet.
export async function eventually(act) {
  const end = Date.now() + PATIENCE;
  for (;;) {
    try {
      return await act();
    } catch (error) {
      if (Date.now() > end) throw error;
      await pause(10);
    }
  }
}

// Runs in the page: scrolls to an element and gives its middle, if nothing lies over it.
function middle(selector) {
  const found = selector.startsWith('//')
    ? document.evaluate(selector, document, null, XPathResult.FIRST_ORDERED_NODE_TYPE)
        .singleNodeValue
    : document.querySelector(selector);
  found.scrollIntoView({ block: 'nearest' });
  const { left, right, top, bottom } = found.getBoundingClientRect();
  const [x, y] = [Math.round((left + right) / 2), Math.round((top + bottom) / 2)];
  if (!found.contains(document.elementFromPoint(x, y))) throw new Error(`${selector} is covered`);
  return { x, y };
}

async function evaluateBy(session, act, argument = null) {
  const script = `const [argument, done] = arguments;
    Promise.resolve().then(() => (${act})(argument))
      .then((value) => done({ value }), (error) => done({ error: String(error) }));`;
  const { value, error } = await session('POST', '/execute/async', { script, args: [argument] });
  if (error) throw new Error(error);
  return value;
}

// Session: asks for a path of one session.
export function pageOf(session) {
  const evaluate = (act, argument) => evaluateBy(session, act, argument);
  const perform = (device, actions) =>
    session('POST', '/actions', { actions: [{ type: device, id: device, actions }] });
  const waitForFunction = (condition, argument) =>
    eventually(async () => {
      const yes = await evaluate(`(argument) => Boolean((${condition})(argument))`, argument);
      if (!yes) throw new Error(`never true: ${condition}`);
    });
  const click = (selector) =>
    eventually(async () => {
      const place = await evaluate(middle, selector);
      const press = ['pointerDown', 'pointerUp'].map((type) => ({ type, button: 0 }));
      await perform('pointer', [{ type: 'pointerMove', ...place }, ...press]);
    });
  const press = (key) => {
    const value = KEYS[key] ?? key;
    return perform('key', [
      { type: 'keyDown', value },
      { type: 'keyUp', value },
    ]);
  };
  return { evaluate, waitForFunction, click, keyboard: { press } };
}
