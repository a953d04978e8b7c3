// bench/wasm_rate.mjs BUILD - training of networks/lab.net, 32 images a step, one thread: natively by
// base, and by both WebAssembly modules in this Node. They take turns; told are images a second of
// the median turn, and that of native base. Seconds are those of the processor, where Linux tells them.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const BATCH = 32, STEPS = 100, TURNS = 15;
const build = process.argv[2];
const work = ['networks/lab.net', 'data/mnist/train-images-idx3-ubyte',
    'data/mnist/train-labels-idx1-ubyte', String(BATCH), 'base'];
const node = [...process.execArgv, 'scripts/wasi.mjs'];

function start(name, program, args) {
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    return { name, child, lines, turns: [] };
}

// Of the thread that computes, in seconds; NaN elsewhere than on Linux.
function processor({ child: { pid } }) {
    try {
        return Number(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e9;
    } catch {
        return NaN;
    }
}

async function turn(subject) {
    const began = processor(subject);
    subject.child.stdin.write(`${STEPS}\n`);
    const told = Number((await subject.lines.next()).value);
    const seconds = processor(subject) - began;
    subject.turns.push(BATCH * STEPS / (seconds || told));
}

const subjects = [
    start('native base', `${build}/bench/wasm_rate`, work),
    start('WebAssembly, plain', process.execPath,
        [...node, `${build}/wasm/plain/bench/wasm_rate`, ...work]),
    start('WebAssembly, relaxed', process.execPath,
        [...node, `${build}/wasm/relaxed/bench/wasm_rate`, ...work]),
];
for (const subject of subjects) {
    const { value } = await subject.lines.next();
    if (value !== 'ready') {
        console.error(`wasm_rate: ${subject.name} does not start`);
        process.exit(1);
    }
    await turn(subject);
    subject.turns = []; // it was for the compilers
}
for (let i = 0; i < TURNS; i++)
    for (const subject of subjects) await turn(subject);
const median = (numbers) => numbers.sort((a, b) => a - b)[numbers.length >> 1];
const base = median(subjects[0].turns);
for (const { name, turns, child } of subjects) {
    console.log(`${name.padEnd(22)}${Math.round(median(turns)).toLocaleString('en')} images/s, `
        + `${(median(turns) / base).toFixed(2)} of native base`);
    child.stdin.end();
}
