// The network as text: presets, edits, files.
import { words } from './words';

const w = words.network;

export function NetworkPanel() {
  return (
    <section class="network" aria-label={w.title}>
      <h2>{w.title}</h2>
    </section>
  );
}
