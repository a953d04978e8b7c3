// A classic mistake, put into the backward pass on purpose.
import { words } from './words';

const w = words.break;

export function BreakPanel() {
  return (
    <section class="break" aria-label={w.title}>
      <h2>{w.title}</h2>
    </section>
  );
}
