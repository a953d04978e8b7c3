// Draws all sheets of a tensor on one canvas: a canvas each would be a layer each for the browser,
// and a hundred layers are most of the time of a frame.
import { colorAt, rampOf } from './colors';
import type { Layout } from './layout';
import * as state from './state';

interface Place {
  x: number; // in pixels of the canvas
  y: number;
  width: number;
  height: number;
}

export class Painter {
  private places: Place[] = [];
  private readonly source = document.createElement('canvas'); // a pixel for each cell
  private readonly context: CanvasRenderingContext2D;
  private readonly image: ImageData;
  private readonly dots: Uint32Array;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly box: HTMLElement,
    private readonly name: string,
    private readonly layout: Layout,
  ) {
    this.source.width = layout.width;
    this.source.height = layout.height * layout.sheets;
    this.context = this.source.getContext('2d')!;
    this.image = this.context.createImageData(this.source.width, this.source.height);
    this.dots = new Uint32Array(this.image.data.buffer);
  }

  // Takes the canvas to where the sheets are now.
  measure(): void {
    const from = this.box.getBoundingClientRect();
    const scale = devicePixelRatio;
    this.places = [...this.box.querySelectorAll('.sheet')].map((sheet) => {
      const r = sheet.getBoundingClientRect();
      const x = Math.round((r.left - from.left + this.box.scrollLeft) * scale);
      const y = Math.round((r.top - from.top) * scale);
      return { x, y, width: Math.round(r.width * scale), height: Math.round(r.height * scale) };
    });
    const { canvas } = this;
    canvas.width = Math.max(1, ...this.places.map((p) => p.x + p.width));
    canvas.height = Math.max(1, ...this.places.map((p) => p.y + p.height));
    canvas.style.width = `${canvas.width / scale}px`;
    canvas.style.height = `${canvas.height / scale}px`;
  }

  // Sheet below sheet.
  private color(): void {
    const { width, height, sheets, at } = this.layout;
    const values = state.numbers(this.name);
    const most = state.largest(this.name);
    const colors = rampOf(this.name, state.dark.value);
    for (let sheet = 0, dot = 0; sheet < sheets; sheet++)
      for (let y = 0; y < height; y++)
        for (let x = 0; x < width; x++, dot++) {
          const index = at({ sheet, x, y });
          if (index >= 0) this.dots[dot] = colorAt(colors, values[index], most);
        }
  }

  paint(): void {
    if (!state.tensor(this.name)) return;
    this.color();
    this.context.putImageData(this.image, 0, 0);
    const { width, height } = this.layout;
    const context = this.canvas.getContext('2d')!;
    context.imageSmoothingEnabled = false;
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.places.forEach((p, sheet) => {
      context.drawImage(this.source, 0, sheet * height, width, height, p.x, p.y, p.width, p.height);
    });
  }
}
