// Trains in a thread of its own: the same module, without the numbers between the layers.
import * as checks from './checks';
import { Engine, type Tensor } from './engine';
import type {
  Answers,
  FromWorker,
  Kernels,
  Question,
  Reading,
  Score,
  Settings,
  Speed,
  ToWorker,
} from './messages';
import * as mistakes from './mistakes';
import { named } from './named';
import { inflate } from './payload';

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
let diverged = false;
let kernels: Tensor | undefined;
let rate = { since: 0, images: 0, perSecond: 0 };

const post = (message: FromWorker, move: Transferable[] = []) =>
  (self as unknown as { postMessage(m: unknown, t: Transferable[]): void }).postMessage(
    message,
    move,
  );

function evaluate(): void {
  evaluated = engine.step();
  diverged = engine.diverged();
  if (diverged) return;
  const { accuracy, confusion } = engine.evaluate();
  scores.push({ step: evaluated, accuracy });
  if (left > 0 && performance.now() - read < READ_EACH) return;
  reading = { confusion, answers: engine.answers(held) };
  read = performance.now();
}

// Their place does not change during a run.
function theKernels(): Kernels | null {
  if (!kernels) return null;
  const numbers = (engine.numbers(kernels) as Float32Array).slice();
  const largest = Math.abs(numbers[engine.largest(kernels.name)]);
  return { numbers, shape: kernels.shape, largest };
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
    diverged,
    kernels: theKernels(),
    fresh,
  };
  losses = [];
  scores = [];
  reading = null;
  post(message, [parameters.buffer]);
}

function begin(settings: Settings): void {
  const { network, batch, seed, rule, rate, mistake } = settings;
  if (mistake || settings.images) {
    const first = settings.images ?? images;
    const { decay = 0 } = settings;
    const one = { network, mistake, images: first, batch, seed, rule, rate, decay };
    mistakes.beginCase(engine, one, EPOCHS);
    return;
  }
  engine.network(network);
  engine.model(batch, seed, false);
  engine.run(EPOCHS, seed, rule, rate, 0);
}

function start(settings: Settings, model: Uint8Array): void {
  turn++;
  left = 0;
  batchSize = settings.batch;
  epochSteps = Math.ceil((settings.images ?? images) / batchSize);
  engine.load(model, 1, false);
  begin(settings);
  kernels = [...engine.tensors().values()].find((t) => t.name.endsWith('.weight'));
  losses = [];
  scores = [];
  evaluate();
  report(false, true);
}

function take(steps: number): boolean {
  const began = performance.now();
  const toEnd = epochSteps - (engine.step() % epochSteps);
  const taken = engine.runOn(Math.min(steps, left, toEnd));
  left -= taken.length;
  losses.push(...taken);
  count(taken.length * batchSize, performance.now() - began);
  const due = engine.step() - evaluated >= EVALUATE_EVERY[speed];
  if (due || left === 0 || taken.length === toEnd) evaluate();
  return taken.length > 0 && !diverged;
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

function answerTo(question: Question): Answers[Question['what']] {
  switch (question.what) {
    case 'gradients':
      return checks.gradients(engine, question.options);
    case 'slopes':
      return checks.slopes(engine, question.moved);
    case 'along':
      return checks.along(engine, question.moved, question.step);
    case 'many':
      return checks.many(engine, question.moved, question.step, question.seed);
    case 'doctor':
      return mistakes.examine(engine, question.of);
    case 'named':
      return named(engine, question.mistake);
  }
}

function answer(id: number, question: Question): void {
  const began = performance.now();
  try {
    const given = answerTo(question);
    post({ type: 'answered', id, answer: given, milliseconds: performance.now() - began });
  } catch (error) {
    post({ type: 'refused', id, message: (error as Error).message });
  }
}

async function takeImages(pixels: string, labels: string): Promise<void> {
  const digits = await inflate(labels);
  images = digits.length;
  engine.data(0, await inflate(pixels), digits);
}

async function receive(message: ToWorker): Promise<void> {
  switch (message.type) {
    case 'data':
      engine = await Engine.start(message.wasm as Uint8Array<ArrayBuffer>);
      engine.load(message.model, 1, false);
      held = message.heldLabels.length;
      await takeImages(message.images, message.labels);
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
      break;
    case 'module':
      engine = await Engine.start(message.wasm as Uint8Array<ArrayBuffer>);
      break;
    case 'ask':
      answer(message.id, message.question);
  }
}

// One after the other: data arrive before what needs them.
let line: Promise<void> = Promise.resolve();
self.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  line = line
    .then(() => receive(data))
    .catch((error: Error) => post({ type: 'failed', message: error.message }));
};
