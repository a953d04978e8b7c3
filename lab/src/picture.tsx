// The picture, the drawing pad and the answer.
import { useSignalEffect } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { className, isLab, theAbout } from './about';
import { BatchSwitch } from './batch';
import { percent } from './numbers';
import { OpenPicture } from './open';
import { Pad } from './pad';
import { drawPixels } from './pixels';
import * as state from './state';
import { words } from './words';

const w = words.picture;

function Seen() {
  const { width, height } = state.shape();
  const canvas = useRef<HTMLCanvasElement>(null);
  useSignalEffect(() => {
    if (canvas.current) drawPixels(canvas.current, state.pixels.value);
  });
  return (
    <canvas
      ref={canvas}
      width={width}
      height={height}
      class="seen"
      style={{ aspectRatio: `${width} / ${height}` }}
      role="img"
      aria-label={w.seesLabel(height, width)}
    />
  );
}

const any = () => state.showTest(Math.floor(Math.random() * state.heldOut().labels.length));

function Choose() {
  const at = state.image.value;
  const button = (text: string, label: string, act: () => void) => (
    <button type="button" aria-label={label} title={label} onClick={act}>
      {text}
    </button>
  );
  return (
    <div class="row choose">
      {button('‹', w.previous, () => state.showTest(at < 0 ? 0 : at - 1))}
      {button('›', w.next, () => state.showTest(at + 1))}
      {button(w.any, w.anyLabel, any)}
      {button(w.misread, w.misreadLabel, () =>
        state.showMisread(w.noMisread(state.heldOut().labels.length)),
      )}
    </div>
  );
}

function Bars() {
  state.reread.value;
  const p = [...state.shownNumbers('probabilities')];
  const says = state.answer();
  return (
    <ol class={`bars ${isLab() ? '' : 'named'}`} aria-label={w.says}>
      {p.map((share, k) => (
        <li
          key={`class ${k}`}
          class={`${k === says ? 'says' : ''} ${k === state.label.value ? 'true' : ''}`}
        >
          <span title={className(k)}>{className(k)}</span>
          <span class="bar">
            <i style={{ width: `${100 * share}%` }} />
          </span>
          <span class="num">{percent(share)}</span>
        </li>
      ))}
    </ol>
  );
}

function TrueDigit() {
  return (
    <label class="row">
      {w.true(isLab())}
      <select
        value={state.label.value}
        onChange={(e) => state.say(Number((e.target as HTMLSelectElement).value))}
      >
        {Array.from({ length: state.classes() }, (_, k) => (
          <option key={`class ${k}`} value={k}>
            {className(k)}
          </option>
        ))}
      </select>
    </label>
  );
}

export function PicturePanel() {
  const at = state.image.value;
  return (
    <aside class="picture" aria-label={w.sees}>
      <div>
        <h2>
          {w.sees} <span>{at < 0 ? w.drawn : w.test(at)}</span>
        </h2>
        <Seen />
        <Choose />
        <BatchSwitch />
        <OpenPicture />
        <p class="notice" role="status">
          {state.notice.value}
        </p>
      </div>
      <div>
        <h2>{w.draw(isLab())}</h2>
        <Pad />
      </div>
      <div>
        <h2>{w.says}</h2>
        <Bars />
        <TrueDigit />
      </div>
      <p class="soft">
        {w.weights(state.origin.value, theAbout())}{' '}
        {state.origin.value.kind !== 'own' && (
          <button type="button" onClick={state.useOwn}>
            {w.reset(theAbout().name)}
          </button>
        )}
      </p>
    </aside>
  );
}
