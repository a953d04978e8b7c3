// The line of C that says the formula, and the function that computes it.
import { shellWord, theAbout } from './about';
import { AFTER, type Sum } from './engine';
import { fileStem } from './presets';
import * as state from './state';
import { words } from './words';

const AROUND = 2;

// From its head to the brace in column 0.
function functionText(lines: string[], name: string): string {
  const head = lines.findIndex((l) => /^\S/.test(l) && l.includes(`${name}(`));
  if (head < 0) return '';
  const end = lines.findIndex((l, i) => i > head && l === '}');
  return lines.slice(head, end + 1).join('\n');
}

// What prints the same numbers, for an image that the command has too.
export function Command() {
  const isBatch = state.pictures.value.length > 1;
  const isAfter = state.shown.value.tensor.endsWith(AFTER);
  if (state.image.value < 0 || isBatch || isAfter) return null;
  const isOwn = state.origin.value.kind === 'own';
  const { program, model: own, data } = theAbout();
  const model = isOwn ? shellWord(own) : `${fileStem()}.safetensors`;
  const where = state.whereOf(state.shown.value);
  return (
    <>
      <p class="soft">{isOwn ? words.sum.command : words.sum.saved}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keys */}
      <pre tabIndex={0} class="command">
        {`${shellWord(program)} explain ${model} ${shellWord(data)} '${where}' --index ${state.image.value}${state.bitsFlag()}`}
      </pre>
    </>
  );
}

// A whole function of a page, with the lines that hold `mark`.
export function FunctionCode({ page, name, mark }: { page: string; name: string; mark: string }) {
  const lines = functionText(state.source(page).split('\n'), name).split('\n');
  return (
    <>
      <h3 title={words.sum.functionWhy}>{`${page}, ${name}()`}</h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keys */}
      <pre tabIndex={0}>
        {lines.map((line) => (line.includes(mark) ? <mark key={line}>{line}</mark> : `${line}\n`))}
      </pre>
    </>
  );
}

export function Code({ s }: { s: Sum }) {
  if (!s.page) return null;
  const lines = state.source(s.page).split('\n');
  const from = Math.max(0, s.line - 1 - AROUND);
  const text = functionText(lines, s.function);
  return (
    <>
      <h3 title={words.sum.lineWhy}>{words.sum.line(s.page, s.line)}</h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keys */}
      <pre tabIndex={0}>
        {lines
          .slice(from, s.line + AROUND)
          .map((line, i) =>
            from + i === s.line - 1 ? <mark key={`${from + i}`}>{line}</mark> : `${line}\n`,
          )}
      </pre>
      {text && (
        <details>
          <summary title={words.sum.functionWhy}>{words.sum.function(s.function)}</summary>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keys */}
          <pre tabIndex={0}>{text}</pre>
        </details>
      )}
    </>
  );
}
