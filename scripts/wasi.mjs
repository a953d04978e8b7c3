// scripts/wasi.mjs PROGRAM [ARGUMENT...] - runs a program compiled for WASI: its files are those
// below the folder this is called in, its streams ours. Ends with its exit code.
import { readFileSync } from 'node:fs';
import { WASI } from 'node:wasi';

const [program, ...rest] = process.argv.slice(2);
const wasi = new WASI({
    version: 'preview1',
    args: [program, ...rest],
    env: process.env,
    preopens: { '.': '.' },
    returnOnExit: true,
});
const { instance } = await WebAssembly.instantiate(readFileSync(program), {
    wasi_snapshot_preview1: wasi.wasiImport,
});
process.exitCode = wasi.start(instance);
