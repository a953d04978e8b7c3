// A curve for each run over its steps; earlier ones are pale.
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { dark } from './state';
import { words } from './words';

const HEIGHT = 118;
type Points = [number[], number[]];

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
});

function optionsOf(runs: number, width: number, log: boolean, isDark: boolean): uPlot.Options {
  const { ink, grid, strong, pale } = inksOf(isDark);
  const series = Array.from({ length: runs }, (_, i) => ({
    stroke: i === runs - 1 ? strong : pale,
    width: i === runs - 1 ? 1.5 : 1,
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

export function Curve({ runs, label, log }: { runs: Points[]; label: string; log: boolean }) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const filled = runs.filter(([x]) => x.length > 0);
  const data = (): uPlot.AlignedData => (filled.length > 0 ? uPlot.join(filled) : [[]]);
  const isDark = dark.value;
  useEffect(() => {
    const width = box.current!.clientWidth;
    const options = optionsOf(filled.length, width, log, isDark);
    plot.current = new uPlot(options, data(), box.current!);
    return () => plot.current?.destroy();
  }, [filled.length, isDark, log]);
  useEffect(() => {
    plot.current?.setData(data());
  });
  return <div class="curve" role="img" aria-label={label} ref={box} />;
}
