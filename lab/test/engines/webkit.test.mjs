// The lab in WebKitGTK, Safari's engine.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { address } from '../browser.mjs';
import { rows } from './rows.mjs';
import { consoleOf, launch } from './webkit.mjs';

test('WebKitGTK: nothing on the console', async () => {
  const script = 'setTimeout(() => console.error("heard"), 6000)';
  const lines = await consoleOf([address, `data:text/html,<script>${script}</script>`], 'heard');
  assert.equal(lines.length, 1, lines.join('\n'));
  assert.match(lines[0], /CONSOLE ERROR heard/);
});

rows('WebKitGTK', launch);
