// A window of maps beside the kernel over it.
import type { Sum, Term } from './engine';
import { Factor, Grid, type Scale, scaleOf } from './factor';
import { digits3, timesTenTo } from './numbers';
import * as state from './state';
import { words } from './words';

const w = words.sum;
const CHANNELS_SHOWN = 5;

export const scales = (s: Sum, terms: Term[]): [Scale, Scale] => [
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
export function patchWidth(s: Sum): number {
  const shape = state.tensor(s.b)?.shape ?? [];
  if (s.kind !== 'products' || !s.b.endsWith('.weight') || shape.length !== 4) return 0;
  return shape[0] * shape[1] * s.channels.length === s.terms.length ? shape[1] : 0;
}

// For each channel its window and its piece of the kernel; turned: as a gradient gathers, with the
// window as it lies on its map.
export function Patches({ s, width, turned }: { s: Sum; width: number; turned?: boolean }) {
  const [x, y] = scales(s, s.terms);
  const count = s.channels.length;
  const order = s.channels
    .map((share, channel) => ({ share, channel }))
    .sort((p, q) => Math.abs(q.share) - Math.abs(p.share))
    .slice(0, CHANNELS_SHOWN);
  return (
    <>
      <p class="soft">
        {turned ? w.turned(s.a, s.b) : w.patch(s.a, s.b)}. {w.channels(order.length, count)}
      </p>
      {order.map(({ share, channel }) => {
        const kernel = s.terms.filter((_, i) => i % count === channel);
        const terms = turned ? kernel.reverse() : kernel;
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
