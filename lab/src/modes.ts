// The modes of the page: their panels and their keys.
import type { ComponentType } from 'preact';
import { BreakPanel } from './break';
import * as breaking from './breaking';
import { CheckPanel } from './check';
import * as checking from './checking';
import { NetworkPanel } from './network';
import * as state from './state';
import { TourPanel } from './tour';
import { TrainPanel } from './train';
import * as training from './training';

export interface ModeRow {
  key: string; // that enters it
  Panel?: ComponentType; // above the sum
  keys?: Record<string, () => void>; // while it is on, before those of the page
}

export const modes: Record<state.Mode, ModeRow> = {
  look: { key: 'l' },
  train: {
    key: 't',
    Panel: TrainPanel,
    keys: { r: training.toggle, s: training.oneStep },
  },
  check: { key: 'c', Panel: CheckPanel, keys: checking.keys },
  break: { key: 'b', Panel: BreakPanel, keys: { Escape: breaking.closeCard } },
  network: { key: 'n', Panel: NetworkPanel },
  tour: { key: 'o', Panel: TourPanel },
};

export const modeOfKey = (key: string): state.Mode | undefined =>
  (Object.keys(modes) as state.Mode[]).find((m) => modes[m].key === key);

export function setMode(to: state.Mode): void {
  state.mode.value = to;
}
