// Forward, backward and update as one list of steps, from the layers of any chain.
import { AFTER, type Layer } from './engine';
import { words } from './words';

export type Phase = 'forward' | 'backward' | 'update';

export interface Step {
  phase: Phase;
  backward: boolean;
  tensor: string;
  sentence: string;
  maps: string; // what the layers show: '' values, or the end of a tensor's name
}

const w = words.steps;

const stepOf =
  (phase: Phase, maps: string) =>
  (tensor: string, sentence: string): Step => ({
    phase,
    backward: phase === 'backward',
    tensor,
    sentence,
    maps,
  });

function forward(layers: Layer[]): Step[] {
  const of = stepOf('forward', '');
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
  const of = stepOf('backward', '.grad');
  const steps = [of(`${name}.grad`, gradientSentence(layers, i))];
  if (bias) steps.push(of(`${name}.bias.grad`, w.bias));
  if (weights) steps.push(of(`${name}.weight.grad`, w.weight[kind] ?? w.other));
  return steps;
}

// Of each layer with parameters, from the first to the last; then the loss with all of them.
function update(layers: Layer[]): Step[] {
  const of = stepOf('update', '.grad');
  const moves = layers.flatMap(({ name, bias, weights }) => [
    ...(weights ? [of(`${name}.weight${AFTER}`, w.updateWeight)] : []),
    ...(bias ? [of(`${name}.bias${AFTER}`, w.updateBias)] : []),
  ]);
  return [...moves, stepOf('update', AFTER)(`losses${AFTER}`, w.again)];
}

export function stepsOf(layers: Layer[]): Step[] {
  const back = layers.map((_, i) => backwardOf(layers, i));
  return [...forward(layers), ...back.reverse().flat(), ...update(layers)];
}
