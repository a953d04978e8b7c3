// All mistakes to choose from: found by a word, grouped by their place in the code, or by what
// becomes of a run, which gives the answers away.
import { signal } from '@preact/signals';
import * as breaking from './breaking';
import { words } from './words';

const w = words.break;
const FIRST = ['sign', 'gradients-not-cleared', 'relu-open', 'conv-dx-flipped', 'pool-all'];
FIRST.push('dense-dw-over-n-twice');

type By = keyof typeof w.groups;
const typed = signal('');
const by = signal<By>('place');

const placeOf = (card: breaking.Card) => w.places[card.edits[0].file] ?? card.edits[0].file;
const familyOf = (card: breaking.Card) => w.families[card.family][0];

function found(card: breaking.Card): boolean {
  const text = `${card.name} ${card.text} ${placeOf(card)}`.toLowerCase();
  return typed.value
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

function groupsOf(cards: breaking.Card[]): Map<string, breaking.Card[]> {
  const groups = new Map<string, breaking.Card[]>();
  const groupOf = by.value === 'place' ? placeOf : familyOf;
  if (by.value === 'place' && typed.value === '')
    groups.set(w.begin, FIRST.map((n) => cards.find((c) => c.name === n)!).filter(Boolean));
  for (const card of cards) {
    const group = groupOf(card);
    groups.set(group, [...(groups.get(group) ?? []), card]);
  }
  return groups;
}

function guessed(name: string): string {
  const done = Object.keys(breaking.truths.value).some((k) => k.split(' ')[0] === name);
  return done ? ` ${w.done}` : '';
}

function Entry({ card }: { card: breaking.Card }) {
  return (
    <li>
      <button type="button" class="entry" onClick={() => breaking.openCard(card.name)}>
        <b>{card.name}</b>
        {guessed(card.name)}
        <span class="soft">{card.text}</span>
      </button>
    </li>
  );
}

function Find() {
  return (
    <div class="row wrap">
      <label>
        {w.find}{' '}
        <input
          type="search"
          value={typed.value}
          onInput={(e) => {
            typed.value = e.currentTarget.value;
          }}
        />
      </label>
      <label>
        {w.group}{' '}
        <select
          value={by.value}
          onChange={(e) => {
            by.value = e.currentTarget.value as By;
          }}
        >
          {(Object.keys(w.groups) as By[]).map((g) => (
            <option key={g} value={g}>
              {w.groups[g]}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}

export function List() {
  const cards = breaking.cards().filter(found);
  const { right, of } = breaking.score.value;
  return (
    <>
      <h2>{w.title}</h2>
      <p class="soft">{w.hint}</p>
      {of > 0 && <p class="score">{w.score(right, of)}</p>}
      <Find />
      <p class="soft" role="status">
        {w.found(cards.length, breaking.cards().length)}
      </p>
      {[...groupsOf(cards)].map(([group, some]) => (
        <div key={group}>
          <h3>{group}</h3>
          <ul class="entries">
            {some.map((card) => (
              <Entry key={card.name} card={card} />
            ))}
          </ul>
        </div>
      ))}
    </>
  );
}
