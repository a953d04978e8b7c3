// The network from left to right: every channel of every layer, and the kernels of one.
import { className } from './about';
import { BatchStrip } from './batch';
import { cellStyle, colorAt, gradientOf, rampOf } from './colors';
import { AFTER, type Layer } from './engine';
import { digits3, short } from './numbers';
import { NumberButton, Sheets } from './sheets';
import * as state from './state';
import { Explained } from './terms';
import { words } from './words';

const w = words.map;
const SCORES_MAX = 20; // outputs that a table has room for

function reached(tensor: string): boolean {
  if (!state.walked.value) return true;
  return state.steps.value.findIndex((s) => s.tensor === tensor) <= state.step.value;
}

function Head({ layer }: { layer: Layer }) {
  return (
    <p class="head">
      <b>{layer.name}</b>
      <small>{layer.kind === 'input' ? w.input : layer.text}</small>
      <small>{w.shape(layer.height, layer.width, layer.channels)}</small>
    </p>
  );
}

function sizeOf(layer: Layer, index: number): { width: number; columns: number } {
  if (index === 0) return { width: 80, columns: 1 };
  if (layer.flat) return { width: 52, columns: 1 };
  return { width: 36, columns: Math.max(1, Math.ceil(layer.channels / 8)) };
}

function Column({ layer, index }: { layer: Layer; index: number }) {
  const name = state.mapOf(layer.name, state.current.value.maps);
  const isOn = state.current.value.tensor === name;
  const { width, columns } = sizeOf(layer, index);
  return (
    <section class={`layer ${reached(name) ? '' : 'dim'} ${isOn ? 'now' : ''}`}>
      <Head layer={layer} />
      <Sheets key={name} name={name} width={width} columns={columns} />
    </section>
  );
}

function Score({ tensor, k }: { tensor: string; k: number }) {
  state.reread.value;
  const index = state.ofShown(tensor, k);
  const value = state.numbers(tensor)[index];
  const color = colorAt(rampOf(tensor, state.dark.value), value, state.largest(tensor));
  return (
    <td style={cellStyle(color)} class={reached(tensor) ? '' : 'dim'}>
      <NumberButton place={{ tensor, index }} text={short(value)} />
    </td>
  );
}

// The last layer: a score, a share and p − y for each class.
function Scores({ layer }: { layer: Layer }) {
  state.reread.value;
  const columns: [string, string][] = [
    [w.score, layer.name],
    [w.share, 'probabilities'],
  ];
  const { maps } = state.current.value;
  if (maps === '.grad') columns.push([w.gradient, `${layer.name}.grad`]);
  if (maps === AFTER) columns.push([w.shareAfter, `probabilities${AFTER}`]);
  const losses = `losses${maps === AFTER ? maps : ''}`;
  return (
    <section class={`layer ${reached(layer.name) || maps ? '' : 'dim'}`}>
      <Head layer={layer} />
      <table class="scores">
        <thead>
          <tr>
            <th />
            {columns.map(([title]) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {Array.from({ length: layer.channels }, (_, k) => (
            <tr key={`class ${k}`} class={k === state.label.value ? 'true' : ''}>
              <th scope="row">{className(k)}</th>
              {columns.map(([title, tensor]) => (
                <Score key={title} tensor={tensor} k={k} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <p class="loss">
        {maps === AFTER ? w.lossAfter : w.loss}{' '}
        <NumberButton
          place={{ tensor: losses, index: state.ofShown(losses) }}
          text={digits3(state.shownNumbers(losses)[0])}
        />
      </p>
    </section>
  );
}

function Legend() {
  const dark = state.dark.value;
  return (
    <p class="legend">
      {w.value} − <i style={{ background: gradientOf('x', dark) }} /> +
      <span class="gap" />
      <Explained text={w.gradientLegend} /> −{' '}
      <i class="dashed" style={{ background: gradientOf('x.grad', dark) }} /> +
      <span class="gap" />
      {w.scale}
    </p>
  );
}

// The layer with weights that the shown number belongs to, or that the next numbers come from.
function weighted(layers: Layer[]): Layer | undefined {
  const s = state.sum.value;
  const used = typeof s === 'string' ? '' : s.b;
  const name = (used.endsWith('.weight') ? used : state.shown.value.tensor).split('.')[0];
  const at = layers.findIndex((l) => l.name === name);
  if (at < 0) return layers.at(-1);
  const before = layers.slice(0, at + 1).findLast((l) => l.weights);
  return before ?? layers.slice(at).find((l) => l.weights);
}

// One kernel's width on the screen.
function kernelWidth(layer: Layer): number {
  if (!layer.kernelWidth) return 64;
  const layout = state.layout(`${layer.name}.weight`)!;
  return Math.min(420, layout.width * (layout.width < 6 ? 11 : layout.width < 40 ? 4 : 3));
}

function Strip({ name, width }: { name: string; width: number }) {
  state.reread.value;
  const { count } = state.tensor(name)!;
  const layout = state.layout(name)!;
  const all = Math.max(290, layout.sheets * (width + 6));
  return (
    <div class="strip" style={{ width: `min(100%, ${all}px)` }}>
      <h3 title={w.kernelsWhy(name)}>
        {w.kernels(name, count)} · <span>{w.largest(digits3(state.largest(name)))}</span>
      </h3>
      <Sheets key={name} name={name} width={width} />
    </div>
  );
}

function Kernels() {
  const layer = weighted(state.layers());
  if (!layer) return null;
  const width = kernelWidth(layer);
  const { phase } = state.current.value;
  const gradients = phase !== 'forward' || ['train', 'check'].includes(state.mode.value);
  const more = [...(gradients ? ['.grad'] : []), ...(phase === 'update' ? [AFTER] : [])];
  const parts = ['weight', ...(layer.bias ? ['bias'] : [])];
  const tensors = parts.flatMap((p) => [p, ...more.map((end) => p + end)]);
  return (
    <div class="kernels">
      {tensors.map((p) => {
        const name = `${layer.name}.${p}`;
        const isBias = p.startsWith('bias');
        return <Strip key={name} name={name} width={isBias ? layer.channels * 11 : width} />;
      })}
    </div>
  );
}

export function NetworkMap() {
  const layers = state.layers();
  const last = layers.length - 1;
  const asTable = layers[last].channels <= SCORES_MAX;
  return (
    <main aria-label={w.label}>
      <BatchStrip />
      <div class="map">
        {layers.map((layer, i) =>
          i === last && asTable ? (
            <Scores key={layer.name} layer={layer} />
          ) : (
            <Column key={layer.name} layer={layer} index={i} />
          ),
        )}
      </div>
      <Legend />
      <Kernels />
    </main>
  );
}
