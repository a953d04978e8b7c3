// One tensor as sheets of colored cells: one stop of the Tab key, any cell by pointer or arrows.
import { type ReadonlySignal, useComputed, useSignalEffect } from '@preact/signals';
import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { isGradient } from './colors';
import type { Sum } from './engine';
import type { Cell, Layout } from './layout';
import { exact } from './numbers';
import { Painter } from './paint';
import * as state from './state';
import { words } from './words';

interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

// Around these cells, a box on each sheet.
function boxesOf(layout: Layout, indices: number[]): Map<number, Box> {
  const boxes = new Map<number, Box>();
  for (const index of indices) {
    const { sheet, x, y } = layout.find(index);
    const b = boxes.get(sheet) ?? { left: x, top: y, right: x, bottom: y };
    boxes.set(sheet, {
      left: Math.min(b.left, x),
      top: Math.min(b.top, y),
      right: Math.max(b.right, x),
      bottom: Math.max(b.bottom, y),
    });
  }
  return boxes;
}

const placed = (indices: number[]) => indices.filter((i) => i >= 0);

// Where the factors of the shown sum are in this tensor; of a stamp, where it falls.
function factors(name: string, sum: Sum | string): number[] {
  if (typeof sum === 'string') return [];
  const stamp = state.stamped.value;
  if (stamp) return stamp.filter((p) => p.tensor === name).map((p) => p.index);
  const a = sum.a === name ? sum.terms.map((t) => t.a) : [];
  const b = sum.b === name ? sum.terms.map((t) => t.b) : [];
  const start = sum.start === name ? [sum.startIndex] : [];
  return placed([...a, ...b, ...start]);
}

function Frame({ box, layout, kind }: { box?: Box; layout: Layout; kind: string }) {
  if (!box) return null;
  const percent = (part: number, whole: number) => `${(100 * part) / whole}%`;
  const style = {
    left: percent(box.left, layout.width),
    top: percent(box.top, layout.height),
    width: percent(box.right - box.left + 1, layout.width),
    height: percent(box.bottom - box.top + 1, layout.height),
  };
  return <i class={`frame ${kind}`} style={style} />;
}

interface Marks {
  factors: Map<number, Box>;
  kept?: Map<number, Box>;
  shown?: Map<number, Box>;
}

// What is framed in this tensor; null: nothing, and most tensors are not drawn anew then.
function marksOf(name: string, layout: Layout): Marks | null {
  state.nth.value;
  const indices = factors(name, state.sum.value).filter(layout.isShown);
  const of = ({ tensor, index }: state.Place) =>
    tensor === name && layout.isShown(index) ? boxesOf(layout, [index]) : undefined;
  const kept = of(state.selected.value);
  const shown = of(state.shown.value);
  if (indices.length === 0 && !kept && !shown) return null;
  return { factors: boxesOf(layout, indices), kept, shown };
}

interface OverlayProps {
  marks: ReadonlySignal<Marks | null>;
  sheet: number;
  layout: Layout;
}

function Overlay({ marks, sheet, layout }: OverlayProps) {
  const m = marks.value;
  if (!m) return null;
  return (
    <>
      {m.shown?.has(sheet) && <i class="frame on" />}
      <Frame box={m.factors.get(sheet)} layout={layout} kind="factor" />
      <Frame box={m.kept?.get(sheet)} layout={layout} kind="pin" />
      <Frame box={m.shown?.get(sheet)} layout={layout} kind="cursor" />
    </>
  );
}

// Moves a cell as a key says; null: the key is none of ours.
function moved(cell: Cell, key: string, layout: Layout): Cell | null {
  const by: Record<string, [number, number, number]> = {
    ArrowLeft: [-1, 0, 0],
    ArrowRight: [1, 0, 0],
    ArrowUp: [0, -1, 0],
    ArrowDown: [0, 1, 0],
    PageUp: [0, 0, -1],
    PageDown: [0, 0, 1],
  };
  if (!by[key]) return null;
  const [dx, dy, sheets] = by[key];
  const within = (v: number, n: number) => Math.max(0, Math.min(n - 1, v));
  return {
    x: within(cell.x + dx, layout.width),
    y: within(cell.y + dy, layout.height),
    sheet: within(cell.sheet + sheets, layout.sheets),
  };
}

export interface SheetsProps {
  name: string;
  width: number; // of one sheet, in CSS pixels
  columns?: number; // else as many as there is room for
  label?: string;
}

