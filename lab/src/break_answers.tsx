// What the curve, the gradient check and the doctor say about the mistake at hand.
import * as breaking from './breaking';
import type { Gradient } from './checks';
import { Curve, type Kind, type Line } from './curve';
import { KernelStrip } from './kernel_strip';
import type { Finding } from './mistakes';
import { digits2, percent } from './numbers';
import type { Run } from './run';
import * as state from './state';
import { words } from './words';

const w = words.break;
type Props = { card: breaking.Card };

// Their gradients are right but for a factor.
const SCALE = ['avgpool-undivided', 'conv-dw-mean', 'conv-dw-over-n-twice'];
SCALE.push('dense-dw-over-n-twice', 'loss-not-over-n', 'loss-over-n-twice');

function Answer({ question }: { question: breaking.Question }) {
  const key = breaking.key.value;
  const truth = breaking.truths.value[key]?.[question];
  const guess = breaking.guesses.value[key]?.[question];
  if (truth === undefined) return <p>{w.wait[question]}</p>;
  return (
    <p class={guess === truth ? 'right-guess' : 'wrong-guess'}>
      <b>{w.truth[question][truth ? 'yes' : 'no']}</b> {w.guessed(guess === truth)}
    </p>
  );
}

// What becomes of a run; where the two rules differ, so it says.
function Moral({ card }: Props) {
  const truth = breaking.truths.value[breaking.key.value];
  if (truth?.curve === undefined || truth.check === undefined) return null;
  const hidden = card.family === 'silent' && breaking.rule.value === 'sgd' && truth.curve;
  return (
    <>
      <p>{hidden ? w.onlyAdam : w.families[card.family][1]}</p>
      {!truth.curve && card.family === 'elsewhere' && <p>{w.unseen}</p>}
      {w.notes[card.name] && <p>{w.notes[card.name]}</p>}
      {SCALE.includes(card.name) && <p>{w.scale}</p>}
    </>
  );
}

function OtherRule({ card }: Props) {
  const other = breaking.rulesOf(card).find((r) => r !== breaking.rule.value);
  if (!other || breaking.curveTruth.value === undefined) return null;
  return (
    <button type="button" onClick={() => breaking.setRule(other)}>
      {w.tryRule(w.rules[other])}
    </button>
  );
}

export function Outcome({ card }: Props) {
  const { right, of } = breaking.score.value;
  return (
    <>
      <h3>{w.answer}</h3>
      <div role="status" class="outcome">
        <Answer question="curve" />
        <Answer question="check" />
        <Moral card={card} />
      </div>
      {of > 0 && <p class="soft score">{w.score(right, of)}</p>}
      {breaking.problem.value && <p role="alert">{breaking.problem.value}</p>}
    </>
  );
}

const line = (kind: Kind, run: Run): Line => {
  const scores = breaking.scoresOf(run);
  return { kind, x: scores.map((s) => s.step), y: scores.map((s) => 100 * s.accuracy) };
};

function accuracy(run: Run, epochs: number): string {
  const share = breaking.accuracyAfter(run, epochs);
  if (share !== undefined) return percent(share, 2); // each of 2,000 images counts
  return run.diverged.value ? w.diverged : '';
}

function Row({ head, texts }: { head: string; texts: string[] }) {
  return (
    <tr>
      <th scope="row">{head}</th>
      {texts.map((text, i) => (
        <td key={breaking.EPOCHS[i]}>{text}</td>
      ))}
    </tr>
  );
}

