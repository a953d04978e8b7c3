// The card at hand: a mistake, what was guessed of it, and the two runs, the check and the doctor
// that answer. The settings are those of docs/mistakes.md, so that the figures are.
import { computed, effect, signal } from '@preact/signals';
import { ask } from './checker';
import type { Gradients } from './checks';
import * as doctor from './doctor';
import type { Score, Settings } from './messages';
import { type Case, catalogOf, curveShows, type Diagnosis, type Mistake } from './mistakes';
import type { Named } from './named';
import { Run } from './run';
import * as state from './state';

const RATES = { adam: 0.003, sgd: 0.05 };
const [IMAGES, BATCH, SEED] = [8000, 32, 1];
export const EPOCH = IMAGES / BATCH; // its steps
export const EPOCHS = [1, 3]; // after which the accuracy is compared

export type Rule = keyof typeof RATES;
export type Question = 'curve' | 'check';
export type Answers = Partial<Record<Question, boolean>>; // does it show the mistake?

// As docs/mistakes.md writes it.
interface Figures {
  adam: string; // "93.5 / 95.1", after 1 and 3 epochs; "–": the rule cannot make the mistake
  sgd: string;
}
interface Measured extends Figures {
  check: string;
  doctor: string;
  second: boolean; // in the second network
  flags: string; // that it needs to show
  sound: Figures;
}
export interface Card extends Mistake {
  measured: Measured;
}

let measured: { second: string; mistakes: Record<string, Measured> };
let network = '';
let catalog: Card[] = [];

export const sound = new Run();
export const broken = new Run();
export const name = signal(''); // of the card; '': the list
export const rule = signal<Rule>('adam');
export const guesses = signal<Record<string, Answers>>({}); // by card and rule
export const truths = signal<Record<string, Answers>>({});
export const asked = signal(''); // the card and rule that the answers are of
export const gradients = signal<Gradients | null>(null);
export const diagnosis = signal<Diagnosis | null>(null);
export const named = signal<Named | null>(null);
export const problem = signal('');

export function begin(figures: string, labNet: string): void {
  measured = JSON.parse(figures);
  network = labNet;
}

export function cards(): Card[] {
  if (catalog.length === 0)
    catalog = catalogOf(state.theEngine()).map((m) => ({
      ...m,
      measured: measured.mistakes[m.name],
    }));
  return catalog;
}

export const networkOf = (card: Card) => (card.measured.second ? measured.second : network);
export const rulesOf = (card: Card) =>
  (Object.keys(RATES) as Rule[]).filter((r) => card.measured[r] !== '–');
export const card = computed(() => cards().find((c) => c.name === name.value));
export const key = computed(() => `${name.value} ${rule.value}`);
export const guess = computed(() => guesses.value[key.value] ?? {});
export const answered = computed(() => asked.value === key.value);

// What docs/mistakes.md has for it, as `cnn train` takes it.
const flag = (flags: string, of: string) => flags.match(`--${of} (\\S+)`)?.[1];

export function caseOf(one: Card, by: Rule): Case {
  const { flags } = one.measured;
  return {
    network: networkOf(one),
    mistake: one.name,
    images: IMAGES,
    batch: BATCH,
    seed: SEED,
    rule: flag(flags, 'optimizer') ?? by,
    rate: RATES[by],
    decay: Number(flag(flags, 'weight-decay') ?? 0),
  };
}

function stop(): void {
  asked.value = '';
  for (const run of [sound, broken]) run.pause();
  doctor.stop();
}

// The card of this mistake; false: there is none.
export function openCard(of: string): boolean {
  const one = cards().find((c) => c.name === of);
  if (!one) return false;
  stop();
  state.mode.value = 'break';
  name.value = of;
  if (!rulesOf(one).includes(rule.value)) rule.value = 'adam';
  return true;
}

export function closeCard(): void {
  stop();
  name.value = '';
}

export function setRule(to: Rule): void {
  stop();
  rule.value = to;
}

// A guess counts as it is when the answers are shown.
export function setGuess(question: Question, shows: boolean): void {
  if (truths.value[key.value]) return;
  guesses.value = { ...guesses.value, [key.value]: { ...guess.value, [question]: shows } };
}

function setTruth(of: string, more: Answers): void {
  truths.value = { ...truths.value, [of]: { ...truths.value[of], ...more } };
}

// A signal each, that changes with a new score only, not with every step.
const scoreCounts = new Map(
  [sound, broken].map((run) => [run, computed(() => run.curves.value.scores.length)]),
);
export function scoresOf(run: Run): Score[] {
  scoreCounts.get(run)!.value;
  return run.curves.peek().scores;
}

export const accuracyAfter = (run: Run, epochs: number): number | undefined =>
  scoresOf(run).find((s) => s.step === epochs * EPOCH)?.accuracy;

// undefined: not known yet.
export const curveTruth = computed((): boolean | undefined => {
  const [whole, mistaken] = [sound, broken].map((run) => accuracyAfter(run, 1));
  if (whole === undefined || (mistaken === undefined && !broken.diverged.value)) return undefined;
  return curveShows(state.theEngine(), whole, mistaken ?? Number.NaN);
});

export const isWrong = (error: number, limit: number): boolean => !(error <= limit);

async function check(of: string, { network, mistake }: Case): Promise<void> {
  const options = { network, seed: SEED, mistake };
  const [{ answer }, its] = await Promise.all([
    ask({ what: 'gradients', options }),
    ask({ what: 'named', mistake }),
  ]);
  if (asked.value !== of) return;
  gradients.value = answer;
  named.value = its.answer;
  setTruth(of, { check: answer.rows.some((r) => isWrong(r.error, answer.limit)) });
}

function train(one: Case): void {
  for (const run of [sound, broken]) {
    const settings: Settings = { ...one, mistake: run === broken ? one.mistake : '' };
    run.fresh(settings, 'full');
    run.oneEpoch();
  }
}

// Until it is known, or no longer asked for.
function curveKnown(of: string): Promise<void> {
  return new Promise((resolve) => {
    const end = effect(() => {
      if (asked.value === of && curveTruth.value === undefined) return;
      queueMicrotask(() => end());
      resolve();
    });
  });
}

async function curve(of: string): Promise<void> {
  await curveKnown(of);
  if (asked.value === of) setTruth(of, { curve: curveTruth.value });
}

async function examine(of: string, one: Case): Promise<void> {
  const found = await doctor.examine(one);
  if (asked.value === of) diagnosis.value = found;
}

// Both runs, the check, and then the doctor.
export async function show(): Promise<void> {
  const of = key.value;
  const one = caseOf(card.value!, rule.value);
  asked.value = of;
  gradients.value = null;
  diagnosis.value = null;
  named.value = null;
  problem.value = '';
  train(one);
  try {
    await Promise.all([check(of, one), curve(of)]);
    if (asked.value === of) await examine(of, one);
  } catch (error) {
    if (asked.value === of) problem.value = (error as Error).message;
  }
}

export const canGoOn = computed(
  () => answered.value && curveTruth.value !== undefined && sound.step.value === EPOCH,
);

export function toThreeEpochs(): void {
  for (const run of [sound, broken]) if (!run.over.value) run.run(2 * EPOCH);
}

// Right guesses of all that are answered.
export const score = computed(() => {
  const pairs = Object.entries(truths.value).flatMap(([of, truth]) =>
    (['curve', 'check'] as Question[])
      .filter((q) => truth[q] !== undefined)
      .map((q) => guesses.value[of]?.[q] === truth[q]),
  );
  return { right: pairs.filter(Boolean).length, of: pairs.length };
});
