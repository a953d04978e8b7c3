// The steps forward and backward: play, next, previous, each with its sentence.
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { exact } from './numbers';
import * as state from './state';
import { words } from './words';

const w = words.steps;
const EACH = 1800; // milliseconds

export const playing = signal(false);

export function togglePlay(): void {
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

function List({ backward }: { backward: boolean }) {
  return (
    <ol class={backward ? 'backward' : 'forward'} aria-label={backward ? w.backward : w.forward}>
      {state.steps.value.map(
        (s, i) =>
          s.backward === backward && (
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
      <button type="button" onClick={toSum}>
        {words.sum.why}
      </button>
    </p>
  );
}

export function Player() {
  usePlaying();
  const { backward, tensor, sentence } = state.current.value;
  const count = state.steps.value.length;
  return (
    <footer>
      <div class="row controls">
        <button type="button" aria-label={w.previous} title={w.previous} onClick={() => go(-1)}>
          ◀
        </button>
        <button type="button" class="play" onClick={togglePlay}>
          {playing.value ? `❚❚ ${w.pause}` : `▶ ${w.play}`}
        </button>
        <button type="button" aria-label={w.next} title={w.next} onClick={() => go(1)}>
          ▶
        </button>
      </div>
      <div class="lists">
        <span class="soft">{w.forward}</span>
        <List backward={false} />
        <span class="soft">{w.backward}</span>
        <List backward={true} />
      </div>
      <Readout />
      <p class="sentence" aria-live="polite">
        <b>
          {w.of(state.step.value + 1, count)} · {backward ? w.backward : w.forward} · {tensor}
        </b>{' '}
        {sentence}
      </p>
    </footer>
  );
}
