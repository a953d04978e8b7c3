// A copy of the model at hand in a module of its own, for what must not change the page: other
// labels, other batches, a step of training.
import type { Engine } from './engine';
import * as state from './state';

let copy: Promise<Engine> | null = null;

// For a batch of that many images, with the weights of this moment. There is one copy: the next
// call changes it.
export async function copyOf(images: number): Promise<Engine> {
  copy ??= state.theEngine().another();
  const engine = await copy;
  engine.load(state.theEngine().save(), images, true);
  return engine;
}

// The image at hand that many times, as a batch, after a pass.
export async function batchOf(images: number, label = state.label.value): Promise<Engine> {
  const engine = await copyOf(images);
  const { length } = state.pixels.value;
  const bytes = new Uint8Array(images * length);
  for (let i = 0; i < images; i++) bytes.set(state.pixels.value, i * length);
  engine.images(bytes, Array<number>(images).fill(label));
  engine.pass();
  return engine;
}

export function numberOf(engine: Engine, { tensor, index }: state.Place): number {
  return engine.numbers(engine.tensors().get(tensor)!)[index];
}

// The number after one step of plain gradient descent on the image at hand.
export async function stepped(place: state.Place, rate: number): Promise<number> {
  const engine = await batchOf(1);
  engine.trainer('sgd', rate, 0);
  engine.trainStep();
  return numberOf(engine, place);
}
