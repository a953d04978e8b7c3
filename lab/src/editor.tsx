// The network as text: presets, edits with the library's own errors, other random weights.
import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { download } from './files';
import { fileStem, plainText, presetText } from './presets';
import * as state from './state';
import { words } from './words';

const w = words.network;

interface Problem {
  message: string;
  line: number; // from 1; 0: the whole text
  column: number;
}

const text = signal('');
const seed = signal(1);
const problem = signal<Problem | null>(null);

// Runs what may be refused; true: it was not.
export function attempt(act: () => void): boolean {
  try {
    act();
    problem.value = null;
  } catch (error) {
    const { message, line = 0, column = 0 } = error as Error & Partial<Problem>;
    problem.value = { message, line, column };
  }
  return problem.value === null;
}

// While one types, only whether it is a network.
function edit(value: string): void {
  text.value = value;
  attempt(() => state.theEngine().network(value));
}

const apply = () => attempt(() => state.useNetwork(text.value, seed.value));

function choose(name: string): void {
  text.value = presetText(name)!;
  if (name === state.ownName()) attempt(state.useOwn);
  else apply();
}

function Presets() {
  const now = plainText(state.network.value);
  return (
    <fieldset class="speeds presets">
      <legend>{w.presets}</legend>
      {Object.keys(state.networks()).map((name) => (
        <button
          key={name}
          type="button"
          title={w.about[name]}
          aria-pressed={plainText(presetText(name)!) === now}
          onClick={() => choose(name)}
        >
          {name}
        </button>
      ))}
    </fieldset>
  );
}

// The line at fault, and below it the place.
function Fault({ at }: { at: Problem }) {
  const line = text.value.split(/\r\n|\n|\r/)[at.line - 1] ?? '';
  return (
    <>
      <p role="alert" id="network-problem">
        {at.message}
      </p>
      {at.line > 0 && (
        <pre
          aria-hidden="true"
          class="fault"
        >{`${line}\n${' '.repeat(Math.max(0, at.column - 1))}^`}</pre>
      )}
    </>
  );
}

function Acts({ goTo }: { goTo: () => void }) {
  const setSeed = (e: Event) => {
    const value = Number((e.target as HTMLInputElement).value);
    if (Number.isInteger(value) && value >= 0 && value < 2 ** 32) seed.value = value;
  };
  const submit = () => {
    if (!apply()) goTo();
  };
  return (
    <p class="row wrap">
      <button type="button" class="primary" onClick={submit}>
        {w.apply}
      </button>
      <label>
        {w.seed}{' '}
        <input type="number" min={0} max={4294967295} value={seed.value} onChange={setSeed} />
      </label>
      <button type="button" onClick={() => download(text.value, `${fileStem()}.net`)}>
        {w.saveText}
      </button>
    </p>
  );
}

export function Editor() {
  const area = useRef<HTMLTextAreaElement>(null);
  const shown = state.network.value;
  useEffect(() => {
    if (plainText(text.peek()) !== plainText(shown)) text.value = shown;
    const from = state.origin.peek();
    if (from.kind === 'seed') seed.value = from.seed;
    problem.value = null;
  }, [shown]);
  const at = problem.value;
  // The cursor goes to the fault.
  const goTo = () => {
    const lines = text.value.split('\n').slice(0, (problem.value?.line || 1) - 1);
    const start = lines.reduce((n, line) => n + line.length + 1, 0);
    const place = start + Math.max(0, (problem.value?.column ?? 0) - 1);
    area.current?.focus();
    area.current?.setSelectionRange(place, place);
  };
  return (
    <>
      <Presets />
      <textarea
        ref={area}
        class="text"
        aria-label={w.text}
        aria-invalid={at !== null}
        aria-describedby={at ? 'network-problem' : undefined}
        spellcheck={false}
        rows={Math.min(16, text.value.split('\n').length + 1)}
        value={text.value}
        onInput={(e) => edit((e.target as HTMLTextAreaElement).value)}
      />
      {at && <Fault at={at} />}
      <Acts goTo={goTo} />
    </>
  );
}
