// The training that the page shows: its settings, its run, one beside it, and the runs before.
import { signal } from '@preact/signals';
import { isLab, shellWord, theAbout } from './about';
import { download } from './files';
import type { Settings, Speed } from './messages';
import { exact } from './numbers';
import { presetOf } from './presets';
import { type Curves, Run } from './run';
import * as state from './state';

const RUNS_KEPT = 4;

export type Choices = Omit<Settings, 'network'>;
export type Which = 'mine' | 'beside';

const FIRST: Choices = { batch: 32, seed: 1, rule: 'adam', rate: 0.003, mistake: '' };
export const settings = {
  mine: signal(FIRST),
  beside: signal<Choices>({ ...FIRST, rule: 'sgd', rate: 0.05 }),
};
export const used = { mine: signal(FIRST), beside: signal(settings.beside.value) };
export const speed = signal<Speed>('frame');
export const before = signal<Curves[]>([]); // earlier runs, the last one last
export const isBeside = signal(false); // is a second run shown?
export const onMap = signal<Which>('mine'); // whose weights the maps show

// At most one redraw a frame, with the newest parameters.
let newest: Float32Array | null = null;
function showSoon(parameters: Float32Array): void {
  const waiting = newest !== null;
  newest = parameters;
  if (waiting) return;
  requestAnimationFrame(() => {
    const isShown = state.mode.value === 'train' && state.network.value === trainedOn;
    if (newest && isShown) state.useParameters(newest);
    newest = null;
  });
}

const of = (which: Which) => new Run((block) => onMap.value === which && showSoon(block));
export const runs = { mine: of('mine'), beside: of('beside') };
export const run = runs.mine;
const all = () => (isBeside.value ? [runs.mine, runs.beside] : [runs.mine]);

function startOne(which: Which): void {
  used[which].value = settings[which].value;
  runs[which].fresh({ ...settings[which].value, network: state.network.value }, speed.value);
}

let trainedOn = ''; // the network of the run at hand

export function start(): void {
  if (!run.ready.value || state.network.value !== trainedOn) fresh();
}

export function fresh(): void {
  const mine = run.curves.value;
  if (mine.losses.length > 0) before.value = [...before.value, mine].slice(1 - RUNS_KEPT);
  trainedOn = state.network.value;
  startOne('mine');
  if (isBeside.value) startOne('beside');
}

// Both start anew, so that they are at the same step.
export function setBeside(on: boolean): void {
  isBeside.value = on;
  if (on) {
    fresh();
    return;
  }
  runs.beside.stop();
  showOnMap('mine');
}

export function setSpeed(to: Speed): void {
  speed.value = to;
  for (const r of all()) r.setSpeed(to);
}

export const isReady = () => all().every((r) => r.ready.value);
export const toggle = () => {
  const on = run.running.value;
  for (const r of all()) on ? r.pause() : r.run();
};
export const oneStep = () => all().forEach((r) => void r.run(1));
export const oneEpoch = () => all().forEach((r) => void r.oneEpoch());

export function showOnMap(which: Which): void {
  onMap.value = which;
  const block = runs[which].parameters;
  if (block) showSoon(block);
}

const name = () => presetOf(trainedOn) || 'network';

export const save = async () => download(await run.save(), `${name()}.safetensors`);

// Whole epochs taken, where the run is between two; 0 elsewhere.
export function wholeEpochs(): number {
  const each = Math.ceil(theAbout().train / used.mine.value.batch);
  return run.step.value > 0 && run.step.value % each === 0 ? run.step.value / each : 0;
}

// The network trained on, as the command takes it.
function operand(): string {
  const preset = presetOf(trainedOn);
  if (isLab()) return preset ? `networks/${preset}.net` : 'network.net';
  if (preset === theAbout().own) return `${shellWord(theAbout().model)} --from-scratch`;
  return `${name()}.net`;
}

// What the command would otherwise measure; a model brings its own.
function normalization(): string[] {
  if (isLab() && state.basisFile() === state.ownFile()) return [];
  const { mean, std } = state.theEngine().normalization();
  return [`--mean ${exact(mean)} --std ${exact(std)}`];
}

// What writes the same file.
export function command(): string {
  const { batch: size, seed, rule, rate } = used.mine.value;
  const { program, data, train } = theAbout();
  return [
    `${shellWord(program)} train ${operand()} --data ${shellWord(data)}`,
    `--limit ${train} --epochs ${wholeEpochs()}`,
    `--batch-size ${size} --optimizer ${rule} --lr ${rate} --seed ${seed}${state.bitsFlag()}`,
    ...normalization(),
    `--out ${name()}.safetensors`,
  ].join(' ');
}
