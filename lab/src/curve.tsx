// A curve for each run over its steps; earlier ones are pale.
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { dark } from './state';
import { words } from './words';

const HEIGHT = 118;
type Points = [number[], number[]];

function axis(color: string, grid: string): uPlot.Axis {
  return {
    stroke: color,
    grid: { stroke: grid, width: 1 },
    ticks: { stroke: grid },
    font: '11px system-ui',
    size: 40,
  };
}

interface Looks {
  log: boolean;
  pair: boolean; // a run, and dashed above it the one that it is compared with
}

function optionsOf(runs: number, width: number, looks: Looks, isDark: boolean): uPlot.Options {
  const { log, pair } = looks;
  const main = pair ? 0 : runs - 1;
  const ink = isDark ? '#b6bbc2' : '#565b63';
  const grid = isDark ? '#363a41' : '#e3e4e6';
  const strong = isDark ? '#8ab4f8' : '#0b57d0';
  const pale = isDark ? '#5c6470' : '#b9bec6';
  const series = Array.from({ length: runs }, (_, i) => ({
    stroke: i === main ? strong : pair ? ink : pale,
    dash: pair && i !== main ? [5, 4] : undefined,
    width: i === main ? 1.5 : 1,
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

interface Props {
  runs: Points[];
  label: string;
  log: boolean;
  pair?: boolean;
}

export function Curve({ runs, label, log, pair = false }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const filled = runs.filter(([x]) => pair || x.length > 0);
  const data = (): uPlot.AlignedData => (filled.length > 0 ? uPlot.join(filled) : [[]]);
  const isDark = dark.value;
  useEffect(() => {
    const width = box.current!.clientWidth;
    const options = optionsOf(filled.length, width, { log, pair }, isDark);
    plot.current = new uPlot(options, data(), box.current!);
    return () => plot.current?.destroy();
  }, [filled.length, isDark, log]);
  useEffect(() => {
    plot.current?.setData(data());
  });
  return <div class="curve" role="img" aria-label={label} ref={box} />;
}
