// Forward and backward as one list of steps, from the layers of any chain.
import type { Layer } from './engine';
import { words } from './words';

export interface Step {
  backward: boolean;
  tensor: string;
  sentence: string;
}

const w = words.steps;

function forward(layers: Layer[]): Step[] {
  const of = (tensor: string, sentence: string) => ({ backward: false, tensor, sentence });
  return [
    of('input', w.input),
    ...layers.slice(1).map((l) => of(l.name, w.layers[l.kind] ?? w.other)),
    of('probabilities', w.probabilities),
    of('losses', w.losses),
  ];
}

// The gradient of a layer's output is what the layer after it passes back.
function gradientSentence(layers: Layer[], i: number): string {
  const reader = layers[i + 1];
  if (!reader) return w.logits;
  const how = w.gradients[reader.kind] ?? w.other;
  return i === 0 ? w.inputGradient(how) : how;
}

function backwardOf(layers: Layer[], i: number): Step[] {
  const { name, kind, bias, weights } = layers[i];
  const of = (tensor: string, sentence: string) => ({ backward: true, tensor, sentence });
  const steps = [of(`${name}.grad`, gradientSentence(layers, i))];
  if (bias) steps.push(of(`${name}.bias.grad`, w.bias));
  if (weights) steps.push(of(`${name}.weight.grad`, w.weight[kind] ?? w.other));
  return steps;
}

export function stepsOf(layers: Layer[]): Step[] {
  const back = layers.map((_, i) => backwardOf(layers, i));
  return [...forward(layers), ...back.reverse().flat()];
}
