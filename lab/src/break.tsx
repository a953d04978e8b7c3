// A classic mistake, made on purpose: all of them, or the card of one.
import { useEffect } from 'preact/hooks';
import { Card } from './break_card';
import { List } from './break_list';
import * as breaking from './breaking';
import { words } from './words';

export function BreakPanel() {
  const card = breaking.card.value;
  useEffect(() => {
    // In one column the panel is far below.
    if (matchMedia('(max-width: 900px)').matches)
      document.querySelector('.break')?.scrollIntoView();
    else document.querySelector('.right')?.scrollTo(0, 0);
  }, [card]);
  return (
    <section class="break" aria-label={words.break.title}>
      {card ? <Card key={card.name} card={card} /> : <List />}
    </section>
  );
}
