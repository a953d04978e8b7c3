// The solutions of a worksheet: the numbers of the C code.
import { digits3, short } from './numbers';
import type { Chain, SheetData } from './sheet_data';
import { Grid, numbersOf, Shapes, Shares } from './sheet_parts';
import * as state from './state';
import { words } from './words';

const w = words.tour.sheet;

// Of the convolution, the pool and their backward pass.
function ByHand({ chain }: { chain: Chain }) {
  return (
    <>
      <div class="row">
        2.
        <Grid
          title={w.products}
          width={chain.conv.kernelWidth}
          cells={chain.sum.terms.map((t) => short(t.share))}
        />
        <p>
          {w.result(chain.conv.name)}: {digits3(chain.sum.stored)}
        </p>
      </div>
      <div class="row">
        3.
        <Grid
          title={chain.relu.name}
          width={2}
          cells={numbersOf(chain.relu.name, chain.cells).map((v) => short(v))}
        />
        <p>
          {w.largest}: {digits3(state.numbers(chain.pool.tensor)[chain.pool.index])}
        </p>
      </div>
      <div class="row">
        4.
        {[chain.relu, chain.conv].map(({ name }) => (
          <Grid
            key={name}
            title={`${name}.grad`}
            width={2}
            cells={numbersOf(`${name}.grad`, chain.cells).map(digits3)}
          />
        ))}
      </div>
    </>
  );
}

export function Solutions({ d }: { d: SheetData }) {
  const { chain } = d;
  const fall = d.gradients.flatMap((g, k) => (g >= 0.0005 ? [k] : [])).join(', ');
  return (
    <div class="page">
      <h2>{w.solutions}</h2>
      <p>{w.rounded}</p>
      <p>1. {w.digitIs(d.label, d.answer)}</p>
      {chain && <ByHand chain={chain} />}
      <div>
        5. <Shares d={d} solved={true} /> {fall && w.fall(fall)}
      </div>
      <p>
        6. {w.stepResult} {digits3(d.step.after)}
      </p>
      <div>
        7. <Shapes layers={d.layers} solved={true} />
      </div>
    </div>
  );
}
