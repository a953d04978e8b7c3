// Questions on the loss: how it answers to scores, weights and pixels, to a batch and to a step.
import { type Asked, lastLayer, numberChoices, said, telling, valueAt } from './asked';
import { batchOf, numberOf, stepped } from './copy';
import { digits3, exact } from './numbers';
import * as state from './state';
import { words } from './words';

const w = words.tour.questions;
const BATCH = 4;
const RATE = 0.1;
const NUDGE = 0.01;

const gradient = () => `${lastLayer().name}.grad`;
const trueScore = (): state.Place => ({ tensor: gradient(), index: state.label.value });

// The classes by probability, the true one first.
function classes(): number[] {
  const p = [...state.numbers('probabilities')].map((share, k) => ({ share, k }));
  p.sort((a, b) => b.share - a.share);
  return [...new Set([state.label.value, ...p.map(({ k }) => k)])];
}

function pMinusY(): Asked | null {
  const about = trueScore();
  const { index } = about;
  const share = state.numbers('probabilities')[index];
  const other = { tensor: gradient(), index: classes()[1] };
  const score = valueAt({ tensor: lastLayer().name, index });
  return {
    about,
    start: { tensor: 'probabilities', index },
    ask: w.pMinusY.ask(index, digits3(share)),
    ...numberChoices(valueAt(about), [share, valueAt(other), score]),
    width: 0,
    hint: w.pMinusY.hint,
    because: w.pMinusY.because(digits3(share), digits3(valueAt(about))),
    see: about,
  };
}

async function batchDivisor(): Promise<Asked | null> {
  const about = trueScore();
  const single = valueAt(about);
  const [four, two] = [
    numberOf(await batchOf(BATCH), about),
    numberOf(await batchOf(BATCH / 2), about),
  ];
  return {
    about,
    ask: w.batch.ask(said(about), digits3(single), BATCH),
    ...numberChoices(four, [single, two, state.numbers('probabilities')[about.index]]),
    width: 0,
    hint: w.batch.hint,
    because: w.batch.because(BATCH, digits3(four)),
    see: about,
  };
}

// The weight that the loss answers to most, of the first or a later layer.
function weight(round: number): state.Place {
  const layers = state.layers().filter((l) => l.weights);
  const tensor = `${layers[round % layers.length].name}.weight`;
  return { tensor, index: telling(`${tensor}.grad`).index };
}

const gradientOf = ({ tensor, index }: state.Place) => ({ tensor: `${tensor}.grad`, index });

function weightUp(round: number): Asked | null {
  const about = weight(round);
  const [loss, high] = state.theEngine().nudge(about.tensor, about.index, NUDGE);
  const g = valueAt(gradientOf(about));
  return {
    about,
    ask: w.weightUp.ask(said(about), digits3(valueAt(about)), digits3(g), NUDGE),
    choices: [w.weightUp.rises, w.weightUp.falls, w.weightUp.stays].map((text) => ({ text })),
    width: 0,
    right: high > loss ? 0 : high < loss ? 1 : 2,
    hint: w.weightUp.hint,
    because: w.weightUp.because(exact(loss), exact(high)),
    see: gradientOf(about),
  };
}

async function sgdStep(round: number): Promise<Asked | null> {
  const about = weight(round);
  const now = valueAt(about);
  const after = await stepped(about, RATE);
  const wide = await stepped(about, 10 * RATE);
  const g = valueAt(gradientOf(about));
  return {
    about,
    ask: w.step.ask(said(about), digits3(now), digits3(g), RATE),
    ...numberChoices(after, [now, wide, g]),
    width: 0,
    hint: w.step.hint,
    because: w.step.because(digits3(after)),
    see: gradientOf(about),
  };
}

// The class whose own loss falls most when the pixel gets brighter.
async function pixelClass(round: number): Promise<Asked | null> {
  const pixels = [...state.numbers('input.grad')].map((g, index) => ({ g: Math.abs(g), index }));
  const { index } = pixels.sort((a, b) => b.g - a.g)[round];
  const about = { tensor: 'input', index };
  const four = classes()
    .slice(0, 4)
    .sort((a, b) => a - b);
  const slopes: { loss: number; high: number; quotient: number }[] = [];
  for (const k of four) {
    const engine = await batchOf(1, k);
    const [loss, high, , quotient] = engine.nudge('input', index, NUDGE);
    slopes.push({ loss, high, quotient });
  }
  const right = slopes.reduce((m, s, i) => (s.quotient < slopes[m].quotient ? i : m), 0);
  return {
    about,
    start: { tensor: 'input.grad', index },
    ask: w.pixel.ask(said(about)),
    choices: four.map((k) => ({ text: `${k}` })),
    width: 0,
    right,
    hint: w.pixel.hint,
    because: w.pixel.because(
      four.map((k, i) => w.pixel.row(k, exact(slopes[i].loss), exact(slopes[i].high))).join('; '),
    ),
    see: { tensor: 'input.grad', index },
  };
}

export const lossQuestions = {
  'p-minus-y': pMinusY,
  'batch-divisor': batchDivisor,
  'weight-up': weightUp,
  'sgd-step': sgdStep,
  'pixel-class': pixelClass,
};
