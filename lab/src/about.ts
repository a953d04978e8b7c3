// What the page carries: a model by name, how the command was called, and what its classes are called.
// Written by lab/build.mjs or by cnn lab (cli/lab_page.c).

export interface About {
  own: string; // the network among the presets: "lab", or "model" of cnn lab
  name: string; // of the model's file
  program: string;
  model: string; // its path
  data: string; // of the folder with the images
  text: string; // the network
  train: number; // images to train on
  classes: string[];
}

let about: About;

export const tellAbout = (given: About): void => {
  about = given;
};
export const theAbout = (): About => about;
export const isLab = (): boolean => about.own === 'lab';
export const className = (k: number): string => about.classes[k] ?? String(k);

// A path as a shell takes it.
export const shellWord = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

// The presets are for MNIST: their first line and the number of classes become those of the page's
// own network.
export function networksFor(presets: Record<string, string>): Record<string, string> {
  if (isLab()) return presets;
  const input = about.text.split('\n').find((l) => l.startsWith('input'))!;
  const fitted = Object.entries(presets).map(([name, text]) => {
    const there = text.replace(/^input .*$/m, input);
    return [name, there.replace(/dense 10\s*$/, `dense ${about.classes.length}\n`)];
  });
  return { [about.own]: about.text, ...Object.fromEntries(fitted) };
}
