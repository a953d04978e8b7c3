// The page: starts the C code and shows the parts around one selection.
import { useSignal } from '@preact/signals';
import { render } from 'preact';
import { useRef } from 'preact/hooks';
import { className, isLab } from './about';
import { Engine, hasRelaxed } from './engine';
import { listen } from './keys';
import { followLink, ignored, readLink } from './link';
import { bare } from './linked';
import { NetworkMap } from './map';
import { measureWith } from './measure';
import { modes, setMode } from './modes';
import { digits3 } from './numbers';
import { asText, once, unpack } from './payload';
import { PicturePanel } from './picture';
import { Player } from './player';
import { prepare } from './run';
import * as state from './state';
import { Announcer, SumPanel } from './sum';
import { words } from './words';

function Tabs() {
  return (
    <div role="tablist" aria-label={words.title}>
      {(Object.keys(modes) as state.Mode[]).map((m) => (
        <button
          key={m}
          type="button"
          role="tab"
          aria-selected={state.mode.value === m}
          onClick={() => setMode(m)}
        >
          {words.modes[m]}
        </button>
      ))}
    </div>
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
      <dialog ref={dialog} aria-label={words.help.title}>
        <h2>{words.help.title}</h2>
        <dl>
          {words.help.rows.map(([key, what]) => (
            <div key={key}>
              <dt>{key}</dt>
              <dd>{what}</dd>
            </div>
          ))}
        </dl>
        <p class="soft">{words.help.licenses}</p>
        <button type="button" onClick={() => dialog.current!.close()}>
          {words.close}
        </button>
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
  if (closed.value) return null;
  return (
    <p class="welcome">
      {words.first(isLab())}{' '}
      <button
        type="button"
        onClick={() => {
          closed.value = true;
        }}
      >
        {words.close}
      </button>
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
      <Player />
      <Announcer />
    </>
  );
}

function followScheme(): void {
  const query = matchMedia('(prefers-color-scheme: dark)');
  state.dark.value = query.matches;
  query.addEventListener('change', () => {
    state.dark.value = query.matches;
  });
}

async function start(): Promise<void> {
  const wasm = await unpack(hasRelaxed() ? 'wasm-relaxed' : 'wasm-plain');
  const [held, heldLabels, model, pages, networks, about] = await Promise.all(
    ['held', 'held-labels', 'model', 'pages', 'networks', 'about'].map(unpack),
  );
  const engine = await Engine.start(wasm);
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
    images: once(async () => ({ pixels: await unpack('images'), labels: await unpack('labels') })),
  });
  await readLink(location.hash);
  followLink();
  listen();
  Object.assign(window, { cnnLab: engine }); // for the console: docs/lab.md
  render(<App />, document.getElementById('app')!);
  document.documentElement.dataset.ready = 'yes';
}

start().catch((error: Error) => {
  document.getElementById('app')!.textContent = words.failed + error.message;
});
