// The milliseconds that each task of the page's main thread computes while something is done.
const CATEGORIES = ['toplevel', '__metadata'];

export async function mainTasks(page, act) {
  const session = await page.context().newCDPSession(page);
  const events = [];
  session.on('Tracing.dataCollected', ({ value }) => events.push(...value));
  const complete = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve));
  const traceConfig = { includedCategories: CATEGORIES };
  await session.send('Tracing.start', { transferMode: 'ReportEvents', traceConfig });
  await act();
  await session.send('Tracing.end');
  await complete;
  const thread = (e) => `${e.pid} ${e.tid}`;
  const main = new Set(
    events.filter((e) => e.name === 'thread_name' && e.args.name === 'CrRendererMain').map(thread),
  );
  return events
    .filter((e) => main.has(thread(e)) && e.ph === 'X' && e.name.endsWith('RunTask'))
    .map((e) => e.tdur / 1000);
}
