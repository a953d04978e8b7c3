// Trains in a thread of its own: the same module, without the numbers between the layers.
import { Engine } from './engine';
import type { FromWorker, Reading, Score, Settings, Speed, ToWorker } from './messages';

const EPOCHS = 20;
const PAUSES: Record<Speed, number> = { slow: 1000, ten: 100, frame: 1000 / 60, full: 0 };
const FULL_STEPS = 8; // of a turn at full speed
const FULL_TURN = 14; // milliseconds between two messages
const READ_EACH = 500; // milliseconds
const EVALUATE_EVERY: Record<Speed, number> = { slow: 5, ten: 10, frame: 25, full: 50 };

let engine: Engine;
let batchSize = 32;
let images = 0; // to train on
let held = 0;
let epochSteps = 1;
let speed: Speed = 'frame';
let left = 0; // steps still to take
let turn = 0; // changes when what is planned no longer counts
let losses: number[] = [];
let scores: Score[] = [];
let evaluated = 0;
let reading: Reading | null = null;
let read = 0; // when
let rate = { since: 0, images: 0, perSecond: 0 };

const post = (message: FromWorker, move: Transferable[] = []) =>
  (self as unknown as { postMessage(m: unknown, t: Transferable[]): void }).postMessage(
    message,
    move,
  );

function evaluate(): void {
  evaluated = engine.step();
  const { accuracy, confusion } = engine.evaluate();
  scores.push({ step: evaluated, accuracy });
  if (left > 0 && performance.now() - read < READ_EACH) return;
  reading = { confusion, answers: engine.answers(held) };
  read = performance.now();
}

function report(over = false, fresh = false): void {
  const parameters = engine.parameters();
  const message: FromWorker = {
    type: 'progress',
    parameters,
    step: engine.step(),
    epochs: engine.epochs(),
    losses,
    scores,
    perSecond: rate.perSecond,
    reading,
    running: left > 0,
    over,
    fresh,
  };
  losses = [];
  scores = [];
  reading = null;
  post(message, [parameters.buffer]);
}

function start(settings: Settings, model: Uint8Array): void {
  turn++;
  left = 0;
  batchSize = settings.batch;
  epochSteps = Math.ceil(images / batchSize);
  engine.load(model, 1, false);
  engine.network(settings.network);
  engine.model(settings.batch, settings.seed, false);
  engine.run(EPOCHS, settings.seed, settings.rule, settings.rate, 0);
  losses = [];
  scores = [];
  evaluate();
  report(false, true);
}

function take(steps: number): boolean {
  const began = performance.now();
  const taken = engine.runOn(Math.min(steps, left));
  left -= taken.length;
  losses.push(...taken);
  count(taken.length * batchSize, performance.now() - began);
  if (engine.step() - evaluated >= EVALUATE_EVERY[speed] || left === 0) evaluate();
  return taken.length > 0;
}

// Images a second of computing, over about a second.
function count(seen: number, milliseconds: number): void {
  rate.images += seen;
  rate.since += milliseconds;
  if (rate.since < 300) return;
  rate = { since: 0, images: 0, perSecond: Math.round((1000 * rate.images) / rate.since) };
}

// Lets messages in, without the wait that timers have.
const channel = new MessageChannel();
let soon: () => void = () => {};
channel.port1.onmessage = () => soon();

function later(act: () => void, pause: number): void {
  if (pause > 0) {
    setTimeout(act, pause);
    return;
  }
  soon = act;
  channel.port2.postMessage(0);
}

function go(mine: number): void {
  if (mine !== turn || left <= 0) return;
  const began = performance.now();
  let good = take(speed === 'full' ? FULL_STEPS : 1);
  while (good && speed === 'full' && left > 0 && performance.now() - began < FULL_TURN)
    good = take(FULL_STEPS);
  if (!good) left = 0;
  report(!good);
  later(() => go(mine), Math.max(0, PAUSES[speed] - (performance.now() - began)));
}

function again(): void {
  turn++;
  go(turn);
}

async function receive(message: ToWorker): Promise<void> {
  switch (message.type) {
    case 'data':
      engine = await Engine.start(message.wasm as Uint8Array<ArrayBuffer>);
      engine.load(message.model, 1, false);
      images = message.labels.length;
      held = message.heldLabels.length;
      engine.data(0, message.images, message.labels);
      engine.data(1, message.held, message.heldLabels);
      break;
    case 'new':
      start(message.settings, message.model);
      break;
    case 'speed':
      speed = message.speed;
      if (left > 0) again();
      break;
    case 'run':
      left = message.steps;
      again();
      break;
    case 'epoch':
      left = epochSteps - (engine.step() % epochSteps);
      again();
      break;
    case 'pause':
      left = 0;
      turn++;
      evaluate();
      report();
      break;
    case 'save':
      post({ type: 'saved', bytes: engine.save() });
  }
}

// One after the other: data arrive before what needs them.
let line: Promise<void> = Promise.resolve();
self.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  line = line
    .then(() => receive(data))
    .catch((error: Error) => post({ type: 'failed', message: error.message }));
};
