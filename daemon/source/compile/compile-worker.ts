// What runs in the worker of compile-in-worker.ts: one message in, one message out.
import { parentPort } from 'node:worker_threads';
import type { CompileOptions } from '../../../reconciler/policy/compile/compile.ts';
import { compileHere, type CompileInput } from './compile-files.ts';

parentPort?.once('message', ([folder, options]: [CompileInput, CompileOptions]) => {
  parentPort?.postMessage(compileHere(folder, options));
});
