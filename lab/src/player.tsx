// The steps forward and backward: play, next, previous, each with its sentence.
import { signal } from '@preact/signals';
import { Fragment } from 'preact';
import { useEffect } from 'preact/hooks';
import { exact } from './numbers';
import * as state from './state';
import type { Phase } from './steps';
import { Explained } from './terms';
import { words } from './words';

const w = words.steps;
const EACH = 1800; // milliseconds

export const playing = signal(false);

// Where motion is not wanted, it only steps.
export function togglePlay(): void {
  if (matchMedia('(prefers-reduced-motion: reduce)').matches) {
    go(1);
    return;
  }
  const atEnd = state.step.value === state.steps.value.length - 1;
  if (!playing.value && atEnd) state.goTo(0);
  playing.value = !playing.value;
}

export function go(by: number): void {
  playing.value = false;
  state.goTo(state.step.value + by);
}

function usePlaying(): void {
  const isOn = playing.value;
  useEffect(() => {
    if (!isOn) return;
    const timer = setInterval(() => {
      state.goTo(state.step.value + 1);
      if (state.step.value === state.steps.value.length - 1) playing.value = false;
    }, EACH);
    return () => clearInterval(timer);
  }, [isOn]);
}

function List({ phase }: { phase: Phase }) {
  return (
    <ol class={phase} aria-label={w[phase]}>
      {state.steps.value.map(
        (s, i) =>
          s.phase === phase && (
            <li key={s.tensor}>
              <button
                type="button"
                title={s.tensor}
                aria-label={`${i + 1}, ${s.tensor}`}
                aria-current={i === state.step.value ? 'step' : undefined}
                onClick={() => go(i - state.step.value)}
              >
                {i + 1}
              </button>
            </li>
          ),
      )}
    </ol>
  );
}

// On a phone the sum is far from the map: its number, and the way there.
function Readout() {
  const s = state.sum.value;
  const place = state.shown.value;
  const toSum = () => document.querySelector('.sum')?.scrollIntoView();
  return (
    <p class="readout">
      <span>
        {place.tensor} · {state.placeName(place)} ={' '}
        <b>{typeof s === 'string' ? '' : exact(s.stored)}</b>
      </span>
      <button type="button" title={words.sum.whyLabel} onClick={toSum}>
        {words.sum.why}
      </button>
    </p>
  );
}

// Where the steps are one long row, the one at hand is in sight.
function useInSight(): void {
  const at = state.step.value;
  useEffect(() => {
    if (at >= 0)
      document
        .querySelector('footer [aria-current]')
        ?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [at]);
}

export function Player() {
  usePlaying();
  useInSight();
  const { phase, tensor, sentence } = state.current.value;
  const count = state.steps.value.length;
  return (
    <footer>
      <div class="row controls">
        <button type="button" aria-label={w.previous} title={w.previous} onClick={() => go(-1)}>
          ◀
        </button>
        <button type="button" class="play" title={w.playWhy} onClick={togglePlay}>
          {playing.value ? `❚❚ ${w.pause}` : `▶ ${w.play}`}
        </button>
        <button type="button" aria-label={w.next} title={w.next} onClick={() => go(1)}>
          ▶
        </button>
      </div>
      <div class="lists">
        {(['forward', 'backward', 'update'] as Phase[]).map((phase) => (
          <Fragment key={phase}>
            <span class="soft">{w[phase]}</span>
            <List phase={phase} />
          </Fragment>
        ))}
      </div>
      <Readout />
      <p class="sentence" aria-live="polite">
        <b>
          {w.of(state.step.value + 1, count)} · {w[phase]} · {tensor}
        </b>{' '}
        <Explained text={sentence} />
      </p>
    </footer>
  );
}
