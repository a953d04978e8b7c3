// The network: its text, its layers as a table, and model files in and out.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { theAbout } from './about';
import { attempt, Editor } from './editor';
import { download } from './files';
import { measure } from './measure';
import { digits3, percent } from './numbers';
import { fileStem } from './presets';
import * as state from './state';
import { words } from './words';

const w = words.network;
const count = (n: number) => n.toLocaleString('en');

function Layers() {
  const layers = state.layers();
  return (
    <table class="layers">
      <thead>
        <tr>
          {w.columns.map((name) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {layers.map((l) => (
          <tr key={l.name}>
            <th scope="row">{l.name}</th>
            <td>{words.map.shape(l.height, l.width, l.channels)}</td>
            <td>{count(l.parameters)}</td>
            <td>{count(l.multiplyAdds)}</td>
          </tr>
        ))}
        <tr>
          <th scope="row">{w.total}</th>
          <td />
          <td>{count(state.theEngine().parameterCount())}</td>
          <td>{count(state.theEngine().multiplyAdds())}</td>
        </tr>
      </tbody>
    </table>
  );
}

async function open(file: File | undefined): Promise<void> {
  if (!file) return;
  const bytes = new Uint8Array(await file.arrayBuffer());
  attempt(() => state.useModel(bytes, file.name));
}

function Files() {
  const pick = (e: Event) => {
    const input = e.target as HTMLInputElement;
    open(input.files?.[0]).then(() => {
      input.value = '';
    });
  };
  const save = () => download(state.theEngine().save(), `${fileStem()}.safetensors`);
  return (
    <p class="row wrap">
      <label class="file">
        {w.load} <input type="file" accept=".safetensors" onChange={pick} />
      </label>
      <button type="button" onClick={save}>
        {w.save}
      </button>
    </p>
  );
}

// Measured when asked: a large network takes a while.
function Right() {
  const result = useSignal<{ accuracy: number; loss: number } | null>(null);
  const weights = state.revision.value;
  useEffect(() => {
    result.value = null;
  }, [state.network.value, state.origin.value]);
  const ask = () =>
    measure().then((found) => {
      result.value = found;
    });
  const found = result.value;
  return (
    <p class="row wrap right-share" data-revision={weights}>
      <button type="button" onClick={ask}>
        {w.measure}
      </button>
      <output>
        {found &&
          w.right(
            percent(found.accuracy, 2),
            count(state.heldOut().labels.length),
            digits3(found.loss),
          )}
      </output>
    </p>
  );
}

export function NetworkPanel() {
  const drop = (e: DragEvent) => {
    e.preventDefault();
    open(e.dataTransfer?.files[0]);
  };
  useEffect(() => {
    if (matchMedia('(max-width: 900px)').matches)
      document.querySelector('.network')?.scrollIntoView();
  }, []);
  return (
    <section
      class="network"
      aria-label={w.title}
      onDragOver={(e) => e.preventDefault()}
      onDrop={drop}
    >
      <h2>{w.title}</h2>
      <p class="soft">{w.hint}</p>
      <Editor />
      <p class="origin">{words.picture.weights(state.origin.value, theAbout())}</p>
      <Files />
      <Right />
      <Layers />
    </section>
  );
}
