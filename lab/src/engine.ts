// The C code of cnn.c, compiled: loads a module and calls lab/*.c. Nothing here computes.
// Memory may grow in any call, and a view of it is dead then: keep pointers, make views anew.

type Exports = Record<string, (...args: number[]) => number> & { memory: WebAssembly.Memory };

export interface Layer {
  name: string;
  text: string;
  kind: string;
  height: number;
  width: number;
  channels: number;
  flat: boolean;
  parameters: number;
  weights: boolean;
  bias: boolean;
  kernelHeight: number;
  kernelWidth: number;
  multiplyAdds: number;
}

export interface Tensor {
  name: string;
  integers: boolean;
  shape: number[];
  data: number;
  count: number;
}

export interface Term {
  a: number; // flat indices into the tensors of the factors; -1: nowhere
  b: number;
  x: number;
  y: number;
  share: number; // what it adds
  sum: number; // the running total
  part: number;
  note: string; // "" counts; "zero", "padding", "passed over", ...
}

export interface Sum {
  kind: string;
  a: string;
  b: string;
  start: string;
  page: string;
  formula: string;
  function: string;
  value: number;
  stored: number;
  startIndex: number;
  startValue: number;
  leftOut: number;
  zeros: number;
  parts: number;
  chosen: number;
  divisor: number;
  slope: number;
  max: number;
  total: number;
  line: number;
  terms: Term[];
  channels: number[]; // what the terms of each channel of a add
  update?: Update; // of a parameter after the update
}

// An error of the library; the place in a network's text, from 1, where it is about one.
export class LabError extends Error {
  constructor(
    message: string,
    readonly line: number,
    readonly column: number,
  ) {
    super(message);
  }
}

// One parameter in a step of the optimizer.
export interface Update {
  rule: string;
  page: string;
  function: string;
  before: number;
  gradient: number;
  m: number; // of SGD: the velocity
  v: number;
  corrected: number; // m over correction1
  root: number; // of v over correction2
  after: number;
  move: number;
  rate: number;
  beta1: number; // of SGD: the momentum
  beta2: number;
  epsilon: number;
  correction1: number;
  correction2: number;
}

// What the update did to the loss.
export interface Change {
  before: number;
  after: number;
  change: number;
  foretold: number; // gradient x move, added up over all parameters
}

// What the gradient of one output puts on one place.
export interface Stamp {
  place: number;
  weight: number; // its index
  value: number; // of the weight
  share: number;
  total: number; // of the place
}

// Names with this end are of the model after the update. Images and labels are the same in both.
export const AFTER = '.after';
const shared = (name: string) => name === '' || name === 'input' || name === 'labels';

const decoder = new TextDecoder();
const encoder = new TextEncoder();

// Multiplies and adds with one rounding, if the engine has relaxed SIMD.
const RELAXED = Uint8Array.of(
  0,
  97,
  115,
  109,
  1,
  0,
  0,
  0,
  1,
  5,
  1,
  96,
  0,
  1,
  123,
  3,
  2,
  1,
  0,
  10,
  19,
  1,
  17,
  0,
  65,
  0,
  253,
  15,
  65,
  0,
  253,
  15,
  65,
  0,
  253,
  15,
  253,
  133,
  2,
  11,
);
export const hasRelaxed = (): boolean => WebAssembly.validate(RELAXED);

// What wasi-libc asks for: the clock, and streams that nothing is written to.
const STUBS = {
  clock_time_get: () => 0,
  fd_close: () => 0,
  fd_seek: () => 0,
  fd_write: () => 0,
  fd_fdstat_get: () => 0,
};

export class Engine {
  private constructor(
    readonly x: Exports,
    private readonly module: WebAssembly.Module,
  ) {}

  static async start(bytes: BufferSource): Promise<Engine> {
    return Engine.of(await WebAssembly.compile(bytes));
  }

  private static async of(module: WebAssembly.Module): Promise<Engine> {
    const instance = await WebAssembly.instantiate(module, { wasi_snapshot_preview1: STUBS });
    const engine = new Engine(instance.exports as unknown as Exports, module);
    engine.x._initialize();
    return engine;
  }

  // The same code with a memory of its own, without a model.
  another = (): Promise<Engine> => Engine.of(this.module);

