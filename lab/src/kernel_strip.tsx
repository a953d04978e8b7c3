// The kernels of a run's first layer as they are now, side by side.
import { type ReadonlySignal, useSignalEffect } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { colorAt, rampOf } from './colors';
import { layoutOf, oneImage } from './layout';
import type { Kernels } from './messages';
import { dark } from './state';

const NAME = 'conv1.weight';

function paint(canvas: HTMLCanvasElement, kernels: Kernels, isDark: boolean): void {
  const { numbers, shape, largest } = kernels;
  const layout = layoutOf(
    { name: NAME, integers: false, shape, data: 0, count: numbers.length },
    oneImage,
  );
  canvas.width = layout.sheets * (layout.width + 1) - 1;
  canvas.height = layout.height;
  const context = canvas.getContext('2d')!;
  const image = context.createImageData(canvas.width, canvas.height);
  const dots = new Uint32Array(image.data.buffer);
  const colors = rampOf(NAME, isDark);
  numbers.forEach((value, i) => {
    const { sheet, x, y } = layout.find(i);
    dots[y * canvas.width + sheet * (layout.width + 1) + x] = colorAt(colors, value, largest);
  });
  context.putImageData(image, 0, 0);
}

interface Props {
  label: string;
  kernels: ReadonlySignal<Kernels | null>;
}

export function KernelStrip({ label, kernels }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useSignalEffect(() => {
    const now = kernels.value;
    if (now && canvas.current) paint(canvas.current, now, dark.value);
  });
  return (
    <figure class="strip-of">
      <figcaption class="soft">{label}</figcaption>
      <canvas ref={canvas} role="img" aria-label={label} />
    </figure>
  );
}
