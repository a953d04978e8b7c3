// What page and worker say to each other.
import type { Along, CheckOptions, Gradients, Many, Moved, Slopes } from './checks';

export interface Settings {
  network: string;
  batch: number;
  seed: number;
  rule: string;
  rate: number;
  mistake: string; // of the catalog, put in on purpose; "": none
}

export type Speed = 'slow' | 'ten' | 'frame' | 'full';

// What a worker is asked to check, and what it answers.
export type Question =
  | { what: 'gradients'; options: CheckOptions }
  | { what: 'slopes'; moved: Moved }
  | { what: 'along'; moved: Moved; step: number } // step: a row of Slopes
  | { what: 'many'; moved: Moved; step: number; seed: number };
export interface Answers {
  gradients: Gradients;
  slopes: Slopes;
  along: Along;
  many: Many;
}

export type ToWorker =
  | {
      type: 'data';
      wasm: Uint8Array;
      images: Uint8Array;
      labels: Uint8Array;
      held: Uint8Array;
      heldLabels: Uint8Array;
      model: Uint8Array; // whose normalization is taken
    }
  | { type: 'new'; settings: Settings }
  | { type: 'speed'; speed: Speed }
  | { type: 'run'; steps: number } // Infinity: until paused
  | { type: 'epoch' } // to the end of the one at hand
  | { type: 'pause' }
  | { type: 'save' }
  | { type: 'module'; wasm: Uint8Array } // for questions alone: no images
  | { type: 'ask'; id: number; question: Question };

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
      fresh: boolean;
    }
  | { type: 'saved'; bytes: Uint8Array }
  | { type: 'answered'; id: number; answer: Answers[Question['what']]; milliseconds: number }
  | { type: 'refused'; id: number; message: string }
  | { type: 'failed'; message: string };
