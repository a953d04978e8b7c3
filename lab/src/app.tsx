// The page: starts the C code and shows the parts around one selection.
import './language';
import { useSignal } from '@preact/signals';
import { render } from 'preact';
import { useRef } from 'preact/hooks';
import { className, isLab } from './about';
import * as breaking from './breaking';
import { Engine, hasRelaxed } from './engine';
import { Guide } from './guide';
import { listen } from './keys';
import { followLink, ignored, readLink } from './link';
import { bare } from './linked';
import { NetworkMap } from './map';
import { measureWith } from './measure';
import { modes, setMode } from './modes';
import { digits3 } from './numbers';
import { listenForPictures } from './open';
import { asText, packed, unpack } from './payload';
import { PicturePanel } from './picture';
import { Player } from './player';
import { listenForPrint, PrintedSheet, printing } from './print';
import * as questions from './questions';
import { prepare } from './run';
import { listenToPrinter, Sheet } from './sheet';
import * as state from './state';
import { Announcer, SumPanel } from './sum';
import { Meaning } from './terms';
import * as touring from './touring';
import './tour_link';
import { words } from './words';

function Tabs() {
  return (
    <div role="tablist" aria-label={words.title}>
      {(Object.keys(modes) as state.Mode[]).map((m) => (
        <button
          key={m}
          type="button"
          role="tab"
          title={words.modesWhy[m]}
          aria-selected={state.mode.value === m}
          onClick={() => setMode(m)}
        >
          {words.modes[m]}
        </button>
      ))}
    </div>
  );
}

function Meanings({ rows }: { rows: string[][] }) {
  return (
    <dl>
      {rows.map(([label, what]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{what}</dd>
        </div>
      ))}
    </dl>
  );
}

function Help() {
  const dialog = useRef<HTMLDialogElement>(null);
  return (
    <>
      <button
        type="button"
        aria-label={words.help.open}
        title={words.help.open}
        onClick={() => dialog.current!.showModal()}
      >
        ?
      </button>
      <dialog ref={dialog} class="help" aria-label={words.help.title}>
        <button type="button" class="close" onClick={() => dialog.current!.close()}>
          {words.close}
        </button>
        <h2>{words.help.title}</h2>
        <Meanings rows={words.help.rows} />
        <h2>{words.help.labels}</h2>
        <Meanings rows={words.help.meanings} />
        <h2>{words.help.terms}</h2>
        <Meanings rows={Object.entries(words.terms)} />
        <p class="soft">{words.help.licenses}</p>
      </dialog>
    </>
  );
}

function Header() {
  const fused = state.theEngine().fused();
  return (
    <header>
      <h1>{words.title}</h1>
      <Tabs />
      <p class="num">
        {words.status(isLab(), className(state.label.value), digits3(state.loss.value))}
        {' · '}
        <abbr title={fused ? words.bits.why : words.bits.whyPlain}>
          {fused ? words.bits.fused : words.bits.plain}
        </abbr>
      </p>
      <Help />
    </header>
  );
}

function Welcome() {
  const closed = useSignal(false);
  if (closed.value || touring.at.value >= 0) return null;
  return (
    <p class="welcome">
      {words.first(isLab())}{' '}
      <span class="row">
        <button type="button" onClick={() => touring.goTo(touring.left.value)}>
          {words.tour.take}
        </button>
        <button
          type="button"
          onClick={() => {
            closed.value = true;
          }}
        >
          {words.close}
        </button>
      </span>
    </p>
  );
}

// What of the link was ignored.
function LinkNotice() {
  if (ignored.value.length === 0) return null;
  const close = () => {
    ignored.value = [];
  };
  return (
    <p class="welcome ignored" role="status">
      {words.link.ignored(ignored.value)}{' '}
      <button type="button" onClick={close}>
        {words.close}
      </button>
    </p>
  );
}

function App() {
  const { Panel } = modes[state.mode.value];
  return (
    <>
      {!bare.value && <Header />}
      <div class="notes">
        {!bare.value && <Welcome />}
        <LinkNotice />
      </div>
      <PicturePanel />
      <NetworkMap key={state.network.value} />
      <aside class="right" aria-label={words.modes[state.mode.value]}>
        {Panel && <Panel />}
        <SumPanel />
      </aside>
      <div class="foot">
        <Guide />
        <Player />
      </div>
      <PrintedSheet />
      <Sheet />
      <Announcer />
      <Meaning />
    </>
  );
}

function followScheme(): void {
  const query = matchMedia('(prefers-color-scheme: dark)');
  const follow = () => {
    state.dark.value = query.matches && !printing.value; // paper is white
  };
  query.addEventListener('change', follow);
  printing.subscribe(follow);
}

async function start(): Promise<void> {
  const wasm = await unpack(hasRelaxed() ? 'wasm-relaxed' : 'wasm-plain');
  const [held, heldLabels, model, pages, networks, about, measured] = await Promise.all(
    ['held', 'held-labels', 'model', 'pages', 'networks', 'about', 'measured'].map(unpack),
  );
  const engine = await Engine.start(wasm);
  listenForPrint();
  followScheme();
  state.begin({
    engine,
    held: { pixels: held, labels: heldLabels },
    model,
    pages: asText(pages),
    networks: asText(networks),
    about: asText(about),
  });
  measureWith(wasm);
  prepare({
    script: document.getElementById('worker')!.textContent!,
    wasm,
    images: packed('images'),
    labels: packed('labels'),
  });
  breaking.begin(asText(measured), state.networks().lab);
  touring.recall();
  questions.follow();
  await readLink(location.hash);
  followLink();
  listen();
  listenToPrinter();
  listenForPictures();
  Object.assign(window, { cnnLab: engine }); // for the console: docs/lab.md
  render(<App />, document.getElementById('app')!);
  document.documentElement.dataset.ready = 'yes';
}

start().catch((error: Error) => {
  document.getElementById('app')!.textContent = words.failed + error.message;
});
