// Two pictures of one weight: the loss along it with the slope that backprop claims, and the error
// of the measured slope against h.
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import * as checking from './checking';
import { axis, inksOf } from './curve';
import { dark } from './state';
import { words } from './words';

const w = words.check;
const HEIGHT = 150;
const TICKS_H = [1e-15, 1e-12, 1e-9, 1e-6, 1e-3];
const TICKS_ERROR = [1e-15, 1e-10, 1e-5, 1];
const BACKPROP = { light: '#7b3294', dark: '#d7afe6' };
const KINK = { light: '#b34806', dark: '#ffbe6e' };

type Part = Pick<uPlot.Options, 'series' | 'axes' | 'scales'>;

// Drawn anew with each change: there are few points.
function Plot({ label, data, part }: { label: string; data: uPlot.AlignedData; part: Part }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const width = box.current!.clientWidth;
    const fixed = { width, height: HEIGHT, legend: { show: false }, cursor: { show: false } };
    const plot = new uPlot({ ...fixed, ...part }, data, box.current!);
    return () => plot.destroy();
  });
  return <div class="curve check-plot" role="img" aria-label={label} ref={box} />;
}

const tone = (color: { light: string; dark: string }) => (dark.value ? color.dark : color.light);
const dots = (color: string, size: number, fill = color): uPlot.Series => ({
  stroke: 'transparent',
  points: { show: true, size, stroke: color, fill, width: 1.5 },
});
const tick = (v: number) => (v === 0 ? '0' : String(Number(v.toPrecision(1))));

// The line of backprop, the loss, and the two ends with the slope between them.
export function AlongPlot({ label }: { label: string }) {
  const all = checking.along.value;
  if (!all) return null;
  const { ink, grid, strong } = inksOf(dark.value);
  const last = all.by.length - 1;
  const ends = [last / 4, (3 * last) / 4];
  const chord = all.change.map((y, i) => (ends.includes(i) ? y : null));
  const places = [0, ...ends, last / 2, last].sort((a, b) => a - b).map((i) => all.by[i]);
  const part: Part = {
    scales: { x: { time: false } },
    axes: [
      { ...axis(ink, grid), size: 24, splits: () => places, values: () => w.ends },
      { ...axis(ink, grid), size: 54, values: (_, splits) => splits.map(tick) },
    ],
    series: [
      {},
      { stroke: tone(BACKPROP), width: 1.5, dash: [6, 4], points: { show: false } },
      { stroke: strong, width: 1.5, points: { show: false } },
      { ...dots(strong, 9), stroke: ink, width: 1, spanGaps: true },
    ],
  };
  return <Plot label={label} data={[all.by, all.tangent, all.change, chord]} part={part} />;
}

// Both scales logarithmic: truncation rises to the right, rounding to the left.
export function ErrorPlot({ label }: { label: string }) {
  const all = checking.slopes.value;
  const now = checking.slope.value;
  if (!all || !now) return null;
  const { ink, grid, strong } = inksOf(dark.value);
  const rows = all.rows.filter((r) => r.h > 0).reverse();
  const drawn = rows.map((r) => (r.error > 0 ? r.error : null)); // 0 has no logarithm
  const kinked = drawn.map((e, i) => (rows[i].kinks > 0 ? e : null));
  const here = drawn.map((e, i) => (rows[i] === now ? e : null));
  const power = (_: uPlot, splits: number[]) => splits.map((v) => v.toExponential(0));
  const part: Part = {
    scales: {
      x: { time: false, distr: 3, range: [1e-15, 0.1] },
      y: { distr: 3, range: [1e-15, 10] },
    },
    axes: [
      { ...axis(ink, grid), size: 24, splits: () => TICKS_H, values: power, filter: (_, s) => s },
      {
        ...axis(ink, grid),
        size: 44,
        splits: () => TICKS_ERROR,
        values: power,
        filter: (_, s) => s,
      },
    ],
    series: [
      {},
      { stroke: strong, width: 1.5, spanGaps: true, points: { show: false } },
      dots(tone(KINK), 7, 'transparent'),
      dots(strong, 11),
    ],
  };
  return <Plot label={label} data={[rows.map((r) => r.h), drawn, kinked, here]} part={part} />;
}
