// Weights are nudged, and the quotient is set beside the gradient.
import { words } from './words';

const w = words.check;

export function CheckPanel() {
  return (
    <section class="check" aria-label={w.title}>
      <h2>{w.title}</h2>
    </section>
  );
}
