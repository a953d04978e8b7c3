// Ten stops that wait for an act, and questions.
import { words } from './words';

const w = words.tour;

export function TourPanel() {
  return (
    <section class="tour" aria-label={w.title}>
      <h2>{w.title}</h2>
    </section>
  );
}
