// node lab/test/run.mjs BUILD [FOLDER] - runs the tests of lab/test/ or a folder in it, one file after
// the other. Exit 1 if one failed.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = resolve(dirname(fileURLToPath(import.meta.url)), process.argv[3] ?? '.');
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
