// The worksheet as it is printed: tasks with blanks, and the solutions on a page of their own.
import { signal } from '@preact/signals';
import { digits3, short } from './numbers';
import { type Chain, type SheetData, sheetData } from './sheet_data';
import { BLANK, Grid, Line, numbersOf, Shapes, Shares, Task } from './sheet_parts';
import { Solutions } from './sheet_solutions';
import * as state from './state';
import { words } from './words';

const w = words.tour.sheet;
const SIDE = 28;

const data = signal<SheetData | null>(null);

// Opens the browser's dialog to print it.
export async function printSheet(): Promise<void> {
  data.value = await sheetData();
  document.documentElement.dataset.print = 'sheet';
  await new Promise(requestAnimationFrame);
  window.print();
}

export function listenToPrinter(): void {
  addEventListener('afterprint', () => {
    data.value = null;
    delete document.documentElement.dataset.print;
  });
}

// With a frame around the window of the first task.
function Picture({ d }: { d: SheetData }) {
  const framed = new Set(d.chain?.sum.terms.map((t) => t.a));
  const row = (y: number) => Array.from({ length: SIDE }, (_, x) => y * SIDE + x);
  return (
    <table class="pixels">
      <tbody>
        {Array.from({ length: SIDE }, (_, y) => (
          <tr key={`row ${y}`}>
            {row(y).map((i) => (
              <td key={i} class={framed.has(i) ? 'framed' : ''}>
                {d.pixels[i] || BLANK}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Convolution({ chain }: { chain: Chain }) {
  const { sum, conv } = chain;
  const width = conv.kernelWidth;
  return (
    <Task text={w.conv(conv.name, chain.channel)}>
      <Grid title={w.window} width={width} cells={sum.terms.map((t) => short(t.x))} />×
      <Grid title={w.kernel} width={width} cells={sum.terms.map((t) => short(t.y))} />=
      <Grid title={w.products} width={width} cells={sum.terms.map(() => BLANK)} />
      {sum.start && (
        <span>
          {w.bias} {digits3(sum.startValue)}
        </span>
      )}
      <Line text={w.result(conv.name)} />
    </Task>
  );
}

function Pool({ chain }: { chain: Chain }) {
  const { conv, relu, pool, cells, winner } = chain;
  const sums = numbersOf(conv.name, cells).map((v, i) => (i === winner ? w.yours : short(v)));
  const blanks = cells.map(() => BLANK);
  const gradient = state.numbers(`${pool.tensor}.grad`)[pool.index];
  return (
    <>
      <Task text={w.pool(conv.name, relu.name, pool.tensor)}>
        <Grid title={conv.name} width={2} cells={sums} />→
        <Grid title={relu.name} width={2} cells={blanks} />→
        <Line text={w.largest} />
      </Task>
      <Task text={w.back(digits3(gradient), pool.tensor)}>
        <Grid title={`${relu.name}.grad`} width={2} cells={blanks} />→
        <Grid title={`${conv.name}.grad`} width={2} cells={blanks} />
      </Task>
    </>
  );
}

export function Sheet() {
  const d = data.value;
  if (!d) return null;
  const { step } = d;
  const image = d.image < 0 ? words.picture.drawn : words.picture.test(d.image);
  return (
    <article class="sheet-print" aria-label={w.title}>
      <div class="page">
        <h1>
          {w.title}
          <span class="line">
            {w.name} <span class="fill" />
          </span>
        </h1>
        <p>{w.picture(image)}</p>
        <Picture d={d} />
        <div class="row">
          <Line text={w.digit} />
          {d.chain && <p>{w.frame}</p>}
        </div>
      </div>
      <div class="page">
        {d.chain && <Convolution chain={d.chain} />}
        {d.chain && <Pool chain={d.chain} />}
        <Task text={w.share}>
          <Shares d={d} solved={false} />
        </Task>
        <Task
          text={w.step(
            state.whereOf(step.place),
            digits3(step.weight),
            digits3(step.gradient),
            step.rate,
          )}
        >
          <Line text={w.stepResult} />
        </Task>
        <Task text={w.shapes}>
          <Shapes layers={d.layers} solved={false} />
        </Task>
      </div>
      <Solutions d={d} />
    </article>
  );
}
