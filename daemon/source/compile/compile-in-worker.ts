// Parses and compiles in a thread of its own, so that the largest policies hold up no health check, no signal and no
// watchdog. A worker for each load: it starts in a fraction of a second, holds no memory between loads, and can be ended
// when it takes too long or too much.
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import type { CompileOptions } from '../../../reconciler/policy/compile/compile.ts';
import type { CompiledPolicies } from '../../../reconciler/policy/compile/parts/assemble.ts';
import { unreadable } from '../source.ts';
import { compileHere, type CompileFiles, type CompileInput } from './compile-files.ts';

const MAX_MS = 60_000;
const MAX_HEAP_MIB = 1024;

/** As `compileHere`; all files count as unreadable if that takes more than a minute or a gigabyte. */
export const compileInWorker: CompileFiles = async (folder, options) => {
  const { files, unreadable: unread } = folder;
  const plain = { files: files.map(({ path, file, bytes }) => ({ path, file, bytes })), unreadable: unread };
  const worker = startWorker();
  const timer = setTimeout(() => void worker.terminate(), MAX_MS);
  try {
    return await answerOf(worker, [plain, options]);
  } catch (error) {
    if (!(error instanceof TooCostly)) throw error;
    return compileHere({ files: [], unreadable: [...unread, ...files.map(tooCostly)] }, options);
  } finally {
    clearTimeout(timer);
    await worker.terminate();
  }
};

/** The worker was ended before it had an answer. */
class TooCostly extends Error {
  override readonly name = 'TooCostly';
}

function answerOf(worker: Worker, task: readonly [CompileInput, CompileOptions]): Promise<CompiledPolicies> {
  return new Promise((resolve, reject) => {
    worker.once('message', (answer: CompiledPolicies) => resolve(answer));
    worker.once('error', (error) => reject(isOutOfMemory(error) ? new TooCostly() : error));
    worker.once('exit', () => reject(new TooCostly()));
    worker.postMessage(task);
  });
}

const isOutOfMemory = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';

const tooCostly = ({ path, file }: { readonly path: string; readonly file: string }) =>
  unreadable(path, {
    file,
    code: 'policies-too-costly',
    message: 'the policies took more than a minute or a gigabyte to read, and no file of them is taken',
    hint: 'lower `policies.limits`, or split what is here among several Ramparts',
  });

/** From the sources, as in tests, the worker first needs a reader of TypeScript; what is built needs none. */
function startWorker(): Worker {
  const resourceLimits = { maxOldGenerationSizeMb: MAX_HEAP_MIB };
  if (!import.meta.url.endsWith('.ts')) {
    return new Worker(new URL('./compile-worker.js', import.meta.url), { resourceLimits });
  }
  const url = JSON.stringify(new URL('./compile-worker.ts', import.meta.url).href);
  const reader = JSON.stringify(
    createRequire(import.meta.url)
      .resolve('tsx/esm/api')
      .replace(/cjs$/, 'mjs'),
  );
  const start = `import(${reader}).then(({ register }) => { register(); return import(${url}); });`;
  return new Worker(start, { eval: true, resourceLimits });
}
