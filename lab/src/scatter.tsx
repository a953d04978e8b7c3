// A convolution's input gradient from both ends: gathered with the kernel turned by 180 degrees, or
// as stamps that each gradient of an output leaves.
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Stamp, Sum } from './engine';
import { Factor, Grid, scaleOf } from './factor';
import { digits3, exact, timesTenTo } from './numbers';
import { Patches } from './patches';
import * as state from './state';
import { Explained } from './terms';
import { words } from './words';

const w = words.scatter;
type View = 'gather' | 'scatter';
const view = signal<View>('gather');
const from = signal(-1); // the output whose stamp is shown

export function isInputGradient(s: Sum): boolean {
  const isKernel = s.b.endsWith('.weight') && state.tensor(s.b)?.shape.length === 4;
  return s.kind === 'products' && isKernel && s.a.endsWith('.grad');
}

function Switch() {
  return (
    <fieldset class="speeds">
      <legend class="hidden">{w.label}</legend>
      {(['gather', 'scatter'] as View[]).map((v) => (
        <button
          key={v}
          type="button"
          aria-pressed={view.value === v}
          title={w.sentences[v]}
          onClick={() => {
            view.value = v;
          }}
        >
          {w[v]}
        </button>
      ))}
    </fieldset>
  );
}

// The output whose gradient adds most here, unless another of them was chosen.
function stampOf(s: Sum): number {
  if (s.terms.some((t) => t.a === from.value)) return from.value;
  const placed = s.terms.filter((t) => t.a >= 0);
  return placed.reduce((m, t) => (Math.abs(t.share) > Math.abs(m.share) ? t : m), placed[0]).a;
}

// While a stamp is shown its places are framed, in place of the sum's factors.
function useFrames(places: state.Place[]): void {
  const key = JSON.stringify(places);
  useEffect(() => {
    state.stamped.value = JSON.parse(key);
    return () => {
      state.stamped.value = null;
    };
  }, [key]);
}

function Cells({ stamps, tensor, here }: { stamps: Stamp[]; tensor: string; here: number }) {
  const layout = state.layout(tensor)!;
  const width = new Set(stamps.map((p) => layout.find(p.place).x)).size;
  const scale = scaleOf(
    tensor,
    stamps.map((p) => p.share),
  );
  return (
    <div class="row">
      <Grid width={width}>
        {stamps.map((p) => (
          <Factor
            key={p.place}
            scale={scale}
            index={p.place}
            value={p.share}
            mark={p.place === here}
          />
        ))}
      </Grid>
      <span>{timesTenTo(scale.exponent)}</span>
    </div>
  );
}

// The terms of this number that come from other outputs of the same stamp's channel and the rest:
// each can be the stamp that is shown.
function Outputs({ s, chosen }: { s: Sum; chosen: number }) {
  const placed = s.terms.filter((t) => t.a >= 0 && t.share !== 0);
  const most = placed.sort((p, q) => Math.abs(q.share) - Math.abs(p.share)).slice(0, 6);
  return (
    <ul class="outputs">
      {most.map((t) => (
        <li key={t.a}>
          <button
            type="button"
            aria-pressed={t.a === chosen}
            onClick={() => {
              from.value = t.a;
            }}
          >
            {state.placeName({ tensor: s.a, index: t.a })}: {digits3(t.share)}
          </button>
        </li>
      ))}
    </ul>
  );
}

function Scatter({ s }: { s: Sum }) {
  const { tensor, index } = state.shown.value;
  const chosen = stampOf(s);
  const stamps = state.theEngine().stamp(tensor, index, chosen);
  const term = s.terms.find((t) => t.a === chosen)!;
  const source = { tensor: s.a, index: chosen };
  useFrames([...stamps.map((p) => ({ tensor, index: p.place })), source]);
  return (
    <>
      <p class="soft">{w.stamp(s.a, state.placeName(source), exact(term.x), s.b)}</p>
      <Cells stamps={stamps} tensor={tensor} here={index} />
      <p class="soft">{w.here(digits3(term.share))}</p>
      <Outputs s={s} chosen={chosen} />
    </>
  );
}

export function InputGradient({ s, width }: { s: Sum; width: number }) {
  const gathers = view.value === 'gather';
  return (
    <>
      <Switch />
      <p class="soft">
        <Explained text={w.sentences[view.value]} />
      </p>
      {gathers ? <Patches s={s} width={width} turned /> : <Scatter s={s} />}
    </>
  );
}
