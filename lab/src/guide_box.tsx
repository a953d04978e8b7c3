// The frame of the guide: a title that can have the focus, and a button that closes it.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { words } from './words';

const w = words.tour;

interface BoxProps {
  title: string;
  fresh: unknown; // another one: what had the focus may be gone
  close: () => void;
  children: ComponentChildren;
}

export function Box({ title, fresh, close, children }: BoxProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (document.activeElement === document.body) heading.current?.focus({ preventScroll: true });
  }, [fresh]);
  return (
    <section class="guide" aria-labelledby="guide">
      <div class="row">
        <h2 id="guide" ref={heading} tabIndex={-1}>
          {title}
        </h2>
        <button type="button" aria-label={w.leaveLabel} title={w.leaveLabel} onClick={close}>
          ×
        </button>
      </div>
      {children}
    </section>
  );
}