function Accuracies() {
  const here = (run: Run) => breaking.EPOCHS.map((n) => accuracy(run, n));
  return (
    <table class="accuracies">
      <thead>
        <tr>
          <th scope="col">{w.rightAfter}</th>
          {breaking.EPOCHS.map((n) => (
            <th key={n} scope="col">
              {w.epochs(n)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        <Row head={w.healthy} texts={here(breaking.sound)} />
        <Row head={w.mistaken} texts={here(breaking.broken)} />
      </tbody>
    </table>
  );
}

export function Runs({ card }: Props) {
  const { sound, broken } = breaking;
  const by = breaking.rule.value;
  const failed = sound.problem.value || broken.problem.value;
  return (
    <>
      <h3>{w.curves}</h3>
      <Curve
        label={w.curvesLabel}
        lines={[line('beside', sound), line('mine', broken)]}
        log={false}
      />
      <p class="soft">{w.legend}</p>
      {failed && <p role="alert">{failed}</p>}
      <Accuracies />
      <p class="soft docs">{w.docsFigures(card.measured.sound[by], card.measured[by])}</p>
      {!state.theEngine().fused() && <p class="soft">{w.otherBits}</p>}
      <p class="row wrap">
        <button type="button" disabled={!breaking.canGoOn.value} onClick={breaking.toThreeEpochs}>
          {w.goOn}
        </button>
        <OtherRule card={card} />
      </p>
      <KernelStrip label={w.kernels(w.healthy)} kernels={sound.kernels} />
      <KernelStrip label={w.kernels(w.mistaken)} kernels={broken.kernels} />
    </>
  );
}

const GRADIENTS = ['dx', 'dw', 'db'];

const size = (error: number): string =>
  error === 0 || error >= 0.01 ? digits2(error) : error.toExponential(0);

function CheckCell({ row, limit }: { row?: Gradient; limit: number }) {
  if (!row) return <td />;
  const wrong = breaking.isWrong(row.error, limit);
  const error = Number.isNaN(row.error) ? w.unchecked : size(row.error);
  return <td class={wrong ? 'bad' : 'good'}>{`${wrong ? '✗' : '✓'} ${error}`}</td>;
}

export function CheckTable() {
  const found = breaking.gradients.value;
  if (!found) return null;
  const layers = [...new Set(found.rows.map((r) => r.layer))];
  return (
    <>
      <h3>{w.check}</h3>
      <table class="checks">
        <thead>
          <tr>
            <th scope="col">{w.layer}</th>
            {GRADIENTS.map((g) => (
              <th key={g} scope="col">
                {g}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {layers.map((layer) => (
            <tr key={layer}>
              <th scope="row">{layer}</th>
              {GRADIENTS.map((g) => (
                <CheckCell
                  key={g}
                  row={found.rows.find((r) => r.layer === layer && r.gradient === g)}
                  limit={found.limit}
                />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <p class="soft">{w.checkHow(found.limit.toExponential(0))}</p>
    </>
  );
}

const clean = (text: string) => text.replaceAll('\t', '\u00a0');

function Words({ of }: { of: Finding }) {
  const where = of.layer ? `${of.code}, ${of.layer}` : of.code;
  return (
    <>
      <b>{where}</b>: {clean(of.text)}. {clean(of.advice)}
    </>
  );
}

export function DoctorSays({ card }: Props) {
  const found = breaking.diagnosis.value;
  const rest = found?.findings.filter((f) => f.verdict !== 'ok') ?? [];
  const cause = found?.cause;
  return (
    <>
      <h3>{w.doctor}</h3>
      <div role="status" class="doctor">
        {!found && <p>{breaking.problem.value ? '' : w.examining}</p>}
        {found && !cause && <p>{w.well}</p>}
        {cause && (
          <p>
            {w.cause[cause.verdict === 'fail' ? 'fail' : 'warn']} <Words of={cause} />
          </p>
        )}
      </div>
      {rest.length > 1 && (
        <details>
          <summary>{w.others(rest.length)}</summary>
          <ul>
            {rest.map((f) => (
              <li key={f.code + f.layer}>
                <Words of={f} />
              </li>
            ))}
          </ul>
        </details>
      )}
      <p class="soft">{w.doctorHow}</p>
      {breaking.rule.value === 'adam' && <p class="soft">{w.docsSay(card.measured)}</p>}
    </>
  );
}
