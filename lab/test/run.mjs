// node lab/test/run.mjs BUILD - runs the tests, one file after the other. Exit 1 if one failed.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = dirname(fileURLToPath(import.meta.url));
const env = { ...process.env, BUILD: process.argv[2] ?? 'build' };
let failed = 0;
for (const name of readdirSync(folder).filter((n) => n.endsWith('.test.mjs'))) {
  const { status } = spawnSync(process.execPath, ['--test', `${folder}/${name}`], {
    env,
    stdio: 'inherit',
  });
  failed += status !== 0;
}
process.exit(failed ? 1 : 0);
