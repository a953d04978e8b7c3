// The keys of the whole page; maps, pad and fields take theirs first.
import { modeOfKey, modes, setMode } from './modes';
import { go, togglePlay } from './player';
import * as state from './state';
import { words } from './words';

// Of the way back first, then of all.
function toEnd(): void {
  const back = state.steps.value.findLastIndex((s) => s.backward);
  const to = state.step.value < back ? back : state.steps.value.length - 1;
  go(to - state.step.value);
}

const act: Record<string, () => void> = {
  ArrowLeft: () => go(-1),
  ArrowRight: () => go(1),
  Home: () => go(-state.step.value),
  End: toEnd,
  Backspace: state.back,
  f: state.followLargest,
  m: () => state.showMisread(words.picture.noMisread(state.heldOut().labels.length)),
  g: () => document.getElementById('guide')?.focus(),
  d: () => document.getElementById('pad')?.focus(),
  '?': () => document.querySelector<HTMLDialogElement>('dialog.help')?.showModal(),
};

// Does what has the focus use the key itself?
function isTaken(event: KeyboardEvent): boolean {
  const on = event.target as HTMLElement;
  const box = 'input[type=checkbox], input[type=radio]';
  if (on.closest(`button, summary, ${box}`)) return event.key === ' ';
  return on.closest('input, select, textarea, dialog') !== null;
}

export function listen(): void {
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTaken(event)) return;
    const does = modes[state.mode.value].keys?.[event.key] ?? act[event.key];
    const to = modeOfKey(event.key);
    if (does) does();
    else if (to) setMode(to);
    else if (event.key === ' ') togglePlay();
    else if (/^[0-9]$/.test(event.key) && Number(event.key) < state.classes())
      state.say(Number(event.key));
    else return;
    event.preventDefault();
  });
}
