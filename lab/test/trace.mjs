// Steps of training in the page against `cnn trace`, tensor by tensor.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { build, root } from './browser.mjs';
import { readTensors, stepHashes } from './tensors.mjs';

const BATCH = 32;

export const cnn = (...flags) => execFileSync(`${build}/cnn`, flags, { cwd: root, stdio: 'pipe' });
export const hash = (bytes) => createHash('sha256').update(bytes).digest('hex');

function traced(folder, steps, flags) {
  const file = `${folder}/trace.safetensors`;
  const what = ['trace', 'networks/lab.net', '--steps', steps, '--batch-size', BATCH];
  const rest = ['--lr', 0.003, '--limit', 10000, '--data', 'data/mnist', '--out', file];
  cnn(...what.concat(rest, flags).map(String));
  return readTensors(file);
}

// How many tensors were compared. Flags: those of the command, such as its back end.
export async function everyTensor(page, folder, steps, flags = []) {
  const mnist = (name, head) => readFileSync(`${root}/data/mnist/${name}-ubyte`).subarray(head);
  const images = mnist('train-images-idx3', 16);
  const labels = mnist('train-labels-idx1', 8);
  const network = readFileSync(`${root}/networks/lab.net`, 'utf8');
  const told = traced(folder, steps, flags);
  let compared = 0;
  for (let i = 0; i < steps; i++) {
    const hashes = await page.evaluate(stepHashes, {
      images: images.subarray(784 * BATCH * i, 784 * BATCH * (i + 1)).toString('base64'),
      labels: [...labels.subarray(BATCH * i, BATCH * (i + 1))],
      first: i === 0,
      network,
      batch: BATCH,
    });
    for (const [name, seen] of Object.entries(hashes)) {
      const key = `step${i}/${name}`;
      if (!told.has(key)) continue;
      assert.equal(seen, hash(told.get(key)), key);
      compared++;
    }
  }
  assert.ok(compared >= 29 * steps, `${compared} tensors`);
  return compared;
}
