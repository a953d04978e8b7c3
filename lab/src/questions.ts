// The question at hand: made from the image and the weights of the moment, and again when they
// change; what was answered; what is right so far.
import { batch, effect, signal } from '@preact/signals';
import { layerQuestions } from './ask_layers';
import { lossQuestions } from './ask_loss';
import { type Asked, KEYS, type Maker, type QuestionKey } from './asked';
import { setMode } from './modes';
import { isNarrow } from './narrow';
import * as state from './state';

export type Mark = 'none' | 'right' | 'second' | 'shown';

const TRIES = 2;
const SETTLED = 300; // milliseconds without a change before a question is made again
const makers: Record<QuestionKey, Maker> = { ...layerQuestions, ...lossQuestions };

export const open = signal<QuestionKey | null>(null);
export const asked = signal<Asked | null>(null);
export const making = signal(false);
export const wrong = signal<number[]>([]); // choices taken that are not right
export const over = signal(false); // answered, or the tries are used up
export const marks = signal<Partial<Record<QuestionKey, Mark>>>({});

let round = 0;
let made = { key: '', pixels: state.pixels.value, label: 0, revision: 0 };

// The page shows this number, in the step that it belongs to.
export function show(place: state.Place): void {
  const at = state.steps.value.findIndex((s) => s.tensor === place.tensor);
  batch(() => {
    setMode('look');
    if (at >= 0) state.goTo(at);
    state.selected.value = place;
    state.hovered.value = null;
  });
}

// The number that shows the answer, with its sum.
export function see(): void {
  show(asked.value!.see);
  if (isNarrow()) document.querySelector('.sum')?.scrollIntoView();
}

async function make(key: QuestionKey): Promise<void> {
  making.value = true;
  if (state.together.value > 1) state.lookTogether(1); // a question is about one image
  made = {
    key,
    pixels: state.pixels.value,
    label: state.label.value,
    revision: state.revision.value,
  };
  const mine = made;
  const question = await makers[key](round);
  if (mine !== made || open.value !== key) return;
  batch(() => {
    asked.value = question;
    making.value = false;
    wrong.value = [];
    over.value = false;
    if (question) show(question.start ?? question.about);
  });
}

export async function ask(key: QuestionKey): Promise<void> {
  round = 0;
  open.value = key;
  asked.value = null;
  await make(key);
}

export function another(): void {
  round++;
  if (open.value) make(open.value);
}

export function next(): void {
  const at = KEYS.indexOf(open.value!);
  ask(KEYS[(at + 1) % KEYS.length]);
}

export function close(): void {
  open.value = null;
  asked.value = null;
}

function finish(mark: Mark): void {
  over.value = true;
  marks.value = { ...marks.value, [open.value!]: mark };
}

export function answer(choice: number): void {
  const question = asked.value;
  if (!question || over.value || wrong.value.includes(choice)) return;
  const tried = wrong.value.length;
  batch(() => {
    if (choice === question.right) finish(tried === 0 ? 'right' : 'second');
    else {
      wrong.value = [...wrong.value, choice];
      if (tried + 1 === TRIES) finish('shown');
    }
  });
}

const isChoice = (place: state.Place): number =>
  asked.value?.choices.findIndex(
    (c) => c.place?.tensor === place.tensor && c.place.index === place.index,
  ) ?? -1;

// A click in the map on one of the choices takes it.
function followMap(): void {
  let before = state.selected.peek();
  effect(() => {
    const now = state.selected.value;
    if (now === before) return;
    before = now;
    const choice = isChoice(now);
    if (choice >= 0) answer(choice);
  });
}

// The label is what one question is asked to be tried with.
function isStale(): boolean {
  if (state.revision.value === made.revision) return false;
  const labelOnly = state.pixels.value === made.pixels && state.label.value !== made.label;
  if (!(labelOnly && open.value === 'pixel-class')) return true;
  made = { ...made, label: state.label.value, revision: state.revision.value };
  return false;
}

function followImage(): void {
  effect(() => {
    const key = open.value;
    if (!key || state.mode.value !== 'look' || !isStale()) return;
    const timer = setTimeout(() => make(key), SETTLED);
    return () => clearTimeout(timer);
  });
}

// So that a style can hide what would give the answer away.
function markPage(): void {
  effect(() => {
    document.documentElement.dataset.asks = over.value ? '' : (open.value ?? '');
  });
}

export function follow(): void {
  markPage();
  followMap();
  followImage();
}
