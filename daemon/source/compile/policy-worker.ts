// What runs in a worker of worker-pool.ts: one batch in, one answer out.
import { parentPort } from 'node:worker_threads';
import { compileOne, parseOne, type CompileTask, type ParseTask } from './policy-work.ts';

export type Batch =
  | { readonly kind: 'parse'; readonly tasks: readonly ParseTask[] }
  | { readonly kind: 'compile'; readonly tasks: readonly CompileTask[] };

parentPort?.on('message', (batch: Batch) => {
  parentPort?.postMessage(batch.kind === 'parse' ? batch.tasks.map(parseOne) : batch.tasks.map(compileOne));
});
