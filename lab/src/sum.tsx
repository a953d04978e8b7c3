// The sum that made the shown number: its terms as numbers, each of which can be explained in turn.
import { useSignal } from '@preact/signals';
import { Code, Command } from './code';
import type { Sum, Term } from './engine';
import { Factor, type Scale, scaleOf } from './factor';
import { digits3, exact, timesTenTo } from './numbers';
import { Patches, patchWidth, scales } from './patches';
import { InputGradient, isInputGradient } from './scatter';
import * as state from './state';
import { Explained } from './terms';
import { LossChange, Updated } from './update';
import { words } from './words';

const w = words.sum;
const TERMS_SHOWN = 10;

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

// In a batch: which of its images the term is of.
const imageOf = (s: Sum, t: Term) =>
  t.a >= 0
    ? state.imageOf({ tensor: s.a, index: t.a })
    : t.b >= 0
      ? state.imageOf({ tensor: s.b, index: t.b })
      : '';
const allHead = (several: boolean) => [
  ...w.allHead.slice(0, 1),
  ...(several ? [w.image] : []),
  ...w.allHead.slice(1),
];

// Every term in the order of the C code, with the running total.
function AllTerms({ s }: { s: Sum }) {
  const open = useSignal(false);
  const several = state.pictures.value.length > 1;
  return (
    <details
      class="every"
      onToggle={(e) => {
        open.value = (e.target as HTMLDetailsElement).open;
      }}
    >
      <summary title={w.allWhy}>{w.all(s.terms.length)}</summary>
      {open.value && (
        <table class="all">
          <thead>
            <tr>
              {allHead(several).map((h) => (
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
                <td colSpan={several ? 4 : 3}>{exact(s.startValue)}</td>
                <td>{exact(s.startValue)}</td>
              </tr>
            )}
            {s.terms.map((t, i) => (
              <tr key={`${i} ${t.a}`}>
                <td>{t.note || `${i + 1}`}</td>
                {several && <td>{imageOf(s, t)}</td>}
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

function Terms({ s, width }: { s: Sum; width: number }) {
  if (isInputGradient(s)) return <InputGradient s={s} width={width} />;
  if (width > 0) return <Patches s={s} width={width} />;
  return s.terms.length > 0 ? <Rows s={s} /> : null;
}

function Body({ s }: { s: Sum }) {
  if (s.update) return <Updated s={s} update={s.update} />;
  const width = patchWidth(s);
  return (
    <>
      <LossChange />
      <p>
        <Explained text={w.kinds[s.kind]} />
      </p>
      {s.terms.length > 0 && (
        <p class="soft">
          {w.count(s.terms.length, s.zeros, s.leftOut)}
          {s.divisor !== 1 && `, ${w.divided(exact(s.divisor))}`}
        </p>
      )}
      <Start s={s} />
      <Terms s={s} width={width} />
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
      <p class="soft crumb" data-tensor={place.tensor} data-index={place.index}>
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
