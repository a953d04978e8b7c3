// The step of the optimizer: one weight before and after, and what all of them did to the loss.
import { FunctionCode } from './code';
import { AFTER, type Sum, type Update } from './engine';
import { Factor, scaleOf } from './factor';
import { digits3, exact } from './numbers';
import { NumberButton } from './sheets';
import * as state from './state';
import { Explained } from './terms';
import { words } from './words';

const w = words.update;

function Rule() {
  const { name, rate } = state.rule.value;
  return (
    <p class="row settings">
      <label title={w.ruleWhy}>
        {w.rule}{' '}
        <select
          value={name}
          onChange={(e) => {
            const next = (e.target as HTMLSelectElement).value;
            state.useRule(next, w.rates[next]);
          }}
        >
          {Object.keys(w.rates).map((rule) => (
            <option key={rule}>{rule}</option>
          ))}
        </select>
      </label>
      <label title={w.rateWhy}>
        {w.rate}{' '}
        <input
          type="number"
          min="0"
          step="any"
          value={rate}
          onChange={(e) => {
            const next = (e.target as HTMLInputElement).valueAsNumber;
            if (next >= 0 && next <= 1e9) state.useRule(name, next);
          }}
        />
      </label>
    </p>
  );
}

function Source({ tensor, value }: { tensor: string; value: number }) {
  const { index } = state.shown.value;
  return (
    <Factor scale={{ ...scaleOf(tensor, [value]), exponent: 0 }} index={index} value={value} />
  );
}

// A symbol, what it is, its number: as the rule goes.
function rowsOf(u: Update): [string, string, number][] {
  if (u.rule === 'sgd') return [['Δw', w.sgdMove(exact(u.rate)), u.move]];
  return [
    ['m', w.m(u.beta1), u.m],
    ['v', w.v(u.beta2), u.v],
    ['m̂', w.corrected('m', exact(u.correction1)), u.corrected],
    ['√v̂', w.root(exact(u.correction2)), u.root],
    ['Δw', w.adamMove(exact(u.rate), exact(u.epsilon)), u.move],
  ];
}

export function Updated({ s, update }: { s: Sum; update: Update }) {
  const name = state.shown.value.tensor.slice(0, -AFTER.length);
  return (
    <>
      <Rule />
      <p>
        <Explained text={w.sentence} />
      </p>
      <table class="terms updated">
        <tbody>
          <tr>
            <th scope="row">w</th>
            <td>{w.before}</td>
            <td>
              <Source tensor={name} value={update.before} /> {exact(update.before)}
            </td>
          </tr>
          <tr>
            <th scope="row">g</th>
            <td>{w.gradient}</td>
            <td>
              <Source tensor={`${name}.grad`} value={update.gradient} /> {exact(update.gradient)}
            </td>
          </tr>
          {rowsOf(update).map(([symbol, what, value]) => (
            <tr key={symbol}>
              <th scope="row">{symbol}</th>
              <td>{what}</td>
              <td class="num">{exact(value)}</td>
            </tr>
          ))}
          <tr class="chosen">
            <th scope="row">w</th>
            <td>{w.after}</td>
            <td class="num">{exact(s.stored)}</td>
          </tr>
        </tbody>
      </table>
      <FunctionCode page={update.page} name={update.function} mark="w[i] = " />
    </>
  );
}

// With the new weights: did the update help?
export function LossChange() {
  if (!state.current.value.tensor.endsWith(`losses${AFTER}`)) return null;
  if (!state.shown.value.tensor.startsWith('losses')) return null;
  const { before, after, change, foretold } = state.change();
  const index = state.ofShown('losses');
  return (
    <>
      <Rule />
      <table class="terms updated">
        <tbody>
          <tr>
            <th scope="row">{w.lossBefore}</th>
            <td>
              <NumberButton place={{ tensor: 'losses', index }} text={digits3(before)} />
            </td>
          </tr>
          <tr>
            <th scope="row">{w.lossAfter}</th>
            <td>
              <NumberButton place={{ tensor: `losses${AFTER}`, index }} text={digits3(after)} />
            </td>
          </tr>
          <tr>
            <th scope="row">{w.change}</th>
            <td class="num">{digits3(change)}</td>
          </tr>
          <tr>
            <th scope="row">{w.foretold}</th>
            <td class="num">{digits3(foretold)}</td>
          </tr>
        </tbody>
      </table>
      <p class="soft">{w.foretoldWhy}</p>
    </>
  );
}
