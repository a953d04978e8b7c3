// Numbers as text: none is changed, only shortened.

// The shortest text that reads back as the same float.
export function exact(value: number): string {
  for (let digits = 1; digits < 10; digits++) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === Math.fround(value)) return String(Number(text));
  }
  return String(value);
}

// The power of ten that a table of numbers shares; 0 where none is needed.
export function exponentOf(values: number[]): number {
  const largest = values.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
  if (!Number.isFinite(largest) || largest === 0 || (largest >= 0.1 && largest < 1000)) return 0;
  return Math.floor(Math.log10(largest));
}

export function short(value: number, exponent = 0): string {
  if (value === 0) return '0';
  const shifted = value / 10 ** exponent;
  if (!Number.isFinite(shifted)) return String(value);
  if (Math.abs(shifted) >= 100) return shifted.toFixed(0);
  if (Math.abs(shifted) >= 10) return shifted.toFixed(1);
  return shifted.toFixed(2);
}

const SUPERSCRIPT = '⁰¹²³⁴⁵⁶⁷⁸⁹';
export function timesTenTo(exponent: number): string {
  if (exponent === 0) return '';
  const digits = [...String(Math.abs(exponent))].map((d) => SUPERSCRIPT[Number(d)]).join('');
  return `×10${exponent < 0 ? '⁻' : ''}${digits}`;
}

export function digits3(value: number): string {
  const rounded = Number(value.toPrecision(3));
  const isSmall = rounded !== 0 && Math.abs(rounded) < 0.001;
  return (isSmall ? rounded.toExponential() : rounded.toString()).replaceAll('-', '−');
}

export const digits2 = (value: number): string => Number(value.toPrecision(2)).toString();

export const percent = (share: number, digits = 1): string => `${(100 * share).toFixed(digits)} %`;

// A power of ten: 1e-5.
export const stepText = (h: number): string => h.toExponential(0);
