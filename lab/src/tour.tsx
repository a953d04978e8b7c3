// The panel of the tour: its ten stops, twelve questions and a worksheet.
import { useEffect } from 'preact/hooks';
import { KEYS, type QuestionKey } from './asked';
import { isNarrow } from './narrow';
import * as questions from './questions';
import { printSheet } from './sheet';
import { stops } from './stops';
import * as touring from './touring';
import { words } from './words';

const w = words.tour;

function Stops() {
  const left = touring.left.value;
  return (
    <>
      <p class="soft">{w.about}</p>
      <p class="row wrap">
        {left > 0 && left < stops.length && (
          <button type="button" class="primary" onClick={() => touring.goTo(left)}>
            {w.resume(left + 1)}
          </button>
        )}
        <button type="button" class={left > 0 ? '' : 'primary'} onClick={touring.startAgain}>
          {left > 0 ? w.again : w.start}
        </button>
      </p>
      <ol class="stops" aria-label={w.stopList}>
        {stops.map((s, i) => {
          const done = touring.done.value[i] ?? false;
          const { title } = w.stops[s.key];
          return (
            <li key={s.key}>
              <button
                type="button"
                aria-label={w.stopButton(i + 1, title, done)}
                onClick={() => touring.goTo(i)}
              >
                {i + 1} {title} {done ? '✓' : ''}
              </button>
            </li>
          );
        })}
      </ol>
    </>
  );
}

function Questions() {
  const marks = questions.marks.value;
  const mark = (key: QuestionKey) => w.mark[marks[key] ?? 'none'];
  const right = KEYS.filter((k) => marks[k] === 'right' || marks[k] === 'second').length;
  return (
    <>
      <h3>
        {w.questionList} <span>{right > 0 && w.score(right, KEYS.length)}</span>
      </h3>
      <p class="soft">{w.questionAbout}</p>
      <ol class="stops">
        {KEYS.map((key, i) => (
          <li key={key}>
            <button
              type="button"
              aria-label={w.questionButton(i + 1, w.titles[key], mark(key))}
              onClick={() => questions.ask(key)}
            >
              {i + 1} {w.titles[key]} <small>{mark(key)}</small>
            </button>
          </li>
        ))}
      </ol>
    </>
  );
}

function Worksheet() {
  return (
    <>
      <h3>{w.sheetTitle}</h3>
      <p class="soft">{w.sheet.about}</p>
      <p class="row">
        <button type="button" onClick={printSheet}>
          {w.sheet.button}
        </button>
      </p>
    </>
  );
}

export function TourPanel() {
  useEffect(() => {
    // In one column the panel is far below.
    if (isNarrow()) document.querySelector('.tour')?.scrollIntoView();
  }, []);
  return (
    <section class="tour" aria-label={w.title}>
      <h2>{w.title}</h2>
      <Stops />
      <Questions />
      <Worksheet />
    </section>
  );
}
