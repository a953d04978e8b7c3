// What cnn_diagnose says of the numbers that a mistake makes: calls of lab_diagnose.c.
import type { Engine } from './engine';

export interface Wrong {
  layer: string;
  place: string; // "dx[0,1,1,0]"
  ours: number; // as it should be
  theirs: number;
  properties: number; // bits, enum cnn_property
  ratio: number;
}

export interface Named {
  names: string[]; // the mistakes that explain the numbers; of a pair, both
  wrong: Wrong | null; // the first wrong number; null: there is none
}

function wrongOf(engine: Engine): Wrong {
  const [ours, theirs, properties, ratio] = engine.doubles(engine.x.lab_wrong_numbers(), 4);
  const [layer, place] = [engine.x.lab_wrong_layer(), engine.x.lab_wrong_place()];
  return { layer: engine.text(layer), place: engine.text(place), ours, theirs, properties, ratio };
}

const nameOf = (engine: Engine, index: number): string =>
  [...engine.words(engine.x.lab_explanation(index), 2)]
    .filter((pointer) => pointer !== 0)
    .map((pointer) => engine.text(pointer))
    .join(' + ');

export function named(engine: Engine, mistake: string): Named {
  engine.must(engine.lendText(mistake, (p) => engine.x.lab_diagnose(p)));
  const count = engine.x.lab_explanations();
  const names = Array.from({ length: count }, (_, i) => nameOf(engine, i));
  return { names, wrong: engine.x.lab_diagnosis_right() ? null : wrongOf(engine) };
}
