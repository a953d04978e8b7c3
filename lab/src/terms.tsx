// Words of the field, dotted where they appear: what each means comes up by mouse, touch and key.
import { signal } from '@preact/signals';
import { words } from './words';

const all = words.terms as Record<string, string>;
// As they are written: a kernel, two kernels, Softmax.
const WORD = new RegExp(`\\b(${Object.keys(all).join('|')})(e?s)?\\b`, 'i');
const keyOf = (word: string) =>
  Object.keys(all).find((k) => word.toLowerCase().startsWith(k.toLowerCase()))!;

interface Open {
  term: string;
  left: number;
  bottom: number; // of the window to the word's top
  by: Element;
}
const opened = signal<Open | null>(null);

function show(by: Element, term: string): void {
  const { left, top } = by.getBoundingClientRect();
  const room = document.documentElement.clientWidth;
  opened.value = {
    term,
    left: Math.max(8, Math.min(left, room - 288)),
    bottom: innerHeight - top + 6,
    by,
  };
}

const close = () => {
  opened.value = null;
};

function Term({ word }: { word: string }) {
  const term = keyOf(word);
  const isOpen = opened.value?.term === term;
  return (
    <button
      type="button"
      class="term"
      aria-expanded={isOpen}
      aria-describedby={isOpen ? 'meaning' : undefined}
      onPointerEnter={(e) => e.pointerType === 'mouse' && show(e.currentTarget, term)}
      onPointerLeave={(e) => e.pointerType === 'mouse' && close()}
      onClick={(e) => show(e.currentTarget, term)}
      onKeyDown={(e) => e.key === 'Escape' && close()}
      onBlur={close}
    >
      {word}
    </button>
  );
}

// A sentence with the first use of each of its terms dotted.
export function Explained({ text }: { text: string }) {
  const parts = [];
  const seen = new Set<string>();
  let rest = text;
  for (let found = WORD.exec(rest); found; found = WORD.exec(rest)) {
    const [word] = found;
    const isNew = !seen.has(keyOf(word));
    seen.add(keyOf(word));
    parts.push(rest.slice(0, found.index), isNew ? <Term key={word} word={word} /> : word);
    rest = rest.slice(found.index + word.length);
  }
  return (
    <>
      {parts}
      {rest}
    </>
  );
}

// Where the meaning comes up: above the word.
export function Meaning() {
  const at = opened.value;
  if (!at) return null;
  const style = { left: `${at.left}px`, bottom: `${at.bottom}px` };
  return (
    <p id="meaning" role="tooltip" class="meaning" style={style}>
      <b>{at.term}</b> {all[at.term]}
    </p>
  );
}
