// The box that leads through the tour or asks a question: it stays in every mode until it is closed.
import { useComputed, useSignalEffect } from '@preact/signals';
import { Box } from './guide_box';
import { setMode } from './modes';
import { QuestionBox } from './question';
import * as questions from './questions';
import { stops } from './stops';
import * as touring from './touring';
import { words } from './words';

const w = words.tour;
const DWELL = 600; // milliseconds

function useWaiting(): void {
  const holds = useComputed(() => touring.holds());
  useSignalEffect(() => {
    if (!holds.value || touring.seen.peek()) return;
    const timer = setTimeout(touring.pass, stops[touring.at.peek()].dwell ? DWELL : 0);
    return () => clearTimeout(timer);
  });
}

function StopBox() {
  useWaiting();
  const at = touring.at.value;
  const stop = stops[at];
  const seen = touring.seen.value;
  const to = (by: number) => () => touring.goTo(at + by);
  return (
    <Box
      title={`${w.of(at + 1, stops.length)}: ${w.stops[stop.key].title}`}
      fresh={at}
      close={touring.leave}
    >
      {!seen && <p>{stop.act()}</p>}
      <p class={seen ? 'good' : 'hidden'} aria-live="polite">
        {seen && `✓ ${seen}`}
      </p>
      <p class="row">
        {at > 0 && (
          <button type="button" aria-label={w.before} title={w.before} onClick={to(-1)}>
            ‹
          </button>
        )}
        <button type="button" class={seen ? 'primary' : ''} onClick={to(1)}>
          {!seen ? w.skip : at + 1 < stops.length ? `${w.next} →` : `${w.finish} →`}
        </button>
      </p>
    </Box>
  );
}

function EndBox() {
  const toQuestions = () => {
    touring.leave();
    setMode('tour');
  };
  return (
    <Box title={w.end} fresh="end" close={touring.leave}>
      <ol class="learned">
        {stops.map((s, i) => (
          <li key={s.key} class={touring.done.value[i] ? 'done' : ''}>
            {w.stops[s.key].learned}
          </li>
        ))}
      </ol>
      <p class="row">
        <button type="button" class="primary" onClick={toQuestions}>
          {w.toQuestions} →
        </button>
      </p>
    </Box>
  );
}

// A question comes first: the tour waits below it.
export function Guide() {
  if (questions.open.value) return <QuestionBox />;
  if (touring.at.value < 0) return null;
  return touring.at.value < stops.length ? <StopBox /> : <EndBox />;
}
