// A question: its sentence, the answers to choose from, and what the C code says to them.
import type { Asked } from './asked';
import { KEYS, type QuestionKey } from './asked';
import { Box } from './guide_box';
import * as questions from './questions';
import * as state from './state';
import { words } from './words';

const w = words.tour;

export const titleOf = (key: QuestionKey): string =>
  w.question(KEYS.indexOf(key) + 1, w.titles[key]);

function ChoiceButton({ asked, index }: { asked: Asked; index: number }) {
  const { text, place } = asked.choices[index];
  const isWrong = questions.wrong.value.includes(index);
  const isRight = questions.over.value && index === asked.right;
  const { tensor, index: cell } = state.shown.value;
  const isAt = place?.tensor === tensor && place.index === cell; // in the map, too
  const point = (to: state.Place | null) => () => {
    state.hovered.value = to;
  };
  return (
    <button
      type="button"
      class={isRight ? 'yes' : isWrong ? 'no' : isAt ? 'at' : ''}
      aria-disabled={isWrong || questions.over.value}
      data-where={place && state.whereOf(place)}
      title={place && `${place.tensor}, ${state.placeName(place)}`}
      onClick={() => questions.answer(index)}
      onPointerEnter={place && point(place)}
      onPointerLeave={place && point(null)}
      onFocus={place && point(place)}
      onBlur={place && point(null)}
    >
      {isRight ? '✓ ' : isWrong ? '✗ ' : ''}
      {text}
    </button>
  );
}

function Choices({ asked }: { asked: Asked }) {
  const style = asked.width ? { gridTemplateColumns: `repeat(${asked.width}, auto)` } : undefined;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be a grid in all browsers
    <div role="group" aria-label={w.choices} class="choices" style={style}>
      {asked.choices.map((c, i) => (
        <ChoiceButton key={`${i} ${c.text}`} asked={asked} index={i} />
      ))}
    </div>
  );
}

// What is said to the last answer.
function verdict(asked: Asked): string {
  const wrong = questions.wrong.value.length;
  if (!questions.over.value) return wrong ? `${w.again2} ${asked.hint}` : '';
  const right = questions.marks.value[questions.open.value!] !== 'shown';
  return `${right ? w.right : w.was(asked.choices[asked.right].text)} ${asked.because}`;
}

function Acts() {
  if (!questions.over.value) return null;
  return (
    <p class="row wrap">
      <button type="button" onClick={questions.see}>
        {w.see}
      </button>
      <button type="button" onClick={questions.another}>
        {w.another}
      </button>
      <button type="button" class="primary" onClick={questions.next}>
        {w.nextQuestion} →
      </button>
    </p>
  );
}

function Body({ asked }: { asked: Asked }) {
  const says = verdict(asked);
  return (
    <>
      <p data-where={state.whereOf(asked.about)}>{asked.ask}</p>
      <Choices asked={asked} />
      <p class={says ? 'good' : 'hidden'} aria-live="polite">
        {says}
      </p>
      <Acts />
    </>
  );
}

export function QuestionBox() {
  const key = questions.open.value!;
  const asked = questions.asked.value;
  return (
    <Box title={titleOf(key)} fresh={asked} close={questions.close}>
      {asked ? <Body asked={asked} /> : <p>{questions.making.value ? w.making : w.makesNone}</p>}
    </Box>
  );
}
