// A curve for each run over its steps: earlier ones are pale, one beside it is dashed.
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { dark } from './state';
import { words } from './words';

const HEIGHT = 118;
export type Kind = 'pale' | 'beside' | 'mine';
export interface Line {
  kind: Kind;
  x: number[];
  y: number[];
}

export function axis(color: string, grid: string): uPlot.Axis {
  return {
    stroke: color,
    grid: { stroke: grid, width: 1 },
    ticks: { stroke: grid },
    font: '11px system-ui',
    size: 40,
  };
}

export const inksOf = (isDark: boolean) => ({
  ink: isDark ? '#b6bbc2' : '#565b63',
  grid: isDark ? '#363a41' : '#e3e4e6',
  strong: isDark ? '#8ab4f8' : '#0b57d0',
  pale: isDark ? '#5c6470' : '#b9bec6',
  other: isDark ? '#ffbe6e' : '#b34806',
});

function lineStyle(kind: Kind, isDark: boolean): Partial<uPlot.Series> {
  const { strong, pale, other } = inksOf(isDark);
  if (kind === 'pale') return { stroke: pale, width: 1 };
  if (kind === 'mine') return { stroke: strong, width: 1.5 };
  return { stroke: other, width: 1.5, dash: [5, 3] };
}

function optionsOf(kinds: Kind[], width: number, log: boolean, isDark: boolean): uPlot.Options {
  const { ink, grid } = inksOf(isDark);
  const series = kinds.map((kind) => ({
    ...lineStyle(kind, isDark),
    spanGaps: true,
    points: { show: false },
  }));
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    scales: { x: { time: false }, y: log ? { distr: 3 } : { range: [0, 100] } },
    axes: [{ ...axis(ink, grid), size: 24 }, axis(ink, grid)],
    series: [{ label: words.train.step1 }, ...series],
  };
}

export function Curve({ lines, label, log }: { lines: Line[]; label: string; log: boolean }) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const filled = lines.filter(({ x }) => x.length > 0);
  const data = (): uPlot.AlignedData =>
    filled.length > 0 ? uPlot.join(filled.map(({ x, y }) => [x, y])) : [[]];
  const isDark = dark.value;
  const kinds = filled.map(({ kind }) => kind);
  useEffect(() => {
    const width = box.current!.clientWidth;
    plot.current = new uPlot(optionsOf(kinds, width, log, isDark), data(), box.current!);
    return () => plot.current?.destroy();
  }, [kinds.join(), isDark, log]);
  useEffect(() => {
    plot.current?.setData(data());
  });
  return <div class="curve" role="img" aria-label={label} ref={box} />;
}
