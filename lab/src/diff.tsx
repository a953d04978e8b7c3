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

function Line({ kind, text }: { kind: '-' | '+' | ' '; text: string }) {
  const tag = { '-': 'del', '+': 'ins', ' ': 'span' }[kind] as 'span';
  const Tag = tag;
  return (
    <>
      {text.split('\n').map((line, i) => (
        <Tag key={`${i}`} class="code">
          {`${kind} ${line}\n`}
        </Tag>
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
  return (
    <>
      <h3>{words.break.where(page, at + 1, edit.function)}</h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keys */}
      <pre tabIndex={0} class="diff">
        <Line kind=" " text={around.slice(0, at - from).join('\n')} />
        <Line kind="-" text={line} />
        <Line kind="+" text={shift(edit.has, indent)} />
        <Line kind=" " text={around.slice(at - from + 1).join('\n')} />
      </pre>
    </>
  );
}
