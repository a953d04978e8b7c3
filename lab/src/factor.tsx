// A factor of a sum: a colored number that can be explained in turn.
import { cellStyle, colorAt, rampOf } from './colors';
import { exact, exponentOf, short } from './numbers';
import * as state from './state';

export interface Scale {
  tensor: string;
  exponent: number;
  largest: number;
}

export function scaleOf(tensor: string, values: number[]): Scale {
  const largest = values.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
  return { tensor, exponent: exponentOf(values), largest };
}

interface FactorProps {
  scale: Scale;
  index: number;
  value: number;
  mark?: boolean;
}

// A factor: it becomes what is explained.
export function Factor({ scale, index, value, mark }: FactorProps) {
  const color = colorAt(rampOf(scale.tensor, state.dark.value), value, scale.largest);
  if (index < 0)
    return (
      <span class="cell none" title="">
        ·
      </span>
    );
  const place = { tensor: scale.tensor, index };
  return (
    <button
      type="button"
      class={`cell factor ${mark ? 'mark' : ''}`}
      style={cellStyle(color)}
      title={`${exact(value)}: ${scale.tensor}, ${state.placeName(place)}`}
      data-tensor={scale.tensor}
      data-index={index}
      onClick={() => state.follow(place)}
    >
      {short(value, scale.exponent)}
    </button>
  );
}

export function Grid({ width, children }: { width: number; children: preact.ComponentChildren }) {
  return (
    <span class="grid" style={{ gridTemplateColumns: `repeat(${width}, auto)` }}>
      {children}
    </span>
  );
}
