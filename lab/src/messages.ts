// What page and worker say to each other.
import type { Along, CheckOptions, Gradients, Many, Moved, Slopes } from './checks';
import type { Case, Diagnosis } from './mistakes';
import type { Named } from './named';

export interface Settings {
  network: string;
  batch: number;
  seed: number;
  rule: string;
  rate: number;
  mistake: string; // of the catalog, put in on purpose; "": none
  images?: number; // the first ones to train on; all by default
  decay?: number; // of weights
}

export type Speed = 'slow' | 'ten' | 'frame' | 'full';

// What a worker is asked to check, and what it answers.
export type Question =
  | { what: 'gradients'; options: CheckOptions }
  | { what: 'slopes'; moved: Moved }
  | { what: 'along'; moved: Moved; step: number } // step: a row of Slopes
  | { what: 'many'; moved: Moved; step: number; seed: number }
  | { what: 'doctor'; of: Case }
  | { what: 'named'; mistake: string };
export interface Answers {
  gradients: Gradients;
  slopes: Slopes;
  along: Along;
  many: Many;
  doctor: Diagnosis;
  named: Named;
}

export type ToWorker =
  | {
      type: 'data';
      model: Uint8Array; // whose input and classes they have
      wasm: Uint8Array;
      images: string; // packed
      labels: string;
      held: Uint8Array;
      heldLabels: Uint8Array;
    }
  | { type: 'new'; settings: Settings; model: Uint8Array } // whose normalization is taken
  | { type: 'speed'; speed: Speed }
  | { type: 'run'; steps: number } // Infinity: until paused
  | { type: 'epoch' } // to the end of the one at hand
  | { type: 'pause' }
  | { type: 'save' }
  | { type: 'module'; wasm: Uint8Array } // for questions alone: no images
  | { type: 'ask'; id: number; question: Question };

// Of the first layer that has some.
export interface Kernels {
  numbers: Float32Array;
  shape: number[];
  largest: number;
}

export interface Score {
  step: number;
  accuracy: number;
}

// How the held-out images are read now.
export interface Reading {
  confusion: Uint32Array; // [true][answer]
  answers: Uint32Array;
}

export type FromWorker =
  | {
      type: 'progress';
      parameters: Float32Array;
      step: number;
      epochs: number;
      losses: number[];
      scores: Score[];
      perSecond: number;
      reading: Reading | null; // where it is new
      running: boolean;
      over: boolean;
      diverged: boolean;
      kernels: Kernels | null;
      fresh: boolean;
    }
  | { type: 'saved'; bytes: Uint8Array }
  | { type: 'answered'; id: number; answer: Answers[Question['what']]; milliseconds: number }
  | { type: 'refused'; id: number; message: string }
  | { type: 'failed'; message: string };
