// Firefox as the system has it, by WebDriver BiDi.
import { existsSync } from 'node:fs';
import { firefox } from 'playwright-core';
import { address, open } from '../browser.mjs';

export async function launch() {
  const executablePath = ['/usr/bin/firefox-esr', '/usr/bin/firefox'].find(existsSync);
  const browser = await firefox.launch({ channel: 'moz-firefox', executablePath });
  let page;
  return {
    open: async () => {
      await page?.context().close();
      page = await open(browser);
      return page;
    },
    close: () => browser.close(),
    wrong: () => page.wrong,
    requests: () => page.requests.filter((url) => url !== address),
  };
}
