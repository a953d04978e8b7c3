// One image, or a batch: its images with what the network says of each.

import { useSignalEffect } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { className } from './about';
import { digits3 } from './numbers';
import { drawPixels } from './pixels';
import * as state from './state';
import { words } from './words';

const w = words.batch;
const SIZES = [1, 8, 32];

export function BatchSwitch() {
  return (
    <fieldset class="speeds batch-switch">
      <legend>{w.label}</legend>
      {SIZES.map((n) => (
        <button
          key={n}
          type="button"
          aria-pressed={state.together.value === n}
          aria-label={w.sentence(n)}
          title={w.sentence(n)}
          onClick={() => state.lookTogether(n)}
        >
          {w.size(n)}
        </button>
      ))}
    </fieldset>
  );
}

function Thumb({ at }: { at: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useSignalEffect(() => {
    const picture = state.pictures.value[at];
    if (canvas.current && picture) drawPixels(canvas.current, picture.pixels);
  });
  state.reread.value;
  const { image, label } = state.pictures.value[at];
  const { width, height } = state.shape();
  const says = state.answerTo(at);
  const loss = digits3(state.shownNumbers('losses', at)[0]);
  return (
    <li>
      <button
        type="button"
        class={says === label ? '' : 'wrong'}
        aria-current={at === state.nth.value ? 'true' : undefined}
        title={w.thumb(at, image, says, label, loss)}
        onClick={() => state.showNth(at)}
      >
        <canvas ref={canvas} width={width} height={height} />
        <span>
          {className(says)}
          {says === label ? '' : ` ≠ ${className(label)}`}
        </span>
        <span class="soft">{loss}</span>
      </button>
    </li>
  );
}

export function BatchStrip() {
  const count = state.pictures.value.length;
  if (count < 2) return null;
  return (
    <section class="batch" aria-label={w.strip(count)}>
      <h3>
        {w.strip(count)} <span>{w.mean(digits3(state.loss.value))}</span>
      </h3>
      <ol>
        {Array.from({ length: count }, (_, at) => (
          <Thumb key={`image ${at}`} at={at} />
        ))}
      </ol>
    </section>
  );
}
