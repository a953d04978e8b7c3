// The doctor, in a worker that lives as long as the examination.
import type { FromWorker, ToWorker } from './messages';
import type { Case, Diagnosis } from './mistakes';
import { giveImages, openWorker } from './run';

let worker: Worker | null = null;

export function stop(): void {
  worker?.terminate();
  worker = null;
}

function answer(data: FromWorker): Diagnosis {
  if (data.type === 'answered') return data.answer as Diagnosis;
  throw new Error('message' in data ? data.message : data.type);
}

// An examination under way is given up, and not answered.
export function examine(of: Case): Promise<Diagnosis> {
  stop();
  const mine = openWorker();
  worker = mine;
  giveImages(mine);
  mine.postMessage({ type: 'ask', id: 0, question: { what: 'doctor', of } } satisfies ToWorker);
  return new Promise((resolve, reject) => {
    mine.onerror = (e) => reject(new Error(e.message || 'worker'));
    mine.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      mine.terminate();
      try {
        resolve(answer(data));
      } catch (error) {
        reject(error);
      }
    };
  });
}
