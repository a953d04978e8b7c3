// A mistake's line as a diff, with the lines around it, from the sources in the page.
import type { Edit } from './mistakes';
import * as state from './state';
import { words } from './words';

const BEFORE = 2;
const AFTER = 1;

// The line of the edit, in its function; -1: nowhere.
function lineOf(lines: string[], { function: name, was }: Edit): number {
  const head = lines.findIndex((l) => /^\S/.test(l) && l.includes(`${name}(`) && !l.endsWith(';'));
  return lines.findIndex((l, i) => i > head && l.trim() === was);
}

const shift = (text: string, by: string) =>
  text
    .split('\n')
    .map((line) => by + line)
    .join('\n');

// The lines without the indentation that all of them have.
function outdent(lines: string[]): string[] {
  const indents = lines.filter((l) => l.trim()).map((l) => l.length - l.trimStart().length);
  return lines.map((l) => l.slice(Math.min(...indents)));
}

// How many characters at the start, and then at the end, are the same.
function shared(a: string, b: string): [number, number] {
  const most = Math.min(a.length, b.length);
  let [head, tail] = [0, 0];
  while (head < most && a[head] === b[head]) head++;
  while (tail < most - head && a.at(-1 - tail) === b.at(-1 - tail)) tail++;
  return [head, tail];
}

interface LineProps {
  kind: '-' | '+' | ' ';
  text: string;
  same?: [number, number]; // what is between them is marked
}

function Line({ kind, text, same }: LineProps) {
  const Tag = { '-': 'del', '+': 'ins', ' ': 'span' }[kind] as 'span';
  const [head, tail] = same ?? [text.length, 0];
  return (
    <Tag class="code">
      {`${kind} ${text.slice(0, head)}`}
      {same && <b>{text.slice(head, text.length - tail)}</b>}
      {`${text.slice(text.length - tail)}\n`}
    </Tag>
  );
}

function Lines({ kind, text }: LineProps) {
  return (
    <>
      {text.split('\n').map((line, i) => (
        <Line key={`${i}`} kind={kind} text={line} />
      ))}
    </>
  );
}

export function Diff({ edit }: { edit: Edit }) {
  const page = `src/${edit.file}`;
  const lines = state.source(page).split('\n');
  const at = lineOf(lines, edit);
  const from = Math.max(0, at - BEFORE);
  const around = outdent(lines.slice(from, at + AFTER + 1));
  const line = around[at - from] ?? edit.was;
  const indent = line.slice(0, line.length - line.trimStart().length);
  const has = shift(edit.has, indent);
  const same = has.includes('\n') ? undefined : shared(line, has);
  return (
    <>
      <h3>{words.break.where(page, at + 1, edit.function)}</h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keys */}
      <pre tabIndex={0} class="diff">
        <Lines kind=" " text={around.slice(0, at - from).join('\n')} />
        <Line kind="-" text={line} same={same} />
        {same ? <Line kind="+" text={has} same={same} /> : <Lines kind="+" text={has} />}
        <Lines kind=" " text={around.slice(at - from + 1).join('\n')} />
      </pre>
    </>
  );
}
