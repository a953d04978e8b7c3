// How the held-out images are read now: true digit against answer, and those misread.

import { useSignalEffect } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { className } from './about';
import { drawPixels } from './pixels';
import * as state from './state';
import * as training from './training';
import { words } from './words';

const w = words.reading;
const SHOWN = 24;

interface Misread {
  image: number;
  says: number;
}

const reading = () => training.runs[training.onMap.value].reading.value;

function misreads(answers: Uint32Array): Misread[] {
  const { labels } = state.heldOut();
  const list: Misread[] = [];
  answers.forEach((says, image) => {
    if (says !== labels[image]) list.push({ image, says });
  });
  return list;
}

function Thumbnail({ image }: { image: number }) {
  const { width, height } = state.shape();
  const canvas = useRef<HTMLCanvasElement>(null);
  useSignalEffect(() => {
    if (canvas.current) drawPixels(canvas.current, state.heldOutImage(image));
  });
  return <canvas key={image} ref={canvas} width={width} height={height} />;
}

function Misreads({ list }: { list: Misread[] }) {
  return (
    <>
      <h3>
        {w.misread} <span>{w.count(list.length, state.heldOut().labels.length)}</span>
      </h3>
      <p class="row wrap misreads">
        {list.slice(0, SHOWN).map(({ image, says }) => (
          <button
            key={image}
            type="button"
            title={w.reads(className(state.heldOut().labels[image]), className(says))}
            aria-label={w.look(image, className(state.heldOut().labels[image]), className(says))}
            onClick={() => state.showTest(image)}
          >
            <Thumbnail key={image} image={image} />
            <span aria-hidden="true">{className(says)}</span>
          </button>
        ))}
        {list.length > SHOWN && <span class="soft">{w.more(list.length - SHOWN)}</span>}
      </p>
    </>
  );
}

interface CellProps {
  count: number;
  truth: number;
  says: number;
  first?: Misread;
}

function Cell({ count, truth, says, first }: CellProps) {
  const kind = truth === says ? 'right' : count > 0 ? 'wrong' : 'none';
  const text = count > 0 ? `${count}` : '';
  return (
    <td class={kind}>
      {first ? (
        <button
          type="button"
          aria-label={w.cell(count, className(truth), className(says))}
          title={w.cell(count, className(truth), className(says))}
          onClick={() => state.showTest(first.image)}
        >
          {text}
        </button>
      ) : (
        text
      )}
    </td>
  );
}

function Confusion({ counts, list }: { counts: Uint32Array; list: Misread[] }) {
  const { labels } = state.heldOut();
  const classes = Array.from({ length: Math.round(Math.sqrt(counts.length)) }, (_, k) => k);
  return (
    <table class="confusion">
      <caption>{w.confusion}</caption>
      <thead>
        <tr>
          <th scope="col">{w.corner}</th>
          {classes.map((k) => (
            <th key={k} scope="col">
              {className(k)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {classes.map((truth) => (
          <tr key={truth}>
            <th scope="row">{className(truth)}</th>
            {classes.map((says) => (
              <Cell
                key={says}
                count={counts[truth * classes.length + says]}
                truth={truth}
                says={says}
                first={list.find((m) => labels[m.image] === truth && m.says === says)}
              />
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function ReadingPanel() {
  const now = reading();
  if (!now) return null;
  const list = misreads(now.answers);
  return (
    <>
      <Misreads list={list} />
      <Confusion counts={now.confusion} list={list} />
    </>
  );
}
