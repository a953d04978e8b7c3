// The sum that made the shown number: its terms as numbers, each of which can be explained in turn.
import { useSignal } from '@preact/signals';
import { Code, Command } from './code';
import { cellStyle, colorAt, rampOf } from './colors';
import type { Sum, Term } from './engine';
import { digits3, exact, exponentOf, short, timesTenTo } from './numbers';
import * as state from './state';
import { words } from './words';

const w = words.sum;
const CHANNELS_SHOWN = 5;
const TERMS_SHOWN = 10;

interface Scale {
  tensor: string;
  exponent: number;
  largest: number;
}

function scaleOf(tensor: string, values: number[]): Scale {
  const largest = values.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
  return { tensor, exponent: exponentOf(values), largest };
}

interface FactorProps {
  scale: Scale;
  index: number;
  value: number;
  mark?: boolean;
}

// A factor: it becomes what is explained.
function Factor({ scale, index, value, mark }: FactorProps) {
  const color = colorAt(rampOf(scale.tensor, state.dark.value), value, scale.largest);
  if (index < 0)
    return (
      <span class="cell none" title="">
        ·
      </span>
    );
  const place = { tensor: scale.tensor, index };
  return (
    <button
      type="button"
      class={`cell factor ${mark ? 'mark' : ''}`}
      style={cellStyle(color)}
      title={`${exact(value)}: ${scale.tensor}, ${state.placeName(place)}`}
      data-tensor={scale.tensor}
      data-index={index}
      onClick={() => state.follow(place)}
    >
      {short(value, scale.exponent)}
    </button>
  );
}

const scales = (s: Sum, terms: Term[]): [Scale, Scale] => [
  scaleOf(
    s.a,
    terms.map((t) => t.x),
  ),
  scaleOf(
    s.b,
    terms.map((t) => t.y),
  ),
];

// Is it a window of maps under a kernel, the channel fastest?
function patchWidth(s: Sum): number {
  const shape = state.tensor(s.b)?.shape ?? [];
  if (s.kind !== 'products' || !s.b.endsWith('.weight') || shape.length !== 4) return 0;
  return shape[0] * shape[1] * s.channels.length === s.terms.length ? shape[1] : 0;
}

function Grid({ width, children }: { width: number; children: preact.ComponentChildren }) {
  return (
    <span class="grid" style={{ gridTemplateColumns: `repeat(${width}, auto)` }}>
      {children}
    </span>
  );
}

// For each input channel its window and its piece of the kernel.
function Patches({ s, width }: { s: Sum; width: number }) {
  const [x, y] = scales(s, s.terms);
  const count = s.channels.length;
  const order = s.channels
    .map((share, channel) => ({ share, channel }))
    .sort((p, q) => Math.abs(q.share) - Math.abs(p.share))
    .slice(0, CHANNELS_SHOWN);
  return (
    <>
      <p class="soft">
        {w.patch(s.a, s.b)}. {w.channels(order.length, count)}
      </p>
      {order.map(({ share, channel }) => {
        const terms = s.terms.filter((_, i) => i % count === channel);
        return (
          <div class="row" key={channel}>
            {count > 1 && <span class="soft">{w.channel(channel)}</span>}
            <Grid width={width}>
              {terms.map((t) => (
                <Factor key={t.b} scale={x} index={t.a} value={t.x} />
              ))}
            </Grid>
            {x.exponent !== 0 && <span>{timesTenTo(x.exponent)}</span>}
            <span>×</span>
            <Grid width={width}>
              {terms.map((t) => (
                <Factor key={t.b} scale={y} index={t.b} value={t.y} />
              ))}
            </Grid>
            {y.exponent !== 0 && <span>{timesTenTo(y.exponent)}</span>}
            <span class="share">= {digits3(share)}</span>
          </div>
        );
      })}
    </>
  );
}

const noteOf = (s: Sum, t: Term): string =>
  s.kind === 'gate'
    ? t.note === 'closed'
      ? w.closed
      : w.open
    : t.note === 'chosen' && s.kind === 'maximum'
      ? w.wins
      : t.note === 'zero'
        ? ''
        : t.note;

function Row({ s, t, x, y }: { s: Sum; t: Term; x: Scale; y: Scale }) {
  const isProduct = s.kind === 'products';
  const hasY = s.b !== '';
  const isExp = s.kind === 'probability' || s.kind === 'loss';
  const name = t.a >= 0 ? `${s.a} ${state.placeName({ tensor: s.a, index: t.a })}` : t.note;
  return (
    <tr class={t.note === 'chosen' ? 'chosen' : ''}>
      <th scope="row">{name}</th>
      <td>
        <Factor scale={x} index={t.a} value={t.x} mark={t.note === 'chosen'} />
      </td>
      <td>{isExp ? digits3(t.y) : hasY ? <Factor scale={y} index={t.b} value={t.y} /> : null}</td>
      <td class="num">{isProduct ? digits3(t.share) : noteOf(s, t)}</td>
    </tr>
  );
}

