// The card of one mistake: its line, the guess, and then what the curve, the check and the doctor
// have to say.
import { useEffect, useRef } from 'preact/hooks';
import { CheckTable, DoctorSays, Outcome, Runs } from './break_answers';
import { NamedBy } from './break_named';
import * as breaking from './breaking';
import { Diff } from './diff';
import { words } from './words';

const w = words.break;
type Props = { card: breaking.Card };

// Back to the list, and to the neighbors of the catalog.
function Turn({ card }: Props) {
  const all = breaking.cards();
  const to = (by: number) => {
    const next = (all.indexOf(card) + by + all.length) % all.length;
    return () => breaking.openCard(all[next].name);
  };
  return (
    <p class="row">
      <button type="button" onClick={breaking.closeCard}>
        ← {w.all}
      </button>
      <button type="button" aria-label={w.previous} title={w.previous} onClick={to(-1)}>
        ‹
      </button>
      <button type="button" aria-label={w.next} title={w.next} onClick={to(1)}>
        ›
      </button>
    </p>
  );
}

function Seen({ seen }: { seen: string }) {
  const [repository, number] = seen.split('#');
  return (
    <p class="soft">
      {w.seen}{' '}
      <a href={`https://github.com/${repository}/issues/${number}`} rel="noreferrer">
        {seen}
      </a>
    </p>
  );
}

function Rules({ card }: Props) {
  const rules = breaking.rulesOf(card);
  return (
    <fieldset class="speeds">
      <legend>{w.trainedBy}</legend>
      {(Object.keys(w.rules) as breaking.Rule[]).map((r) => (
        <button
          key={r}
          type="button"
          disabled={!rules.includes(r)}
          aria-pressed={breaking.rule.value === r}
          onClick={() => breaking.setRule(r)}
        >
          {w.rules[r]}
        </button>
      ))}
    </fieldset>
  );
}

// What the mistake needs that the page's own network or rule has not.
function Notes({ card }: Props) {
  const { second, flags } = card.measured;
  return (
    <>
      {breaking.rulesOf(card).length < 2 && <p class="soft">{w.oneRule}</p>}
      {flags && <p class="soft">{w.flags(flags)}</p>}
      {second && (
        <details>
          <summary>{w.second}</summary>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keys */}
          <pre tabIndex={0}>{breaking.networkOf(card)}</pre>
        </details>
      )}
    </>
  );
}

function Ask({ question }: { question: breaking.Question }) {
  const guess = breaking.guess.value[question];
  const fixed = breaking.truths.value[breaking.key.value] !== undefined || breaking.answered.value;
  const choice = (shows: boolean, text: string) => (
    <button
      type="button"
      aria-pressed={guess === shows}
      disabled={fixed}
      onClick={() => breaking.setGuess(question, shows)}
    >
      {text}
    </button>
  );
  return (
    <fieldset class="ask">
      <legend>{w.ask[question]}</legend>
      {choice(true, w.yes)}
      {choice(false, w.no)}
    </fieldset>
  );
}

function Guess() {
  const { curve, check } = breaking.guess.value;
  const ready = curve !== undefined && check !== undefined;
  return (
    <>
      <h3>{w.guessFirst}</h3>
      <Ask question="curve" />
      <Ask question="check" />
      {!breaking.answered.value && (
        <p class="row">
          <button type="button" class="primary" disabled={!ready} onClick={breaking.show}>
            ▶ {w.show}
          </button>
          {!ready && <span class="soft">{w.first}</span>}
        </p>
      )}
    </>
  );
}

function Answers({ card }: Props) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.scrollIntoView({ block: 'start' }), []);
  return (
    <div class="answers" ref={box}>
      <Outcome card={card} />
      <Runs card={card} />
      <CheckTable />
      <DoctorSays card={card} />
      <NamedBy />
    </div>
  );
}

export function Card({ card }: Props) {
  const head = useRef<HTMLHeadingElement>(null);
  useEffect(() => head.current?.focus({ preventScroll: true }), []);
  return (
    <>
      <Turn card={card} />
      <h2 ref={head} tabIndex={-1}>
        {card.name}
      </h2>
      <p>{card.text}.</p>
      {card.edits.map((edit) => (
        <Diff key={edit.function + edit.was} edit={edit} />
      ))}
      {card.seen && <Seen seen={card.seen} />}
      <Rules card={card} />
      <Notes card={card} />
      <Guess />
      {breaking.answered.value && <Answers card={card} />}
    </>
  );
}
