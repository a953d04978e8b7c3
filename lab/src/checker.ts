// Checks in a worker of their own, so that the page never waits for them.
import type { Answers, FromWorker, Question, ToWorker } from './messages';
import { openWorker, theModule } from './run';

interface Reply<T> {
  answer: T;
  milliseconds: number;
}

interface Waiting {
  resolve: (reply: Reply<never>) => void;
  reject: (error: Error) => void;
}

let worker: Worker | null = null;
let asked = 0;
const waiting = new Map<number, Waiting>();

function refuseAll(message: string): void {
  for (const { reject } of waiting.values()) reject(new Error(message));
  waiting.clear();
}

function receive({ data }: MessageEvent<FromWorker>): void {
  if (data.type === 'failed') refuseAll(data.message);
  if (data.type !== 'answered' && data.type !== 'refused') return;
  const who = waiting.get(data.id);
  waiting.delete(data.id);
  if (data.type === 'answered') who?.resolve(data as unknown as Reply<never>);
  else who?.reject(new Error(data.message));
}

function open(): Worker {
  const opened = openWorker();
  const send = (message: ToWorker) => opened.postMessage(message);
  opened.onmessage = receive;
  opened.onerror = (e) => refuseAll(e.message || 'worker');
  send({ type: 'module', wasm: theModule() });
  return opened;
}

// One answer after the other, in the order of the questions.
export function ask<Q extends Question>(question: Q): Promise<Reply<Answers[Q['what']]>> {
  worker ??= open();
  const id = ++asked;
  const message: ToWorker = { type: 'ask', id, question };
  worker.postMessage(message);
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve: resolve as Waiting['resolve'], reject });
  });
}
