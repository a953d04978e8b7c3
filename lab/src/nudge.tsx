// One nudge in numbers and pictures: both losses, the quotient beside backprop's gradient, kinks,
// the loss along the weight and the error against h.

import { shellWord, theAbout } from './about';
import { AlongPlot, ErrorPlot } from './check_plots';
import * as checking from './checking';
import type { Slope } from './checks';
import { digits3, stepText } from './numbers';
import * as state from './state';
import { Heads } from './table';
import { words } from './words';

const w = words.check;
const LOSS_DIGITS = 16;
const SLOPE_DIGITS = 13;

function common(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return at;
}

// A number of two, with what both have in common marked.
function Pair({ text, same }: { text: string; same: number }) {
  return (
    <td>
      <span class="common">{text.slice(0, same)}</span>
      {text.slice(same)}
    </td>
  );
}

function Pairs({ names, values, digits }: { names: string[]; values: number[]; digits: number }) {
  const texts = values.map((v) => v.toPrecision(digits));
  const same = common(texts[0], texts[1]);
  return (
    <>
      {texts.map((text, i) => (
        <tr key={names[i]}>
          <th scope="row">{names[i]}</th>
          <Pair text={text} same={same} />
        </tr>
      ))}
    </>
  );
}

// The number of a layer's input whose kink lies between the two ends.
function kinkPlace(s: Slope): state.Place | null {
  const layers = state.layers();
  const before = layers[layers.findIndex((l) => l.name === s.kinkLayer) - 1];
  return before ? { tensor: before.name, index: s.kinkIndex } : null;
}

function kinkSentence(s: Slope): string {
  const kind = state.layers().find((l) => l.name === s.kinkLayer)?.kind ?? '';
  const key = kind === 'leakyrelu' ? 'relu' : kind;
  return (w.kinkOf[key] ?? w.kinkOf.other)(s.kinkLayer);
}

function Kink({ s }: { s: Slope }) {
  const at = s.kinks > 0 ? kinkPlace(s) : null;
  if (!at) return null;
  return (
    <p class="kink">
      {w.kinks(s.kinks)} {kinkSentence(s)}{' '}
      <button type="button" onClick={() => state.keep(at)}>
        {state.whereOf(at)}
      </button>
      . {w.kinkSo}
    </p>
  );
}

function agreement(s: Slope, gradient: number): string {
  if (gradient === 0 && s.quotient === 0) return w.independent;
  return s.error === 0 ? w.allDigits : w.digits(s.digits);
}

function Meter({ digits }: { digits: number }) {
  return (
    <span class="meter" aria-hidden="true">
      {Array.from({ length: 16 }, (_, i) => (
        <i key={`digit ${i}`} class={i < digits ? 'full' : ''} />
      ))}
    </span>
  );
}

export function Nudge() {
  const all = checking.slopes.value;
  const s = checking.slope.value;
  if (!all || !s) return <p class="status">{checking.problem.value ? '' : w.wait}</p>;
  if (s.h === 0) return <p>{w.unmoved}</p>;
  const said = agreement(s, all.gradient);
  return (
    <div class={checking.stale.value ? 'stale' : ''} aria-busy={checking.stale.value}>
      <table class="nudge">
        <tbody>
          <Pairs names={[w.high, w.low]} values={[s.high, s.low]} digits={LOSS_DIGITS} />
        </tbody>
        <tbody>
          <Pairs
            names={[w.quotient, w.gradient]}
            values={[s.quotient, all.gradient]}
            digits={SLOPE_DIGITS}
          />
        </tbody>
      </table>
      <p class="soft">{w.common}</p>
      <p class="row said">
        <b>{said}</b> {said !== w.independent && <Meter digits={s.digits} />}
      </p>
      <Kink s={s} />
    </div>
  );
}

// The two ways to err; the one that h is on is marked.
function Regions() {
  const side = checking.decade.value - checking.bestDecade.value;
  return (
    <>
      <p class={`soft ${side > 0 ? 'here' : ''}`}>{w.small}</p>
      <p class={`soft ${side < 0 ? 'here' : ''}`}>{w.large}</p>
    </>
  );
}

function Key({ marks, texts }: { marks: string[]; texts: string[] }) {
  return (
    <p class="key soft">
      {texts.map((text, i) => (
        <span key={text}>
          <i class={marks[i]} /> {text}
        </span>
      ))}
    </p>
  );
}

export function Pictures() {
  const all = checking.slopes.value;
  const s = checking.slope.value;
  if (!all || !s || s.h === 0) return null;
  const best = all.rows[all.best];
  return (
    <>
      <h3>{w.along}</h3>
      <AlongPlot label={w.alongLabel(stepText(s.h), agreement(s, all.gradient))} />
      <Key marks={['line', 'line backprop', 'dot']} texts={w.alongKey} />
      <h3>
        {w.curve} <span>{w.error(digits3(s.error))}</span>
      </h3>
      <ErrorPlot label={w.curveLabel(stepText(best.h), digits3(best.error))} />
      <Key marks={['dot', 'ring']} texts={w.curveKey} />
      <Regions />
    </>
  );
}

export function AllSteps() {
  const all = checking.slopes.value;
  if (!all) return null;
  const rows = all.rows.filter((r, i) => i % all.perDecade === 0 && r.h > 0);
  return (
    <details>
      <summary>{w.all}</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keys */}
      <div class="scroll" tabIndex={0}>
        <table class="all steps">
          <thead>
            <Heads texts={w.allHead} />
          </thead>
          <tbody>
            {rows.map((r) => (
              <tr key={r.h}>
                <th scope="row">{stepText(r.h)}</th>
                <td>{r.high.toPrecision(LOSS_DIGITS)}</td>
                <td>{r.low.toPrecision(LOSS_DIGITS)}</td>
                <td>{r.quotient.toPrecision(SLOPE_DIGITS)}</td>
                <td>{r.error.toExponential(1)}</td>
                <td>{r.kinks}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

// What prints the same numbers, for weights and an image that the command has too.
export function Command() {
  const at = checking.place.value;
  const image = state.image.value;
  const alone = state.together.value === 1;
  const known = alone && image >= 0 && state.label.value === state.heldOut().labels[image];
  if (!at || !known || state.origin.value.kind !== 'own') return null;
  const { program, model, data } = theAbout();
  const what = `${shellWord(program)} gradcheck ${shellWord(model)}`;
  return (
    <>
      <p class="soft">{w.command}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keys */}
      <pre tabIndex={0} class="command">
        {`${what} --at '${state.whereOf(at)}' --image ${shellWord(data)} --index ${image}`}
      </pre>
    </>
  );
}
