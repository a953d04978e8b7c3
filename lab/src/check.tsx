// A weight is nudged, and the slope that is measured is set beside backprop's gradient.
import { useSignalEffect } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import * as checking from './checking';
import { GradientTable } from './gradients';
import { AllSteps, Command, Nudge, Pictures } from './nudge';
import { digits3, exact, stepText } from './numbers';
import * as state from './state';
import { words } from './words';

const w = words.check;

const nameOf = (place: state.Place) => `${place.tensor} · ${state.placeName(place)}`;

// What can be moved in place of a number that is computed.
function Offer() {
  const selected = state.selected.value;
  state.revision.value;
  if (checking.movable(selected)) return null;
  const weight = checking.weightOfSum();
  const at = checking.place.value;
  const isMoved = weight?.tensor === at?.tensor && weight?.index === at?.index;
  return (
    <p class="soft">
      {w.computed(nameOf(selected))} {isMoved && w.offered}
      {weight && !isMoved && (
        <button type="button" class="offer" onClick={() => state.keep(weight)}>
          {w.offer(state.whereOf(weight))}
        </button>
      )}
    </p>
  );
}

function Choose() {
  state.revision.value;
  const at = checking.place.value;
  const choose = (e: Event) => state.keep(checking.mostOf((e.target as HTMLSelectElement).value));
  return (
    <p class="row wrap">
      <label title={w.chooseHint}>
        {w.choose}{' '}
        <select value={at?.tensor} onChange={choose}>
          {checking.movables().map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      <button type="button" title={w.anyLabel} onClick={checking.anyWeight}>
        {w.any}
      </button>
    </p>
  );
}

function Weight() {
  const at = checking.place.value;
  const measured = checking.slopes.value;
  return (
    <>
      <h3>{w.weight}</h3>
      {at && (
        <p class="weight num">
          <b>{at.tensor}</b> · {state.placeName(at)}{' '}
          {measured && !checking.stale.value && w.value(exact(measured.value))}
        </p>
      )}
      <Offer />
      <Choose />
    </>
  );
}

function Step() {
  const all = checking.slopes.value;
  const s = checking.slope.value;
  if (!all || !s) return null;
  const last = (all.rows.length - 1) / all.perDecade;
  const decade = checking.decade.value;
  const button = (text: string, label: string, to: number) => (
    <button
      type="button"
      aria-label={label}
      title={label}
      disabled={to < 0 || to > last}
      onClick={() => checking.setDecade(to)}
    >
      {text}
    </button>
  );
  return (
    <p class="row step">
      {button('−', w.smaller, decade + 1)}
      <input
        type="range"
        aria-label={w.stepLabel}
        aria-valuetext={w.stepText(stepText(s.h))}
        min={0}
        max={last}
        value={last - decade}
        onInput={(e) => checking.setDecade(last - Number((e.target as HTMLInputElement).value))}
      />
      {button('+', w.larger, decade - 1)}
      <b class="num">{w.stepText(stepText(s.h))}</b>
      <button
        type="button"
        class="best"
        onClick={() => checking.setDecade(checking.bestDecade.value)}
      >
        {w.best(stepText(all.rows[all.best].h))}
      </button>
    </p>
  );
}

// How many of the weights agree in how many digits.
function Tally() {
  const m = checking.many.value;
  if (!m) return null;
  const most = Math.max(1, ...m.tally);
  return (
    <div class="many">
      <p>
        <b>{w.manySaid(m.weights, m.median)}</b> {w.manyKinked(m.kinked)} {w.manyIdle(m.idle)}
      </p>
      <ol class="tally" aria-label={w.manyDigits}>
        {m.tally.map((n, digits) => (
          <li key={`digits ${digits}`}>
            <span class="hidden">{w.manyBar(digits, n)}</span>
            <i aria-hidden="true" style={{ height: `${(40 * n) / most}px` }} />
            <span aria-hidden="true">{digits}</span>
          </li>
        ))}
      </ol>
      <p class="soft">{w.manyDigits}</p>
    </div>
  );
}

function Many() {
  const s = checking.slope.value;
  if (!s || s.h === 0) return null;
  return (
    <>
      <p class="row">
        <button type="button" onClick={checking.moveMany}>
          {w.many(stepText(s.h))}
        </button>
      </p>
      <Tally />
    </>
  );
}

function Gradients() {
  const all = checking.gradients.value;
  const flags = !all || all.seed === 1 ? '' : ` --seed ${all.seed}`;
  return (
    <>
      <h3>{w.gradients}</h3>
      <p class="soft">{w.gradientsHint}</p>
      {all ? <GradientTable all={all} /> : <p class="status">{w.wait}</p>}
      <p class="row wrap">
        <button type="button" onClick={checking.checkAgain}>
          {w.again}
        </button>
        {all && (
          <span class="soft num">
            {w.seed(all.seed)} · {w.seconds(digits3(all.seconds))}
          </span>
        )}
      </p>
      <p class="soft">{state.isLab() ? w.gradientsCommand : w.networkFile}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keys */}
      <pre tabIndex={0} class="command">
        {`build/cnn gradcheck ${state.isLab() ? 'networks/lab.net' : 'network.net'}${flags}`}
      </pre>
    </>
  );
}

// What is asked again when what it depends on has changed.
function useAnswers(): void {
  useSignalEffect(() => {
    state.selected.value;
    state.revision.value;
    checking.follow();
  });
  useSignalEffect(() => {
    checking.place.value;
    state.revision.value;
    checking.measure();
  });
  useSignalEffect(() => {
    checking.decade.value;
    if (checking.slopes.value) checking.lookAlong();
  });
  useSignalEffect(() => {
    state.network.value;
    checking.checkNetwork();
  });
}

export function CheckPanel() {
  useAnswers();
  useEffect(() => {
    // In one column the panel is far below.
    if (matchMedia('(max-width: 900px)').matches)
      document.querySelector('.check')?.scrollIntoView();
  }, []);
  return (
    <section class="check" aria-label={w.title}>
      <h2>{w.title}</h2>
      <p class="soft">{w.hint}</p>
      {checking.problem.value && <p role="alert">{checking.problem.value}</p>}
      <Weight />
      <Step />
      <Nudge />
      <Pictures />
      <AllSteps />
      <Command />
      <Many />
      <Gradients />
    </section>
  );
}
