// Training while one watches: speed, curves, settings, and the model as a file.
import { useEffect } from 'preact/hooks';
import { Curve } from './curve';
import type { Speed } from './messages';
import { digits3, percent } from './numbers';
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
    <button type="button" class={kind} disabled={!training.run.ready.value} onClick={act}>
      {text}
    </button>
  );
  return (
    <p class="row wrap">
      {button(
        training.run.running.value ? `❚❚ ${w.pause}` : `▶ ${w.run}`,
        training.run.toggle,
        'primary',
      )}
      {button(w.step, () => training.run.run(1))}
      {button(w.epoch, training.run.oneEpoch)}
      {button(w.fresh, training.fresh)}
    </p>
  );
}

function Field(props: {
  text: string;
  name: 'batch' | 'rate' | 'seed';
  least: number;
  most: number;
}) {
  const { name, least, most } = props;
  const change = (e: Event) => {
    const value = Number((e.target as HTMLInputElement).value);
    if (value >= least && value <= most)
      training.settings.value = { ...training.settings.value, [name]: value };
  };
  return (
    <label>
      {props.text}{' '}
      <input
        type="number"
        min={least}
        max={most}
        step={name === 'rate' ? 'any' : 1}
        value={training.settings.value[name]}
        onChange={change}
      />
    </label>
  );
}

function Settings() {
  const changed = training.settings.value !== training.used.value;
  const setRule = (e: Event) => {
    const rule = (e.target as HTMLSelectElement).value;
    training.settings.value = { ...training.settings.value, rule };
  };
  return (
    <div class="row wrap settings">
      <Field text={w.batch} name="batch" least={1} most={256} />
      <Field text={w.rate} name="rate" least={0} most={10} />
      <label>
        {w.rule}{' '}
        <select value={training.settings.value.rule} onChange={setRule}>
          {['adam', 'adamw', 'sgd'].map((r) => (
            <option key={r}>{r}</option>
          ))}
        </select>
      </label>
      <Field text={w.seed} name="seed" least={1} most={1000000} />
      {changed && <span class="soft">{w.apply}</span>}
    </div>
  );
}

function Curves() {
  const mine = training.run.curves.value;
  const runs = [...training.before.value, mine];
  const loss = mine.losses.at(-1);
  const right = mine.scores.at(-1)?.accuracy;
  return (
    <>
      <h3>
        {w.loss} <span>{loss !== undefined && digits3(loss)}</span>
      </h3>
      <Curve
        label={w.loss}
        runs={runs.map((r) => [r.losses.map((_, i) => i + 1), r.losses])}
        log={true}
      />
      <h3>
        {w.right} <span>{right !== undefined && percent(right)}</span>
      </h3>
      <Curve
        label={w.right}
        runs={runs.map((r) => [r.scores.map((s) => s.step), r.scores.map((s) => 100 * s.accuracy)])}
        log={false}
      />
      {runs.length > 1 && <p class="soft">{w.pale}</p>}
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

export function TrainPanel() {
  useEffect(() => {
    training.start();
    // In one column the panel is far below.
    if (matchMedia('(max-width: 900px)').matches)
      document.querySelector('.train')?.scrollIntoView();
  }, []);
  const { step, epochs, perSecond, problem, ready, over } = training.run;
  return (
    <section class="train" aria-label={w.title}>
      <h2>{w.title}</h2>
      <p class="soft">{w.hint}</p>
      <Speeds />
      <Acts />
      <p class="status num">
        {ready.value ? w.state(step.value, epochs.value) : w.starting}
        {perSecond.value > 0 && ` · ${w.perSecond(perSecond.value)}`}
        {over.value && ` · ${w.over}`}
      </p>
      {problem.value && <p role="alert">{problem.value}</p>}
      <Curves />
      <Settings />
      <Save />
    </section>
  );
}
