// The catalog of mistakes, cases with one of them, and what the doctor says: calls of lab_break.c
// and lab_doctor.c, by the page and by workers.
import type { Engine } from './engine';

export interface Edit {
  file: string;
  function: string;
  was: string;
  has: string;
}

export interface Mistake {
  name: string;
  family: string;
  text: string;
  seen: string;
  red: string;
  needs: string;
  edits: Edit[];
}

export interface Case {
  network: string;
  mistake: string; // "": none
  images: number; // the first ones to train on
  batch: number;
  seed: number;
  rule: string;
  rate: number;
  decay: number;
}

export type Verdict = 'ok' | 'warn' | 'fail';
const VERDICTS: Verdict[] = ['ok', 'warn', 'fail']; // enum cnn_verdict

export interface Finding {
  code: string;
  layer: string;
  text: string;
  advice: string;
  verdict: Verdict;
}

export interface Diagnosis {
  cause: Finding | null; // the most likely one
  findings: Finding[];
}

function editOf(engine: Engine, index: number, edit: number): Edit {
  const [file, name, was, has] = engine.texts(engine.x.lab_mistake_edit(index, edit), 4);
  return { file, function: name, was, has };
}

function mistakeOf(engine: Engine, index: number): Mistake {
  const pointer = engine.x.lab_mistake(index);
  const edits = engine.words(pointer, 7)[6];
  const [name, family, text, seen, red, needs] = engine.texts(pointer, 6);
  const each = Array.from({ length: edits }, (_, i) => editOf(engine, index, i));
  return { name, family, text, seen, red, needs, edits: each };
}

export const catalogOf = (engine: Engine): Mistake[] =>
  Array.from({ length: engine.x.lab_mistakes() }, (_, i) => mistakeOf(engine, i));

function takeCase(engine: Engine, c: Case): void {
  engine.network(c.network);
  engine.must(
    engine.lendText(c.mistake, (m) =>
      engine.lendText(c.rule, (r) =>
        engine.x.lab_case(m, c.images, c.batch, c.seed, r, c.rate, c.decay),
      ),
    ),
  );
}

export function beginCase(engine: Engine, c: Case, epochs: number): void {
  takeCase(engine, c);
  engine.must(engine.x.lab_case_run(epochs));
}

function findingAt(engine: Engine, index: number): Finding | null {
  const pointer = engine.x.lab_finding(index);
  if (!pointer) return null;
  const verdict = VERDICTS[engine.words(pointer, 5)[4]];
  const [code, layer, text, advice] = engine.texts(pointer, 4);
  return { code, layer, text, advice, verdict };
}

// Takes seconds.
export function examine(engine: Engine, c: Case): Diagnosis {
  takeCase(engine, c);
  engine.must(engine.x.lab_doctor());
  const count = engine.x.lab_findings();
  const findings = Array.from({ length: count }, (_, i) => findingAt(engine, i)!);
  return { cause: findingAt(engine, -1), findings };
}

// After an epoch, by the shares of images read right.
export const curveShows = (engine: Engine, sound: number, mistaken: number): boolean =>
  engine.x.lab_curve_shows(sound, mistaken) !== 0;
