// The pieces of a worksheet: tables of numbers or blanks, lines to write on.
import type { ComponentChildren } from 'preact';
import type { Layer } from './engine';
import type { SheetData } from './sheet_data';
import * as state from './state';
import { words } from './words';

const w = words.tour.sheet;
export const BLANK = '';

export function Grid({ title, width, cells }: { title: string; width: number; cells: string[] }) {
  const rows = Array.from({ length: Math.ceil(cells.length / width) }, (_, y) =>
    cells.slice(y * width, (y + 1) * width),
  );
  return (
    <table class="hand">
      <caption>{title}</caption>
      <tbody>
        {rows.map((row, y) => (
          <tr key={`row ${y}`}>
            {row.map((text, x) => (
              <td key={`cell ${x}`}>{text}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function Task({ text, children }: { text: string; children?: ComponentChildren }) {
  return (
    <section class="task">
      <p>{text}</p>
      <div class="row wrap">{children}</div>
    </section>
  );
}

export function Line({ text }: { text: string }) {
  return (
    <p class="line">
      {text} <span class="fill" />
    </p>
  );
}

export const numbersOf = (tensor: string, cells: number[]) => {
  const numbers = state.numbers(tensor);
  return cells.map((i) => numbers[i]);
};

export function Shares({ d, solved }: { d: SheetData; solved: boolean }) {
  const rows: [string, string[]][] = [
    ['', d.shares.map((_, k) => `${k}`)],
    ['p', d.shares.map((p) => p.toFixed(3))],
    ['y', d.shares.map((_, k) => (solved ? `${Number(k === d.label)}` : BLANK))],
    ['p − y', d.gradients.map((g) => (solved ? g.toFixed(3).replace('-', '−') : BLANK))],
  ];
  return (
    <table class="hand wide">
      <tbody>
        {rows.map(([name, cells]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            {cells.map((text, k) => (
              <td key={`class ${k}`}>{text}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const shapeOf = (l: Layer) =>
  l.flat ? `${l.channels}` : `${l.height} × ${l.width} × ${l.channels}`;

export function Shapes({ layers, solved }: { layers: Layer[]; solved: boolean }) {
  return (
    <table class="hand wide">
      <thead>
        <tr>
          {[w.layer, '', w.shape, w.parameters].map((h) => (
            <th key={h}>{h}</th>
          ))}
        </tr>
      </thead>
      <tbody>
        {layers.map((l, i) => (
          <tr key={l.name}>
            <th scope="row">{l.name}</th>
            <td>{l.text}</td>
            <td>{solved || i === 0 ? shapeOf(l) : BLANK}</td>
            <td>{solved || i === 0 ? l.parameters : BLANK}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
