// Text that changes with each frame can't be read, and its layout costs more than the maps.
const EACH = 100; // milliseconds

// Calls at most once in that time; the last call is never lost.
export function throttle(act: () => void): () => void {
  let timer = 0;
  let last = Number.NEGATIVE_INFINITY;
  const now = () => {
    timer = 0;
    last = performance.now();
    act();
  };
  return () => {
    if (timer) return;
    const wait = last + EACH - performance.now();
    if (wait <= 0) now();
    else timer = setTimeout(now, wait) as unknown as number;
  };
}
