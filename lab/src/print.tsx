// On paper: the sheet of the number that is explained, as a table of numbers.
import { signal } from '@preact/signals';
import { exponentOf, short, timesTenTo } from './numbers';
import * as state from './state';
import { words } from './words';

export const printing = signal(false);

export function listenForPrint(): void {
  const query = matchMedia('print');
  printing.value = query.matches;
  query.addEventListener('change', () => {
    printing.value = query.matches;
  });
}

export function PrintedSheet() {
  if (!printing.value) return null;
  state.revision.value;
  const { tensor, index } = state.shown.value;
  const layout = state.layout(tensor)!;
  const values = state.numbers(tensor);
  const here = layout.find(index);
  const at = (x: number, y: number) => layout.at({ sheet: here.sheet, x, y });
  const rows = Array.from({ length: layout.height }, (_, y) =>
    Array.from({ length: layout.width }, (_, x) => at(x, y)),
  );
  const exponent = exponentOf(rows.flat().map((i) => (i < 0 ? 0 : values[i])));
  return (
    <section class="printed">
      <h2>{words.print.sheet(tensor, state.placeName(state.shown.value), timesTenTo(exponent))}</h2>
      <table class={layout.width > 20 ? 'wide' : ''}>
        <tbody>
          {rows.map((row, y) => (
            <tr key={`row ${y}`}>
              {row.map((i, x) => (
                <td key={`${x}`} class={i === index ? 'mark' : ''}>
                  {i < 0 ? '' : short(values[i], exponent)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
