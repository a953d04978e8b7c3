// The training that the worker does, as the page sees it.
import { batch, signal } from '@preact/signals';
import type { FromWorker, Score, Settings, Speed, ToWorker } from './messages';
import * as state from './state';

export interface Curves {
  losses: number[]; // of step 1, 2, ...
  scores: Score[];
}

const RUNS_KEPT = 4;
const NETWORK = 'lab.net';
export const TRAIN_IMAGES = 10000;

export const settings = signal<Omit<Settings, 'network'>>({
  batch: 32,
  seed: 1,
  rule: 'adam',
  rate: 0.003,
});
export const used = signal(settings.value); // by the run at hand
export const speed = signal<Speed>('frame');
export const running = signal(false);
export const ready = signal(false);
export const over = signal(false);
export const atStep = signal(0);
export const epochs = signal(0);
export const perSecond = signal(0);
export const runs = signal<Curves[]>([]); // the last is the one at hand
export const problem = signal('');

let worker: Worker | null = null;
let text = ''; // of the network
let given: Parameters<typeof prepare>[0];

// What the worker needs when it starts: on the first visit to this mode.
export function prepare(data: {
  script: string;
  network: string;
  wasm: Uint8Array;
  model: Uint8Array;
  images: () => Promise<state.Images>;
}): void {
  given = data;
  text = data.network;
}

const send = (message: ToWorker) => worker?.postMessage(message);

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

function progress(m: Extract<FromWorker, { type: 'progress' }>): void {
  const before = m.fresh ? [] : runs.value.slice(-1);
  const mine = before[0] ?? { losses: [], scores: [] };
  mine.losses.push(...m.losses);
  mine.scores.push(...m.scores);
  const others = m.fresh ? runs.value.slice(1 - RUNS_KEPT) : runs.value.slice(0, -1);
  batch(() => {
    runs.value = [...others.filter((r) => r.losses.length > 0), mine];
    atStep.value = m.step;
    epochs.value = m.epochs;
    perSecond.value = m.perSecond;
    running.value = m.running;
    over.value = m.over;
    ready.value = true;
  });
  showSoon(m.parameters);
}

function download(bytes: Uint8Array): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>]));
  link.download = 'lab.safetensors';
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

function receive({ data }: MessageEvent<FromWorker>): void {
  if (data.type === 'progress') progress(data);
  else if (data.type === 'saved') download(data.bytes);
  else problem.value = data.message;
}

export async function startWorker(): Promise<void> {
  if (worker) return;
  const url = URL.createObjectURL(new Blob([given.script], { type: 'text/javascript' }));
  worker = new Worker(url);
  worker.onmessage = receive;
  worker.onerror = (e) => {
    problem.value = e.message || 'worker';
  };
  const held = state.heldOut();
  const images = await given.images();
  send({
    type: 'data',
    wasm: given.wasm,
    model: given.model,
    images: images.pixels,
    labels: images.labels,
    held: held.pixels,
    heldLabels: held.labels,
  });
  fresh();
}

export function fresh(): void {
  problem.value = '';
  used.value = settings.value;
  running.value = false;
  send({ type: 'new', settings: { ...settings.value, network: text } });
  send({ type: 'speed', speed: speed.value });
}

export function setSpeed(to: Speed): void {
  speed.value = to;
  send({ type: 'speed', speed: to });
}

export const toggle = () =>
  send(running.value ? { type: 'pause' } : { type: 'run', steps: Number.POSITIVE_INFINITY });
export const oneStep = () => send({ type: 'run', steps: 1 });
export const save = () => send({ type: 'save' });

const epochSteps = () => Math.ceil(TRAIN_IMAGES / used.value.batch);
export const oneEpoch = () => send({ type: 'epoch' });

// Whole epochs taken, where the run is between two; 0 elsewhere.
export const wholeEpochs = (): number =>
  atStep.value > 0 && atStep.value % epochSteps() === 0 ? atStep.value / epochSteps() : 0;

// What writes the same file.
export function command(): string {
  const { batch: size, seed, rule, rate } = used.value;
  return [
    `build/cnn train networks/${NETWORK} --data data/mnist`,
    `--limit ${TRAIN_IMAGES} --epochs ${wholeEpochs()}`,
    `--batch-size ${size} --optimizer ${rule} --lr ${rate} --seed ${seed}`,
    '--out lab.safetensors',
  ].join(' ');
}
