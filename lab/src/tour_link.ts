// The tour's stop and the question at hand, in the link: #tour=3, #x=pool-ties.
import { KEYS, type QuestionKey } from './asked';
import { registerLink } from './link';
import * as questions from './questions';
import { stops } from './stops';
import * as touring from './touring';

async function readQuestion(value: string): Promise<boolean> {
  const key = KEYS.find((k) => k === value);
  if (key) await questions.ask(key as QuestionKey);
  return key !== undefined;
}

function readStop(value: string): boolean {
  const stop = /^\d{1,2}$/.test(value) ? Number(value) : 0;
  const good = stop >= 1 && stop <= stops.length;
  if (good) touring.goTo(stop - 1);
  return good;
}

const isOnTour = () => touring.at.value >= 0 && touring.at.value < stops.length;

registerLink('tour', readStop, () => (isOnTour() ? `${touring.at.value + 1}` : null));
registerLink('x', readQuestion, () => questions.open.value);