function Rows({ s }: { s: Sum }) {
  const adds = ['products', 'added', 'mean', 'shares'].includes(s.kind);
  const order = adds
    ? [...s.terms].sort((p, q) => Math.abs(q.share) - Math.abs(p.share)).slice(0, TERMS_SHOWN)
    : s.terms.slice(0, 40);
  const [x, y] = scales(s, order);
  const heads = w.columns[s.kind] ?? ['x', s.b ? 'y' : '', ''];
  return (
    <>
      <p class="soft">{adds && w.largest(order.length, s.terms.length)}</p>
      <table class="terms">
        <thead>
          <tr>
            <td />
            {heads.map((h, i) => (
              <td key={`${i} ${h}`}>
                {h}{' '}
                {i === 0 ? timesTenTo(x.exponent) : i === 1 && s.b ? timesTenTo(y.exponent) : ''}
              </td>
            ))}
          </tr>
        </thead>
        <tbody>
          {order.map((t) => (
            <Row key={`${t.a} ${t.b}`} s={s} t={t} x={x} y={y} />
          ))}
        </tbody>
      </table>
    </>
  );
}

// Every term in the order of the C code, with the running total.
function AllTerms({ s }: { s: Sum }) {
  const open = useSignal(false);
  return (
    <details
      class="every"
      onToggle={(e) => {
        open.value = (e.target as HTMLDetailsElement).open;
      }}
    >
      <summary>{w.all(s.terms.length)}</summary>
      {open.value && (
        <table class="all">
          <thead>
            <tr>
              {w.allHead.map((h) => (
                <th key={h} scope="col">
                  {h}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {s.start && (
              <tr>
                <td>{s.start}</td>
                <td colSpan={3}>{exact(s.startValue)}</td>
                <td>{exact(s.startValue)}</td>
              </tr>
            )}
            {s.terms.map((t, i) => (
              <tr key={`${i} ${t.a}`}>
                <td>{t.note || `${i + 1}`}</td>
                <td>{exact(t.x)}</td>
                <td>{s.b ? exact(t.y) : ''}</td>
                <td>{digits3(t.share)}</td>
                <td>{exact(t.sum)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </details>
  );
}

function Start({ s }: { s: Sum }) {
  if (!s.start) return null;
  const scale = scaleOf(s.start, [s.startValue]);
  return (
    <p class="row">
      {w.starts} {s.start}{' '}
      <Factor scale={{ ...scale, exponent: 0 }} index={s.startIndex} value={s.startValue} />
    </p>
  );
}

function Body({ s }: { s: Sum }) {
  const width = patchWidth(s);
  return (
    <>
      <p>{w.kinds[s.kind]}</p>
      {s.terms.length > 0 && (
        <p class="soft">
          {w.count(s.terms.length, s.zeros, s.leftOut)}
          {s.divisor !== 1 && `, ${w.divided(exact(s.divisor))}`}
        </p>
      )}
      <Start s={s} />
      {width > 0 ? <Patches s={s} width={width} /> : s.terms.length > 0 && <Rows s={s} />}
      {(s.kind === 'probability' || s.kind === 'loss') && (
        <p class="soft">{w.softmax(digits3(s.max), digits3(s.total))}</p>
      )}
      {s.terms.length > 0 && (
        <>
          <p class="row total">= {exact(s.value)}</p>
          <AllTerms key={`${state.shown.value.tensor}`} s={s} />
        </>
      )}
      <Code s={s} />
      <Command />
    </>
  );
}

export function SumPanel() {
  const s = state.sum.value;
  const place = state.shown.value;
  const value = typeof s === 'string' ? null : s.stored;
  return (
    <section class="sum" aria-label={w.title}>
      <h2>{w.title}</h2>
      <p class="row">
        <button
          type="button"
          aria-label={w.backLabel}
          disabled={state.past.value.length === 0}
          onClick={state.back}
        >
          ← {w.back}
        </button>
        <button type="button" aria-label={w.followLabel} onClick={state.followLargest}>
          {w.follow} →
        </button>
      </p>
      <p class="soft crumb">
        <b>{place.tensor}</b> · {state.placeName(place)}
      </p>
      {value === null ? <p>{String(s)}</p> : <p class="big">{exact(value)}</p>}
      {typeof s !== 'string' && s.formula && <p class="formula">{s.formula}</p>}
      {typeof s !== 'string' && <Body s={s} />}
    </section>
  );
}

// For screen readers: what is shown, once it stays.
export function Announcer() {
  const s = state.sum.value;
  const place = state.shown.value;
  const value = typeof s === 'string' ? s : exact(s.stored);
  return (
    <p class="hidden" aria-live="polite">
      {words.map.tensor(place.tensor, state.placeName(place), value)}
    </p>
  );
}
