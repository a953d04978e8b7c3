// A pad to draw a digit on, by pointer or by keys; the answer follows the pen.
import { useEffect, useRef } from 'preact/hooks';
import * as state from './state';
import { words } from './words';

const SIDE = 140;
const PEN = 11;
const STRIDE = 5; // of the pen moved by keys

class Drawing {
  private context: CanvasRenderingContext2D;
  private at = { x: SIDE / 2, y: SIDE / 4 };
  private down = false;
  private waiting = false;

  constructor(canvas: HTMLCanvasElement) {
    this.context = canvas.getContext('2d', { willReadFrequently: true })!;
    this.clear();
  }

  clear(): void {
    this.context.fillStyle = '#000';
    this.context.fillRect(0, 0, SIDE, SIDE);
    state.told.value = false;
  }

  // Ink from where the pen is to there.
  line(x: number, y: number): void {
    const c = this.context;
    c.strokeStyle = '#fff';
    c.lineWidth = PEN;
    c.lineCap = 'round';
    c.beginPath();
    c.moveTo(this.at.x, this.at.y);
    c.lineTo(x, y + 0.01);
    c.stroke();
    this.at = { x, y };
    this.show();
  }

  start(x: number, y: number): void {
    this.at = { x, y };
    this.line(x, y);
  }

  // At most once a frame: the form of MNIST's digits, and the network's answer.
  private show(): void {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      const fitted = state.theEngine().fit(this.gray(), SIDE);
      if (fitted) state.showDrawing(fitted);
    });
  }

  private gray(): Uint8Array {
    const { data } = this.context.getImageData(0, 0, SIDE, SIDE);
    return Uint8Array.from({ length: SIDE * SIDE }, (_, i) => data[4 * i]);
  }

  // False: the key is none of the pen's.
  key(key: string): boolean {
    const by: Record<string, [number, number]> = {
      ArrowLeft: [-STRIDE, 0],
      ArrowRight: [STRIDE, 0],
      ArrowUp: [0, -STRIDE],
      ArrowDown: [0, STRIDE],
    };
    if (key === 'Delete') this.clear();
    else if (key === ' ') {
      this.down = !this.down;
      if (this.down) this.start(this.at.x, this.at.y);
    } else if (by[key]) this.move(...by[key]);
    else return false;
    return true;
  }

  private move(dx: number, dy: number): void {
    const within = (v: number) => Math.max(PEN, Math.min(SIDE - PEN, v));
    const x = within(this.at.x + dx);
    const y = within(this.at.y + dy);
    if (this.down) this.line(x, y);
    else this.at = { x, y };
  }

  get pen() {
    return { ...this.at, down: this.down };
  }
}

export function Pad() {
  const canvas = useRef<HTMLCanvasElement>(null);
  const pen = useRef<HTMLElement>(null);
  const drawing = useRef<Drawing | null>(null);
  useEffect(() => {
    drawing.current = new Drawing(canvas.current!);
  }, []);

  const at = (e: PointerEvent): [number, number] => {
    const r = canvas.current!.getBoundingClientRect();
    const scale = SIDE / r.width;
    return [(e.clientX - r.left) * scale, (e.clientY - r.top) * scale];
  };
  const press = (e: PointerEvent) => {
    canvas.current!.setPointerCapture(e.pointerId);
    if (state.image.value >= 0) drawing.current!.clear();
    drawing.current!.start(...at(e));
  };
  const drag = (e: PointerEvent) => {
    if (e.buttons) drawing.current!.line(...at(e));
  };
  const key = (e: KeyboardEvent) => {
    if (!drawing.current!.key(e.key)) return;
    e.preventDefault();
    e.stopPropagation();
    const { x, y, down } = drawing.current!.pen;
    pen.current!.style.left = `${(100 * x) / SIDE}%`;
    pen.current!.style.top = `${(100 * y) / SIDE}%`;
    pen.current!.classList.toggle('down', down);
  };
  return (
    <div class="row">
      <button
        type="button"
        id="pad"
        class="pad"
        aria-label={words.picture.drawLabel}
        onKeyDown={key}
      >
        <canvas
          ref={canvas}
          width={SIDE}
          height={SIDE}
          onPointerDown={press}
          onPointerMove={drag}
        />
        <i ref={pen} class="pen" />
      </button>
      <button type="button" title={words.picture.clearWhy} onClick={() => drawing.current!.clear()}>
        {words.picture.clear}
      </button>
    </div>
  );
}