  // A copy of numbers in double.
  doubles(pointer: number, count: number): Float64Array {
    return new Float64Array(this.x.memory.buffer, pointer, count).slice();
  }

  words(pointer: number, count: number): Uint32Array {
    return new Uint32Array(this.x.memory.buffer, pointer, count);
  }

  text(pointer: number): string {
    const bytes = new Uint8Array(this.x.memory.buffer, pointer);
    return decoder.decode(bytes.subarray(0, bytes.indexOf(0)));
  }

  // A row of pointers to texts.
  texts(pointer: number, count: number): string[] {
    return [...this.words(pointer, count)].map((p) => this.text(p));
  }

  // Calls with a copy of the bytes in the module's memory.
  private lend<T>(bytes: Uint8Array, call: (pointer: number) => T): T {
    const pointer = this.x.malloc(bytes.length + 1);
    new Uint8Array(this.x.memory.buffer, pointer, bytes.length).set(bytes);
    new Uint8Array(this.x.memory.buffer)[pointer + bytes.length] = 0;
    try {
      return call(pointer);
    } finally {
      this.x.free(pointer);
    }
  }

  lendText<T>(text: string, call: (pointer: number) => T): T {
    return this.lend(encoder.encode(text), call);
  }

  must(good: number): void {
    if (good) return;
    const place = [this.x.lab_error_line(), this.x.lab_error_column()] as const;
    throw new LabError(this.text(this.x.lab_error()), ...place);
  }

  fused = (): boolean => this.x.lab_fused() !== 0;

  network(text: string): void {
    const bytes = encoder.encode(text);
    this.must(this.lend(bytes, (p) => this.x.lab_network(p, bytes.length)));
  }

  model(batch: number, seed: number, look: boolean): void {
    this.must(this.x.lab_model(batch, seed, look ? 1 : 0));
  }

  load(file: Uint8Array, batch: number, look: boolean): void {
    this.must(this.lend(file, (p) => this.x.lab_load(p, file.length, batch, look ? 1 : 0)));
  }

  save(): Uint8Array {
    const pointer = this.x.lab_save();
    this.must(pointer);
    const bytes = new Uint8Array(this.x.memory.buffer, pointer, this.x.lab_save_size()).slice();
    this.x.free(pointer);
    return bytes;
  }

  networkText = (): string => this.text(this.x.lab_text());

  normalization = () => ({ mean: this.x.lab_mean(), std: this.x.lab_std() });
  parameterCount = (): number => this.x.lab_weights();
  // Forward, of all layers, for one image.
  multiplyAdds = (): number => this.x.lab_multiply_adds(this.x.lab_layers());

  layers(): Layer[] {
    return Array.from({ length: this.x.lab_layers() }, (_, i) => this.layer(i));
  }

  private layer(index: number): Layer {
    const f = this.words(this.x.lab_layer(index), 12);
    const [height, width, channels] = f.subarray(3, 6);
    return {
      name: this.text(f[0]),
      text: this.text(f[1]),
      kind: this.text(f[2]),
      height,
      width,
      channels,
      flat: f[6] !== 0,
      parameters: f[7],
      weights: f[8] !== 0,
      bias: f[9] !== 0,
      kernelHeight: f[10],
      kernelWidth: f[11],
      multiplyAdds: this.x.lab_multiply_adds(index),
    };
  }

  // Calls with the name that the tensor has in its model, which is the one looked at meanwhile.
  private named<T>(name: string, call: (pointer: number) => T): T {
    const after = name.endsWith(AFTER);
    this.x.lab_look_at(after ? 1 : 0);
    try {
      return this.lendText(after ? name.slice(0, -AFTER.length) : name, call);
    } finally {
      this.x.lab_look_at(0);
    }
  }

  // Of the model after the update, once there is one.
  tensorsAfter(): Map<string, Tensor> {
    this.x.lab_look_at(1);
    const all = [...this.tensors().values()].filter((t) => !shared(t.name));
    this.x.lab_look_at(0);
    return new Map(all.map((t) => [t.name + AFTER, { ...t, name: t.name + AFTER }]));
  }

