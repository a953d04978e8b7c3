// How many held-out images the model at hand reads right: asked of a module of its own, so that the
// numbers that are looked at stay.
import { Engine } from './engine';
import * as state from './state';

let wasm: BufferSource;
let other: Engine | null = null;

export const measureWith = (bytes: BufferSource): void => {
  wasm = bytes;
};

export async function measure(): Promise<{ accuracy: number; loss: number }> {
  const isFirst = other === null;
  other ??= await Engine.start(wasm);
  other.load(state.theEngine().save(), 64, false);
  const { pixels, labels } = state.heldOut();
  if (isFirst) other.data(1, pixels, labels);
  return other.evaluate();
}
