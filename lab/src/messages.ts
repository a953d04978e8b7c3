// What page and worker say to each other.

export interface Settings {
  network: string;
  batch: number;
  seed: number;
  rule: string;
  rate: number;
  mistake: string; // of the catalog, put in on purpose; "": none
}

export type Speed = 'slow' | 'ten' | 'frame' | 'full';

export type ToWorker =
  | {
      type: 'data';
      model: Uint8Array; // whose input and classes they have
      wasm: Uint8Array;
      images: Uint8Array;
      labels: Uint8Array;
      held: Uint8Array;
      heldLabels: Uint8Array;
    }
  | { type: 'new'; settings: Settings; model: Uint8Array } // whose normalization is taken
  | { type: 'speed'; speed: Speed }
  | { type: 'run'; steps: number } // Infinity: until paused
  | { type: 'epoch' } // to the end of the one at hand
  | { type: 'pause' }
  | { type: 'save' };

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
  | { type: 'failed'; message: string };