  // Their shapes hold the batch: ask again after another batch.
  tensors(): Map<string, Tensor> {
    const all = new Map<string, Tensor>();
    for (let i = 0; i < this.x.lab_tensors(); i++) {
      const f = this.words(this.x.lab_tensor(i), 9);
      const name = this.text(f[0]);
      const shape = [...f.subarray(3, 3 + f[2])];
      all.set(name, { name, integers: f[1] !== 0, shape, data: f[7], count: f[8] });
    }
    return all;
  }

  // The numbers as they are now; not to be kept.
  numbers(tensor: Tensor): Float32Array | Int32Array {
    const { buffer } = this.x.memory;
    return tensor.integers
      ? new Int32Array(buffer, tensor.data, tensor.count)
      : new Float32Array(buffer, tensor.data, tensor.count);
  }

  // Where the largest is, of all or of `count` from `first` on.
  largest = (name: string, first = 0, count = 2 ** 31): number =>
    this.named(name, (p) => this.x.lab_largest(p, first, count));

  parameters(): Float32Array<ArrayBuffer> {
    const buffer = this.x.memory.buffer as ArrayBuffer;
    return new Float32Array(buffer, this.x.lab_parameters(), this.x.lab_parameter_count()).slice();
  }

  setParameters(block: Float32Array): void {
    const bytes = new Uint8Array(block.buffer, block.byteOffset, block.byteLength);
    this.must(this.lend(bytes, (p) => this.x.lab_set_parameters(p, block.length)));
  }

  data(split: number, images: Uint8Array, labels: Uint8Array): void {
    const wide = new Uint8Array(Uint32Array.from(labels).buffer);
    this.must(
      this.lend(images, (p) => this.lend(wide, (q) => this.x.lab_data(split, p, q, labels.length))),
    );
  }

  images(images: Uint8Array, labels: number[]): void {
    const wide = new Uint8Array(Uint32Array.from(labels).buffer);
    this.must(
      this.lend(images, (p) => this.lend(wide, (q) => this.x.lab_images(p, q, labels.length))),
    );
  }

  pass = (): number => this.x.lab_pass();
  misreadAfter = (image: number): number => this.x.lab_misread_after(image);

  // As the network takes it; null where nothing is drawn.
  fit(pixels: Uint8Array, side: number): Uint8Array<ArrayBuffer> | null {
    const pointer = this.lend(pixels, (p) => this.x.lab_fit(p, side, side));
    return pointer ? this.imageAt(pointer) : null;
  }

  // From a picture as the browser decodes it: red, green, blue, opacity.
  fitPicture(pixels: Uint8Array, height: number, width: number): Uint8Array<ArrayBuffer> {
    const pointer = this.lend(pixels, (p) => this.x.lab_fit_rgba(p, height, width));
    this.must(pointer);
    return this.imageAt(pointer);
  }

  // One of the network's images.
  private imageAt(pointer: number): Uint8Array<ArrayBuffer> {
    const { height, width, channels } = this.layer(0);
    const buffer = this.x.memory.buffer as ArrayBuffer;
    return new Uint8Array(buffer, pointer, height * width * channels).slice();
  }

  // One step of the optimizer, in a second model.
  update(rule: string, rate: number, momentum: number): void {
    this.must(this.lendText(rule, (p) => this.x.lab_update(p, rate, momentum)));
  }

  private updated(name: string, index: number): Update {
    const pointer = this.lendText(name, (p) => this.x.lab_updated(p, index));
    const row = new Float64Array(this.x.memory.buffer, pointer, 8);
    const [before, gradient, m, v, corrected, root, after, move] = row;
    const rates = Array.from({ length: 6 }, (_, i) => this.x.lab_update_rate(i));
    const [rate, beta1, beta2, epsilon, correction1, correction2] = rates;
    const [rule, page, fn] = [0, 1, 2].map((i) => this.text(this.x.lab_update_text(i)));
    const numbers = { before, gradient, m, v, corrected, root, after, move };
    const used = { rate, beta1, beta2, epsilon, correction1, correction2 };
    return { rule, page, function: fn, ...numbers, ...used };
  }

  change(): Change {
    const [before, after, change, foretold] = [0, 1, 2, 3].map((i) => this.x.lab_change(i));
    return { before, after, change, foretold };
  }

