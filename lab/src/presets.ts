// The networks that the page carries as texts, by name.
import { isLab, shellWord, theAbout } from './about';
import * as state from './state';

// Without comments and blanks at the ends, so that a text is known again however it is laid out.
export const plainText = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim().replace(/\s+/g, ' '))
    .filter((line) => line !== '')
    .join('\n');

export const presetText = (name: string): string | undefined => state.networks()[name];

// '': none of them.
export const presetOf = (text: string): string =>
  Object.keys(state.networks()).find((n) => plainText(presetText(n)!) === plainText(text)) ?? '';

// The network as a command takes it.
export function networkPath(text: string): string {
  const preset = presetOf(text);
  if (isLab()) return preset ? `networks/${preset}.net` : 'network.net';
  return preset === theAbout().own ? shellWord(theAbout().model) : `${preset || 'network'}.net`;
}

// What the network and its model are called as files.
export const fileStem = (): string => presetOf(state.network.value) || 'network';
