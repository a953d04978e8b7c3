// What a run is made with; a second run beside it, from the same seed or another.
import * as training from './training';
import { words } from './words';

const w = words.train;

interface FieldProps {
  which: training.Which;
  text: string;
  name: 'batch' | 'rate' | 'seed';
  least: number;
  most: number;
}

function Field({ which, text, name, least, most }: FieldProps) {
  const chosen = training.settings[which];
  const change = (e: Event) => {
    const value = Number((e.target as HTMLInputElement).value);
    if (value >= least && value <= most) chosen.value = { ...chosen.value, [name]: value };
  };
  return (
    <label>
      {text}{' '}
      <input
        type="number"
        min={least}
        max={most}
        step={name === 'rate' ? 'any' : 1}
        value={chosen.value[name]}
        onChange={change}
      />
    </label>
  );
}

function Fields({ which }: { which: training.Which }) {
  const chosen = training.settings[which];
  const setRule = (e: Event) => {
    chosen.value = { ...chosen.value, rule: (e.target as HTMLSelectElement).value };
  };
  return (
    <fieldset class={`row wrap settings ${which}`}>
      <legend>{training.isBeside.value ? w.runs[which] : w.settings}</legend>
      <Field which={which} text={w.batch} name="batch" least={1} most={256} />
      <Field which={which} text={w.rate} name="rate" least={0} most={10} />
      <label>
        {w.rule}{' '}
        <select value={chosen.value.rule} onChange={setRule}>
          {['adam', 'adamw', 'sgd'].map((r) => (
            <option key={r}>{r}</option>
          ))}
        </select>
      </label>
      <Field which={which} text={w.seed} name="seed" least={1} most={1000000} />
    </fieldset>
  );
}

// Whose weights the maps show.
function OnMap() {
  return (
    <fieldset class="speeds">
      <legend>{w.onMap}</legend>
      {(['mine', 'beside'] as training.Which[]).map((which) => (
        <button
          key={which}
          type="button"
          aria-pressed={training.onMap.value === which}
          onClick={() => training.showOnMap(which)}
        >
          {w.runs[which]}
        </button>
      ))}
    </fieldset>
  );
}

export function Settings() {
  const isBeside = training.isBeside.value;
  const isNew = (which: training.Which) =>
    training.settings[which].value !== training.used[which].value;
  const toggle = (e: Event) => training.setBeside((e.target as HTMLInputElement).checked);
  return (
    <>
      <Fields which="mine" />
      <label class="row">
        <input type="checkbox" checked={isBeside} onChange={toggle} /> {w.beside}
      </label>
      {isBeside && <Fields which="beside" />}
      {isBeside && <OnMap />}
      {(isNew('mine') || (isBeside && isNew('beside'))) && <p class="soft">{w.apply}</p>}
    </>
  );
}