  // Where the gradient of output `from` goes, in the channel and the image of `place`.
  stamp(gradient: string, place: number, from: number): Stamp[] {
    const count = this.lendText(gradient, (p) => this.x.lab_stamp(p, place, from));
    const rows = new Float64Array(this.x.memory.buffer, this.x.lab_stamps(), count * 5);
    return Array.from({ length: count }, (_, i) => {
      const [at, weight, value, share, total] = rows.subarray(i * 5, i * 5 + 5);
      return { place: at, weight, value, share, total };
    });
  }

  sum(tensor: string, index: number): Sum {
    const after = tensor.endsWith(AFTER);
    const plain = tensor.slice(0, -AFTER.length);
    const sum = this.named(tensor, (p) => {
      this.must(this.x.lab_sum(p, index));
      return this.readSum();
    });
    if (!after) return sum;
    const named = (name: string) => (shared(name) ? name : name + AFTER);
    Object.assign(sum, { a: named(sum.a), b: named(sum.b), start: named(sum.start) });
    const isParameter = sum.kind === 'given' && /[.]/.test(plain);
    return isParameter ? { ...sum, update: this.updated(plain, index) } : sum;
  }

  private readSum(): Sum {
    const text = (i: number) => this.text(this.x.lab_sum_text(i));
    const number = (i: number) => this.x.lab_sum_number(i);
    return {
      kind: text(0),
      a: text(1),
      b: text(2),
      start: text(3),
      page: text(4),
      formula: text(5),
      function: text(6),
      value: number(0),
      stored: number(1),
      startIndex: number(2),
      startValue: number(3),
      leftOut: number(5),
      zeros: number(6),
      parts: number(7),
      chosen: number(8),
      divisor: number(9),
      slope: number(10),
      max: number(11),
      total: number(12),
      line: number(13),
      terms: this.terms(number(4)),
      channels: this.channels(),
    };
  }

  private terms(count: number): Term[] {
    const rows = new Float64Array(this.x.memory.buffer, this.x.lab_terms(), count * 8).slice();
    const notes = new Map<number, string>();
    const note = (n: number) => {
      if (!notes.has(n)) notes.set(n, this.text(this.x.lab_note(n)));
      return notes.get(n)!;
    };
    return Array.from({ length: count }, (_, i) => {
      const [a, b, x, y, share, sum, part, kind] = rows.subarray(i * 8, i * 8 + 8);
      return { a, b, x, y, share, sum, part, note: note(kind) };
    });
  }

  private channels(): number[] {
    const count = this.x.lab_channel_count();
    return [...new Float64Array(this.x.memory.buffer, this.x.lab_channels(), count)];
  }

  // The loss; with the number h larger; h smaller; the quotient; backprop's gradient.
  nudge(tensor: string, index: number, h: number): number[] {
    this.must(this.lendText(tensor, (p) => this.x.lab_nudge(p, index, h)));
    return [...new Float64Array(this.x.memory.buffer, this.x.lab_nudge_numbers(), 5)];
  }

  run(epochs: number, seed: number, rule: string, rate: number, momentum: number): void {
    this.must(this.lendText(rule, (p) => this.x.lab_run(epochs, seed, p, rate, momentum)));
  }

  trainer(rule: string, rate: number, momentum: number): void {
    this.must(this.lendText(rule, (p) => this.x.lab_trainer(p, rate, momentum)));
  }
  trainStep = (): number => this.x.lab_step();

  // The losses of the steps taken, fewer than asked at the end of the run.
  runOn(steps: number): number[] {
    const taken = this.x.lab_run_on(steps);
    return [...new Float64Array(this.x.memory.buffer, this.x.lab_losses(), taken)];
  }

  diverged = (): boolean => this.x.lab_run_diverged() !== 0;
  step = (): number => this.x.lab_run_step();
  epochs = (): number => this.x.lab_run_epochs();

  // Over the held-out images; confusion's rows are true classes, its columns answers.
  evaluate(): { accuracy: number; loss: number; confusion: Uint32Array } {
    this.must(this.x.lab_evaluate());
    const classes = this.layers().at(-1)!.channels;
    return {
      accuracy: this.x.lab_accuracy(),
      loss: this.x.lab_held_out_loss(),
      confusion: this.words(this.x.lab_confusion(), classes * classes).slice(),
    };
  }

  // To each of the held-out images, as many as there are.
  answers(count: number): Uint32Array {
    const pointer = this.x.lab_answers();
    this.must(pointer);
    return this.words(pointer, count).slice();
  }
}