function usePainting(box: RefObject<HTMLElement | null>, name: string, layout: Layout): void {
  const painter = useRef<Painter | null>(null);
  useEffect(() => {
    const mine = new Painter(box.current!.querySelector('canvas')!, box.current!, name, layout);
    const observer = new ResizeObserver(() => {
      mine.measure();
      mine.paint();
    });
    painter.current = mine;
    observer.observe(box.current!);
    return () => observer.disconnect();
  }, [name, layout]);
  useSignalEffect(() => {
    state.revision.value;
    state.dark.value;
    painter.current?.paint();
  });
}

export function Sheets({ name, width, columns, label }: SheetsProps) {
  const box = useRef<HTMLButtonElement>(null);
  const layout = state.layout(name)!;
  usePainting(box, name, layout);

  // A finger keeps the element that it came down on, so look for what is under it.
  const under = (event: MouseEvent): state.Place | null => {
    const on = document.elementFromPoint(event.clientX, event.clientY);
    const sheet = on?.closest<HTMLElement>('.sheet');
    if (!sheet || !box.current!.contains(sheet)) return null;
    const r = sheet.getBoundingClientRect();
    const part = (v: number, from: number, size: number, cells: number) =>
      Math.max(0, Math.min(cells - 1, Math.floor(((v - from) / size) * cells)));
    const index = layout.at({
      sheet: Number(sheet.dataset.sheet),
      x: part(event.clientX, r.left, r.width, layout.width),
      y: part(event.clientY, r.top, r.height, layout.height),
    });
    return index < 0 ? null : { tensor: name, index };
  };
  // A finger that moves sideways moves the cell, and keeps where it ends; up and down it scrolls.
  const hover = (event: PointerEvent) => {
    const place = under(event);
    if (place || event.pointerType !== 'touch') state.hovered.value = place;
  };
  const lift = (event: PointerEvent) => {
    if (event.pointerType === 'touch' && state.hovered.value) state.keep(state.hovered.value);
  };
  // What is pointed at is kept: a click has whole pixels, and a cell may be little more than one.
  // Enter and Space are clicks without a place: they keep the cell that the arrows are on.
  const click = (event: MouseEvent) => {
    const isPointed = state.hovered.value?.tensor === name;
    const place = event.detail && !isPointed ? under(event) : state.shown.value;
    if (place) state.keep(place);
  };
  const move = (event: KeyboardEvent) => {
    const { tensor, index } = state.shown.value;
    const from = tensor === name ? index : state.telling(name).index;
    const to = moved(layout.find(from), event.key, layout);
    if (!to) return;
    event.preventDefault();
    event.stopPropagation();
    const next = layout.at(to);
    if (next >= 0) state.hovered.value = { tensor: name, index: next };
  };

  const marks = useComputed(() => marksOf(name, layout));
  return (
    <button
      type="button"
      ref={box}
      class={`sheets ${isGradient(name) ? 'gradient' : ''} ${layout.sheets === 1 ? 'one' : ''}`}
      data-tensor={name}
      aria-label={`${label ?? name}. ${words.map.keys}`}
      style={{
        gridTemplateColumns: columns
          ? `repeat(${columns}, ${width}px)`
          : `repeat(auto-fill, min(${width}px, 100%))`,
      }}
      onPointerMove={hover}
      onPointerUp={lift}
      onPointerLeave={() => {
        state.hovered.value = null;
      }}
      onClick={click}
      onKeyDown={move}
      onBlur={() => {
        state.hovered.value = null;
      }}
    >
      <canvas />
      {Array.from({ length: layout.sheets }, (_, sheet) => (
        <span
          class="sheet"
          key={`${name} ${sheet}`}
          data-sheet={sheet}
          style={{ aspectRatio: `${layout.width} / ${layout.height}` }}
        >
          <Overlay marks={marks} sheet={sheet} layout={layout} />
        </span>
      ))}
    </button>
  );
}

export function NumberButton({ place, text }: { place: state.Place; text?: string }) {
  state.reread.value;
  const value = state.numbers(place.tensor)[place.index];
  return (
    <button
      type="button"
      class="number"
      title={exact(value)}
      aria-label={`${text ?? exact(value)}. ${words.sum.explain(place.tensor, state.placeName(place))}`}
      data-tensor={place.tensor}
      data-index={place.index}
      onPointerEnter={(e) => {
        if (e.pointerType !== 'touch') state.hovered.value = place;
      }}
      onPointerLeave={() => {
        state.hovered.value = null;
      }}
      onClick={() => state.keep(place)}
    >
      {text ?? exact(value)}
    </button>
  );
}
