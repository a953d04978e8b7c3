// Is the page one column, as on a phone? Then what a button shows may be far from it.
export const isNarrow = (): boolean => matchMedia('(max-width: 900px)').matches;
