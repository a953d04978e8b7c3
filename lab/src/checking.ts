// What the Check mode knows: the number that is moved, the step, and what the C code answered.
import { batch, computed, signal } from '@preact/signals';
import { ask } from './checker';
import type { Along, Gradients, Many, Moved, Slope, Slopes } from './checks';
import type { Sum } from './engine';
import * as state from './state';

export const place = signal<state.Place | null>(null); // of the number moved
export const decade = signal(2); // 0: h = 0.1, 1: h = 0.01, ...
export const slopes = signal<(Slopes & { of: state.Place; revision: number }) | null>(null);
export const along = signal<Along | null>(null);
export const many = signal<Many | null>(null);
export const gradients = signal<(Gradients & { seconds: number; seed: number }) | null>(null);
export const problem = signal('');

const row = () => decade.value * (slopes.value?.perDecade ?? 1);
export const slope = computed((): Slope | null => slopes.value?.rows[row()] ?? null);
export const bestDecade = computed(() =>
  slopes.value ? slopes.value.best / slopes.value.perDecade : 0,
);
// Do the numbers belong to another place or image?
export const stale = computed(
  () => slopes.value?.of !== place.value || slopes.value?.revision !== state.revision.value,
);
const lastDecade = () =>
  slopes.value ? (slopes.value.rows.length - 1) / slopes.value.perDecade : 0;

export function setDecade(to: number): void {
  decade.value = Math.max(0, Math.min(lastDecade(), to));
  many.value = null;
}

// The parameter, or the pixel, that the place is or whose gradient it is.
export function movable({ tensor, index }: state.Place): state.Place | null {
  const name = tensor.replace(/\.grad$/, '');
  const moves = name === 'input' || (name.includes('.') && state.tensor(`${name}.grad`));
  return moves ? { tensor: name, index } : null;
}

// Names of all tensors that can be moved.
export const movables = (): string[] =>
  [...state.tensorNames()].filter((name) => movable({ tensor: name, index: 0 })?.tensor === name);

function sumOf({ tensor, index }: state.Place): Sum | null {
  try {
    return state.theEngine().sum(tensor, index);
  } catch {
    return null; // not every number can be explained
  }
}

// The weight that counts most in the sum of the number selected.
export function weightOfSum(): state.Place | null {
  const sum = sumOf(state.selected.value);
  if (sum?.kind !== 'products' || !sum.b.endsWith('.weight')) return null;
  const placed = sum.terms.filter((t) => t.a >= 0 && t.b >= 0);
  const most = placed.reduce((m, t) => (Math.abs(t.share) > Math.abs(m.share) ? t : m), placed[0]);
  return most ? { tensor: sum.b, index: most.b } : null;
}

export const mostOf = (tensor: string): state.Place => ({
  tensor,
  index: state.theEngine().largest(`${tensor}.grad`),
});

export function anyWeight(): void {
  const names = movables().filter((name) => name !== 'input');
  const tensor = names[Math.floor(Math.random() * names.length)];
  if (tensor)
    state.keep({ tensor, index: Math.floor(Math.random() * state.tensor(tensor)!.count) });
}

const exists = (p: state.Place | null) =>
  p !== null && p.index < (state.tensor(p.tensor)?.count ?? 0);

// Follows the selection as far as it can be moved; else it stays with the number before.
export function follow(): void {
  const selected = movable(state.selected.value);
  const parameters = movables();
  const now = selected ?? (exists(place.peek()) ? place.peek() : null) ?? weightOfSum();
  place.value = now ?? (parameters.length > 0 ? mostOf(parameters.at(-1)!) : null);
}

const moved = (at: state.Place): Moved => ({
  ...at,
  model: state.theEngine().save(),
  images: state.bytesOf(state.pictures.value),
  labels: state.pictures.value.map((p) => p.label),
});

// Asks; if something changed meanwhile, asks again and shows the newest answer only.
function newest<T>(question: () => Promise<T> | null, show: (answer: T) => void): () => void {
  let asking = false;
  let changed = false;
  return async () => {
    changed = true;
    if (asking) return;
    asking = true;
    while (changed) {
      changed = false;
      try {
        const answer = await question();
        if (!changed && answer) batch(() => show(answer));
      } catch (error) {
        problem.value = (error as Error).message;
      }
    }
    asking = false;
  };
}

export const measure = newest(
  () => {
    const of = place.value;
    const revision = state.revision.value;
    if (!of) return null;
    const question = ask({ what: 'slopes', moved: moved(of) });
    return question.then(({ answer }) => ({ ...answer, of, revision }));
  },
  (answer) => {
    slopes.value = answer;
    many.value = null;
    problem.value = '';
  },
);

export const lookAlong = newest(
  () => (place.value ? ask({ what: 'along', moved: moved(place.value), step: row() }) : null),
  ({ answer }) => {
    along.value = answer;
  },
);

let draws = 0;
export const moveMany = newest(
  () =>
    place.value
      ? ask({ what: 'many', moved: moved(place.value), step: row(), seed: ++draws })
      : null,
  ({ answer }) => {
    many.value = answer;
  },
);

let seed = 1;
const checkAll = newest(
  () => {
    const mine = seed;
    const options = { network: state.network.value, seed };
    return ask({ what: 'gradients', options }).then((reply) => ({ ...reply, seed: mine }));
  },
  ({ answer, milliseconds, seed }) => {
    gradients.value = { ...answer, seconds: milliseconds / 1000, seed };
  },
);

export function checkNetwork(): void {
  seed = 1;
  checkAll();
}

export function checkAgain(): void {
  seed++;
  checkAll();
}

export const keys: Record<string, () => void> = {
  '-': () => setDecade(decade.value + 1),
  '+': () => setDecade(decade.value - 1),
  '=': () => setDecade(decade.value - 1),
  w: anyWeight,
};
