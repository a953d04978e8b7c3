// Two palettes, told apart by color-blind eyes: values from blue to orange, gradients from green to
// purple; zero has the color of the paper.

type Color = [number, number, number];
const STEPS = 512;

function mix(a: Color, b: Color, t: number): Color {
  return [0, 1, 2].map((i) => a[i] + (b[i] - a[i]) * t) as Color;
}

function ramp(stops: Color[]): Uint32Array {
  return Uint32Array.from({ length: STEPS + 1 }, (_, i) => {
    const at = (i / STEPS) * (stops.length - 1);
    const from = Math.min(stops.length - 2, Math.floor(at));
    const [r, g, b] = mix(stops[from], stops[from + 1], at - from);
    return ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
  });
}

const PAPER: Color = [250, 250, 248];
const NIGHT: Color = [38, 42, 48];
const values = (zero: Color): Color[] =>
  zero === PAPER
    ? [[5, 48, 97], [67, 147, 195], zero, [244, 165, 66], [179, 72, 6]]
    : [[146, 205, 240], [67, 147, 195], zero, [214, 120, 30], [255, 190, 110]];
const gradients = (zero: Color): Color[] =>
  zero === PAPER
    ? [[0, 68, 27], [90, 174, 97], zero, [153, 112, 171], [64, 0, 75]]
    : [[160, 225, 165], [70, 150, 80], zero, [140, 95, 165], [215, 175, 230]];

const LIGHT_RAMPS = { value: ramp(values(PAPER)), gradient: ramp(gradients(PAPER)) };
const DARK_RAMPS = { value: ramp(values(NIGHT)), gradient: ramp(gradients(NIGHT)) };

export const isGradient = (tensor: string): boolean => /\.grad(\.after)?$/.test(tensor);

export const rampOf = (tensor: string, dark: boolean): Uint32Array =>
  (dark ? DARK_RAMPS : LIGHT_RAMPS)[isGradient(tensor) ? 'gradient' : 'value'];

// The color of a number, as ImageData has it, where `largest` has the strongest.
export function colorAt(colors: Uint32Array, value: number, largest: number): number {
  const at = Math.round(STEPS / 2 + (largest ? value / largest : 0) * (STEPS / 2));
  return colors[Math.max(0, Math.min(STEPS, at || 0))];
}

const linear = (c: number) => (c <= 10 ? c / 3294 : ((c / 255 + 0.055) / 1.055) ** 2.4);

// A table cell's background, and the better of black and white on it.
export function cellStyle(color: number): string {
  const [r, g, b] = [color & 255, (color >> 8) & 255, (color >> 16) & 255];
  const light = 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  return `background:rgb(${r},${g},${b});color:${light > 0.179 ? '#000' : '#fff'}`;
}

export function gradientOf(tensor: string, dark: boolean): string {
  const colors = rampOf(tensor, dark);
  const css = (i: number) => {
    const c = colors[i];
    return `rgb(${c & 255},${(c >> 8) & 255},${(c >> 16) & 255})`;
  };
  return `linear-gradient(90deg,${[0, 128, 256, 384, 512].map(css).join(',')})`;
}
