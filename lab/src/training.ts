// The training that the page shows: its settings, its run and the runs before.
import { signal } from '@preact/signals';
import type { Settings, Speed } from './messages';
import { type Curves, Run } from './run';
import * as state from './state';

const RUNS_KEPT = 4;
export const TRAIN_IMAGES = 10000;

export const settings = signal<Omit<Settings, 'network'>>({
  batch: 32,
  seed: 1,
  rule: 'adam',
  rate: 0.003,
  mistake: '',
});
export const used = signal(settings.value); // by the run at hand
export const speed = signal<Speed>('frame');
export const before = signal<Curves[]>([]); // earlier runs, the last one last

// At most one redraw a frame, with the newest parameters.
let newest: Float32Array | null = null;
function showSoon(parameters: Float32Array): void {
  const waiting = newest !== null;
  newest = parameters;
  if (waiting) return;
  requestAnimationFrame(() => {
    if (newest && state.mode.value === 'train') state.useParameters(newest);
    newest = null;
  });
}

export const run = new Run(showSoon);

export function start(): void {
  if (!run.ready.value) fresh();
}

export function fresh(): void {
  const mine = run.curves.value;
  if (mine.losses.length > 0) before.value = [...before.value, mine].slice(1 - RUNS_KEPT);
  used.value = settings.value;
  run.fresh({ ...settings.value, network: state.network.value }, speed.value);
}

export function setSpeed(to: Speed): void {
  speed.value = to;
  run.setSpeed(to);
}

function download(bytes: Uint8Array): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>]));
  link.download = 'lab.safetensors';
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

export const save = async () => download(await run.save());

// Whole epochs taken, where the run is between two; 0 elsewhere.
export function wholeEpochs(): number {
  const each = Math.ceil(TRAIN_IMAGES / used.value.batch);
  return run.step.value > 0 && run.step.value % each === 0 ? run.step.value / each : 0;
}

// What writes the same file.
export function command(): string {
  const { batch: size, seed, rule, rate } = used.value;
  return [
    'build/cnn train networks/lab.net --data data/mnist',
    `--limit ${TRAIN_IMAGES} --epochs ${wholeEpochs()}`,
    `--batch-size ${size} --optimizer ${rule} --lr ${rate} --seed ${seed}`,
    '--out lab.safetensors',
  ].join(' ');
}
