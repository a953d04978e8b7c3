// The ten stops of the tour: what each prepares, what it waits for, and what it says then.
import { firstOf, lastLayer, pick, sumAt, telling, valueAt } from './asked';
import { digits3, percent, short } from './numbers';
import * as state from './state';
import * as training from './training';
import { words } from './words';

const w = words.tour.stops;
const ENOUGH = 0.95;
const SURE = 0.1; // below this loss gradients are too small to look at

export interface Stop {
  key: keyof typeof w;
  act(): string;
  // Prepares the page; what the stop waits for. null: not in this network.
  begin(): (() => boolean) | null;
  seen(): string;
  dwell?: boolean; // it has to stay so for a moment
}

const isAt = (place: state.Place, tensor: string, index: number) =>
  place.tensor === tensor && place.index === index;

function goToStep(tensor: string): void {
  const at = state.steps.value.findIndex((s) => s.tensor === tensor);
  if (at >= 0) state.goTo(at);
}

const draw: Stop = {
  key: 'draw',
  act: () => w.draw.act,
  begin: () => () => {
    state.revision.value;
    return state.image.value < 0 && state.answer() === 7;
  },
  seen: () => w.draw.seen,
};

const first = () => state.layers().find((l) => l.weights)!.name;

const point: Stop = {
  key: 'point',
  act: () => w.point.act(first()),
  begin: () => {
    const before = state.selected.peek();
    return () => {
      const { tensor, index } = state.shown.value;
      return tensor === first() && !isAt(before, tensor, index);
    };
  },
  seen: () => w.point.seen(sumAt({ tensor: first(), index: 0 }).terms.length),
  dwell: true,
};

/* A window whose largest number is above 0 and alone. */

function plainWindow(pool: string): state.Place {
  const isPlain = (index: number) => {
    const texts = sumAt({ tensor: pool, index }).terms.map((t) => short(t.x));
    return new Set(texts).size === texts.length;
  };
  const order = Array.from(state.numbers(pool).keys());
  const values = [...state.numbers(pool)];
  order.sort((i, j) => values[j] - values[i]);
  return { tensor: pool, index: pick(order, isPlain, 0) ?? order[0] };
}

const pools = () => firstOf('maxpool2d');
let framed: state.Place;

const winner: Stop = {
  key: 'winner',
  act: () => w.winner.act(framed.tensor, pools()!.before.name),
  begin: () => {
    const pair = pools();
    if (!pair) return null;
    goToStep(pair.layer.name);
    framed = plainWindow(pair.layer.name);
    state.selected.value = framed;
    const s = sumAt(framed);
    return () => {
      const { tensor, index } = state.selected.value;
      return s.chosen >= 0 && isAt({ tensor, index }, s.a, s.terms[s.chosen].a);
    };
  },
  seen: () => w.winner.seen(digits3(valueAt(framed))),
};

const scores: Stop = {
  key: 'scores',
  act: () => w.scores.act(lastLayer().name),
  begin: () => {
    goToStep('probabilities');
    return () => isAt(state.selected.value, lastLayer().name, state.answer());
  },
  seen: () => {
    const digit = state.answer();
    const score = digits3(valueAt({ tensor: lastLayer().name, index: digit }));
    return w.scores.seen(digit, score, percent(valueAt({ tensor: 'probabilities', index: digit })));
  },
};

const truth: Stop = {
  key: 'truth',
  act: () => w.truth.act,
  begin: () => {
    state.told.value = false;
    return () => state.told.value;
  },
  seen: () => w.truth.seen(state.label.value, digits3(state.loss.value)),
};

const scoreGradient = () => `${lastLayer().name}.grad`;

const turn: Stop = {
  key: 'turn',
  act: () =>
    state.answer() === state.label.value
      ? w.turn.plain
      : w.turn.act(state.label.value, state.answer()),
  begin: () => {
    if (state.loss.value < SURE)
      state.showMisread(words.picture.noMisread(state.heldOut().labels.length));
    goToStep('losses');
    return () => state.current.value.tensor === scoreGradient();
  },
  seen: () => {
    const k = state.label.value;
    return w.turn.seen(k, digits3(valueAt({ tensor: scoreGradient(), index: k })));
  },
};

// From a pixel's gradient on, the numbers that were explained.
function way(): string[] {
  const all = [...state.past.value, state.selected.value].map((p) => p.tensor);
  return all.slice(all.lastIndexOf('input.grad'));
}

const isThere = () =>
  way().length > 1 && way()[0] === 'input.grad' && way().at(-1) === scoreGradient();

const follow: Stop = {
  key: 'follow',
  act: () => w.follow.act(scoreGradient()),
  begin: () => isThere,
  seen: () => w.follow.seen(isThere() ? way().join(' → ') : scoreGradient()),
};

const nudge: Stop = {
  key: 'nudge',
  act: () => w.nudge.act,
  begin: () => {
    state.selected.value = telling(`${first()}.weight`);
    return () => state.mode.value === 'check';
  },
  seen: () => w.nudge.seen,
};

const enough = () => training.run.curves.value.scores.find((s) => s.accuracy >= ENOUGH);

const train: Stop = {
  key: 'train',
  act: () => w.train.act,
  begin: () => {
    let armed = !enough(); // a run that was there before does not count
    return () => {
      armed ||= !enough();
      return armed && enough() !== undefined;
    };
  },
  seen: () => {
    const score = enough();
    return w.train.seen(score?.step ?? 0, percent(score?.accuracy ?? 0));
  },
};

const breaking: Stop = {
  key: 'break',
  act: () => w.break.act,
  begin: () => () => state.mode.value === 'break',
  seen: () => w.break.seen,
};

export const stops: Stop[] = [
  draw,
  point,
  winner,
  scores,
  truth,
  turn,
  follow,
  nudge,
  train,
  breaking,
];
