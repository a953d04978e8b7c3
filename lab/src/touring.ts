// Where the tour is: the stop at hand, what was done, and where it was left.
import { batch, signal } from '@preact/signals';
import { setMode } from './modes';
import * as state from './state';
import { stops } from './stops';

const KEPT = 'cnn-lab-tour'; // in the browser, so that a tour outlives the page

export const at = signal(-1); // stop at hand; -1: not on tour; after the last: the end
export const left = signal(0); // where it resumes
export const done = signal<boolean[]>([]);
export const seen = signal(''); // what the stop at hand says once it is passed

const nothing = () => false;
const waits = signal<() => boolean>(nothing);

// A browser may refuse to keep anything.
function remember(): void {
  try {
    localStorage.setItem(KEPT, JSON.stringify({ left: left.value, done: done.value }));
  } catch {}
}

export function recall(): void {
  try {
    const kept = JSON.parse(localStorage.getItem(KEPT) ?? '{}');
    if (Number.isInteger(kept.left)) left.value = Math.max(0, Math.min(stops.length, kept.left));
    if (Array.isArray(kept.done)) done.value = stops.map((_, i) => kept.done[i] === true);
  } catch {}
}

// Does what the stop waits for hold? Follows the signals of the page.
export const holds = (): boolean => waits.value();

// To this stop; past the last one, to what was learned. A stop that the network has no place for
// is passed over.
export function goTo(stop: number): void {
  batch(() => {
    at.value = left.value = Math.max(0, Math.min(stops.length, stop));
    seen.value = '';
    waits.value = nothing;
    remember();
    if (at.value === stops.length) return;
    if (state.mode.value === 'tour') setMode('look');
    const condition = stops[at.value].begin();
    if (condition) waits.value = condition;
    else goTo(at.value + 1);
  });
}

export function pass(): void {
  batch(() => {
    seen.value = stops[at.value].seen();
    done.value = stops.map((_, i) => done.value[i] || i === at.value);
  });
  remember();
}

export function leave(): void {
  at.value = -1;
}

export function startAgain(): void {
  done.value = [];
  goTo(0);
}
