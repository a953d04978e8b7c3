// What docs/mistakes.md measured of each mistake, for the page: figures as they are written there.
import { readFileSync } from 'node:fs';

const cells = (line) =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());

// | `NAME` ² | 93.5 / 95.1 | 90.9 / 93.0 | check | doctor |; ²: in the second network
function mistakeOf(line) {
  const [, name, second] = line.match(/^\| `([a-z0-9-]+)`( ²)? \|/);
  const [, adam, sgd, check, doctor] = cells(line);
  const said = check.replaceAll('**', '');
  return [name, { adam, sgd, check: said, doctor, second: Boolean(second), flags: '' }];
}

// | right, `FLAGS`, as for `NAME` | ...: what a mistake needs to show, and the sound figures with it
function withFlags(line) {
  const [, flags, name] = line.match(/^\| right, `([^`]+)`, as for `([^`]+)`/);
  const [, adam, sgd] = cells(line);
  return [name, { flags, sound: { adam, sgd } }];
}

function soundOf(line) {
  const [, adam, sgd] = cells(line);
  return { adam, sgd };
}

// The first indented block: the second network.
function networkIn(lines) {
  const first = lines.findIndex((l) => l.startsWith('    input '));
  const end = lines.findIndex((l, i) => i > first && !l.startsWith('    '));
  return `${lines
    .slice(first, end)
    .map((l) => l.trim())
    .join('\n')}\n`;
}

export function measured(path) {
  const lines = readFileSync(path, 'utf8').split('\n');
  const sound = soundOf(lines.find((l) => l.startsWith('| right |')));
  const other = soundOf(lines.find((l) => l.startsWith('| right, in a second network')));
  const mistakes = Object.fromEntries(lines.filter((l) => l.startsWith('| `')).map(mistakeOf));
  for (const one of Object.values(mistakes)) one.sound = one.second ? other : sound;
  for (const [name, more] of lines.filter((l) => l.startsWith('| right, `')).map(withFlags))
    Object.assign(mistakes[name], more);
  return { second: networkIn(lines), mistakes };
}
