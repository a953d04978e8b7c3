// Every gradient of a network against measured slopes, as a table: right or wrong, and how far.
import type { Gradient, Gradients } from './checks';
import { words } from './words';

const w = words.check;
const text = (error: number) => (error === 0 ? '0' : error.toExponential(1));
const place = (row: Gradient) => `${row.layer} ${row.gradient}`;

// A bar over the powers of ten from 1e-16 to 1; drawn, never read off.
function Bar({ error, limit }: { error: number; limit: number }) {
  const part = (x: number) => `${Math.max(0, Math.min(100, 100 + (100 * Math.log10(x)) / 16))}%`;
  return (
    <span class="error-bar" aria-hidden="true">
      <i style={{ width: error > 0 ? part(error) : 0 }} />
      <u style={{ left: part(limit) }} />
    </span>
  );
}

function Row({ row, limit }: { row: Gradient; limit: number }) {
  const isChecked = row.checked > 0;
  const isWrong = isChecked && !(row.error <= limit);
  const title = isChecked
    ? w.worstAt(`${place(row)}${row.at}`, text(row.backprop), text(row.measured))
    : '';
  return (
    <tr class={isWrong ? 'wrong' : ''} title={title}>
      <th scope="row">
        {row.layer} <b>{row.gradient}</b>
      </th>
      <td>{isChecked ? text(row.error) : w.rowUnchecked}</td>
      <td>
        {isWrong && <b>✗ {w.wrongRow} </b>}
        <Bar error={row.error} limit={limit} />
      </td>
      <td>{row.checked.toLocaleString('en')}</td>
      <td>{row.elements.toLocaleString('en')}</td>
      <td>{row.skipped}</td>
    </tr>
  );
}

function verdict({ rows, worst, limit }: Gradients): string {
  if (Number.isNaN(worst)) return w.unchecked;
  const row = rows.find((r) => r.error === worst);
  const say = worst <= limit ? w.right : w.wrong;
  return say(text(worst), row ? place(row) : '', limit.toExponential(0));
}

export function GradientTable({ all }: { all: Gradients }) {
  return (
    <>
      <p class="verdict">
        <b>{verdict(all)}</b>
      </p>
      <table class="gradients">
        <thead>
          <tr>
            {w.gradientsHead.map((h) => (
              <th key={h} scope="col">
                {h}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {all.rows.map((row) => (
            <Row key={place(row)} row={row} limit={all.limit} />
          ))}
        </tbody>
      </table>
      <p class="soft">{w.gradientsKey}</p>
    </>
  );
}
