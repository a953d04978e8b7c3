// Training while one watches: speed, curves, settings, how it reads, and the model as a file.
import { useEffect } from 'preact/hooks';
import { theAbout } from './about';
import { Curve, type Kind, type Line } from './curve';
import type { Speed } from './messages';
import { digits3, percent } from './numbers';
import { ReadingPanel } from './reading';
import type { Curves } from './run';
import * as state from './state';
import { Explained } from './terms';
import { Settings } from './train_settings';
import * as training from './training';
import { words } from './words';

const w = words.train;

function Speeds() {
  return (
    <fieldset class="speeds">
      <legend>{w.speed}</legend>
      {(Object.keys(w.speeds) as Speed[]).map((s) => (
        <button
          key={s}
          type="button"
          aria-pressed={training.speed.value === s}
          onClick={() => training.setSpeed(s)}
        >
          {w.speeds[s]}
        </button>
      ))}
    </fieldset>
  );
}

function Acts() {
  const button = (text: string, act: () => void, kind = '') => (
    <button type="button" class={kind} disabled={!training.isReady()} onClick={act}>
      {text}
    </button>
  );
  const isOn = training.run.running.value;
  return (
    <p class="row wrap">
      {button(isOn ? `❚❚ ${w.pause}` : `▶ ${w.run}`, training.toggle, 'primary')}
      {button(w.step, training.oneStep)}
      {button(w.epoch, training.oneEpoch)}
      {button(w.fresh, training.fresh)}
    </p>
  );
}

function shownRuns(): [Kind, Curves][] {
  const { mine, beside } = training.runs;
  const pale = training.before.value.map((c): [Kind, Curves] => ['pale', c]);
  const second: [Kind, Curves][] = training.isBeside.value ? [['beside', beside.curves.value]] : [];
  return [...pale, ...second, ['mine', mine.curves.value]];
}

const lossLine = ([kind, { losses }]: [Kind, Curves]): Line => ({
  kind,
  x: losses.map((_, i) => i + 1),
  y: losses,
});
const scoreLine = ([kind, { scores }]: [Kind, Curves]): Line => ({
  kind,
  x: scores.map((s) => s.step),
  y: scores.map((s) => 100 * s.accuracy),
});

// The newest number of each run that is on.
function Newest({ of }: { of: (c: Curves) => string }) {
  const runs = shownRuns().filter(([kind]) => kind !== 'pale');
  return (
    <>
      {runs.reverse().map(([kind, curves]) => (
        <span key={kind} class={kind}>
          {of(curves)}{' '}
        </span>
      ))}
    </>
  );
}

function Charts() {
  const runs = shownRuns();
  const last = <T,>(list: T[], text: (t: T) => string) => (list.length ? text(list.at(-1)!) : '');
  return (
    <>
      <h3>
        {w.loss} <Newest of={(c) => last(c.losses, digits3)} />
      </h3>
      <Curve label={w.loss} lines={runs.map(lossLine)} log={true} />
      <h3>
        {w.right} <Newest of={(c) => last(c.scores, (s) => percent(s.accuracy))} />
      </h3>
      <Curve label={w.right} lines={runs.map(scoreLine)} log={false} />
      {training.isBeside.value && <p class="soft">{w.dashed}</p>}
      {training.before.value.length > 0 && <p class="soft">{w.pale}</p>}
    </>
  );
}

function Save() {
  return (
    <>
      <p class="row">
        <button type="button" disabled={!training.run.ready.value} onClick={training.save}>
          {w.save}
        </button>
      </p>
      {training.wholeEpochs() > 0 ? (
        <>
          <p class="soft">{w.command}</p>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keys */}
          <pre tabIndex={0} class="command">
            {training.command()}
          </pre>
        </>
      ) : (
        <p class="soft">{w.partial}</p>
      )}
    </>
  );
}

function Status() {
  const { step, epochs, perSecond, ready, over } = training.run;
  return (
    <p class="status num">
      {ready.value ? w.state(step.value, epochs.value) : w.starting}
      {perSecond.value > 0 && ` · ${w.perSecond(perSecond.value)}`}
      {over.value && ` · ${w.over}`}
    </p>
  );
}

function Problems() {
  const { mine, beside } = training.runs;
  const texts = [mine.problem.value, training.isBeside.value ? beside.problem.value : ''];
  return (
    <>
      {texts.filter(Boolean).map((text) => (
        <p key={text} role="alert">
          {text}
        </p>
      ))}
    </>
  );
}

export function TrainPanel() {
  useEffect(training.start, [state.network.value]);
  useEffect(() => {
    // In one column the panel is far below.
    if (matchMedia('(max-width: 900px)').matches)
      document.querySelector('.train')?.scrollIntoView();
  }, []);
  return (
    <section class="train" aria-label={w.title}>
      <h2>{w.title}</h2>
      <p class="soft">
        <Explained text={w.hint(theAbout().train.toLocaleString('en'))} />
      </p>
      <Speeds />
      <Acts />
      <Status />
      <Problems />
      <Charts />
      <Settings />
      <ReadingPanel />
      <Save />
    </section>
  );
}
