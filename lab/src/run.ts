// One training in a worker of its own, as the page sees it.
import { batch, signal } from '@preact/signals';
import { theAbout } from './about';
import type { FromWorker, Kernels, Reading, Score, Settings, Speed, ToWorker } from './messages';
import * as state from './state';
import { throttle } from './throttle';
import { words } from './words';

export interface Curves {
  losses: number[]; // of step 1, 2, ...
  scores: Score[];
}

type Progress = Extract<FromWorker, { type: 'progress' }>;

export interface Given {
  script: string;
  wasm: Uint8Array;
  images: string; // packed: each worker unpacks them, so that the page need not wait
  labels: string;
}

let given: Given;

// What each worker needs when it starts.
export function prepare(data: Given): void {
  given = data;
}

export function openWorker(): Worker {
  const url = URL.createObjectURL(new Blob([given.script], { type: 'text/javascript' }));
  return new Worker(url);
}
export const theModule = () => given.wasm;

// What a worker needs to train.
export function giveImages(worker: Worker): void {
  const { pixels: held, labels: heldLabels } = state.heldOut();
  const { wasm, images, labels } = given;
  const model = state.ownFile();
  const message: ToWorker = { type: 'data', wasm, model, images, labels, held, heldLabels };
  worker.postMessage(message);
}

export class Run {
  readonly ready = signal(false);
  readonly running = signal(false);
  readonly over = signal(false);
  readonly diverged = signal(false); // numbers are no longer finite
  readonly step = signal(0);
  readonly epochs = signal(0);
  readonly perSecond = signal(0);
  readonly curves = signal<Curves>({ losses: [], scores: [] });
  readonly reading = signal<Reading | null>(null);
  readonly kernels = signal<Kernels | null>(null);
  readonly problem = signal('');
  parameters: Float32Array | null = null; // the newest
  private worker: Worker | null = null;
  private newest: Progress | null = null;
  private readonly showSoon = throttle(() => this.show());
  private awaited = false; // a new run, whose first message is still to come
  private file: ((bytes: Uint8Array) => void) | null = null;

  // What to do with the parameters after each turn of the worker.
  constructor(private readonly onParameters: (block: Float32Array) => void = () => {}) {}

  private send(message: ToWorker): void {
    this.worker?.postMessage(message);
  }

  private progress(m: Progress): void {
    if (this.awaited && !m.fresh) return;
    this.awaited = false;
    if (m.fresh) this.curves.value = { losses: [], scores: [] };
    this.curves.value.losses.push(...m.losses);
    this.curves.value.scores.push(...m.scores);
    if (m.reading) this.reading.value = m.reading;
    this.newest = m;
    this.parameters = m.parameters;
    if (m.running) this.showSoon();
    else this.show();
    this.onParameters(m.parameters);
  }

  private show(): void {
    const m = this.newest!;
    batch(() => {
      this.curves.value = { ...this.curves.value };
      this.step.value = m.step;
      this.epochs.value = m.epochs;
      this.perSecond.value = m.perSecond;
      this.running.value = m.running;
      this.over.value = m.over;
      this.diverged.value = m.diverged;
      this.kernels.value = m.kernels;
      this.ready.value = true;
    });
  }

  private receive({ data }: MessageEvent<FromWorker>): void {
    if (data.type === 'progress') this.progress(data);
    else if (data.type === 'saved') this.file?.(data.bytes);
    else if (data.type === 'failed') this.problem.value = data.message;
  }

  private startWorker(): void {
    this.worker = openWorker();
    this.worker.onmessage = (message) => this.receive(message);
    this.worker.onerror = (e) => {
      this.problem.value = e.message || 'worker';
    };
    giveImages(this.worker);
  }

  // From random weights; the worker starts with the first call.
  fresh(settings: Settings, speed: Speed): void {
    if (theAbout().train === 0) {
      this.problem.value = words.train.noImages;
      return;
    }
    if (!this.worker) this.startWorker();
    this.problem.value = '';
    this.awaited = true;
    this.running.value = false;
    this.diverged.value = false;
    this.curves.value = { losses: [], scores: [] };
    this.send({ type: 'new', settings, model: state.basisFile() });
    this.send({ type: 'speed', speed });
  }

  setSpeed = (speed: Speed) => this.send({ type: 'speed', speed });
  run = (steps = Number.POSITIVE_INFINITY) => this.send({ type: 'run', steps });
  oneEpoch = () => this.send({ type: 'epoch' });
  pause = () => this.send({ type: 'pause' });
  toggle = () => (this.running.value ? this.pause() : this.run());

  // The model's file.
  save(): Promise<Uint8Array> {
    return new Promise((resolve) => {
      this.file = resolve;
      this.send({ type: 'save' });
    });
  }

  stop(): void {
    this.worker?.terminate();
    this.worker = null;
    this.ready.value = false;
    this.running.value = false;
  }
}
