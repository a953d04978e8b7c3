// node --test lab/test/break_catalog.mjs - every card of Break, with both rules: the curve after one
// epoch, the check and the doctor are those of docs/mistakes.md. Takes minutes; ONLY=name,name for some.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import * as card from './break.mjs';
import { launch, open } from './browser.mjs';

const only = process.env.ONLY?.split(',');
const names = Object.keys(card.docs).filter((name) => !only || only.includes(name));
const rules = { adam: /^Adam/, sgd: /^SGD/ };
let browser;
let page;
before(async () => {
  browser = await launch();
  page = await open(browser);
  await card.toBreak(page);
});
after(() => browser.close());

for (const name of names)
  for (const rule of Object.keys(rules).filter((r) => card.docs[name][r] !== '–'))
    test(`${name}, ${rule}`, async () => {
      await page.keyboard.press('Escape');
      await card.openCard(page, name);
      await page.getByRole('button', { name: rules[rule] }).click();
      await card.guess(page, false, false);
      await card.compare(page, name, rule, 1);
      if (rule === 'adam') {
        await card.doctorDone(page);
        assert.equal(await card.doctor(page), card.docs[name].doctor);
      }
      assert.deepEqual(page.wrong, []);
    });
