// Where the costly work of loading policies is done: in this thread, or in others.
import { unreadable } from '../source.ts';
import {
  compileOne,
  parseOne,
  type CompileTask,
  type PackedBody,
  type ParsedFile,
  type ParseTask,
} from './policy-work.ts';

export interface WorkPlace {
  /** Resolves when all is parsed and `take` has had each, in any order. Throws `TooCostly`. */
  parse<Task extends ParseTask>(
    tasks: readonly Task[],
    take: (task: Task, parsed: ParsedFile) => void,
  ): Promise<void>;
  /** As above. */
  compile<Task extends CompileTask>(
    tasks: readonly Task[],
    take: (task: Task, body: PackedBody) => Promise<void>,
  ): Promise<void>;
  /** To be awaited between pieces of work in this thread: now and then it lets others have a turn. */
  breathe(): Promise<void> | undefined;
  close(): Promise<void>;
}

/** The work took more than a bound on time or memory, and was ended. */
export class TooCostly extends Error {
  override readonly name = 'TooCostly';
}

export const tooCostly = ({ path, file }: { readonly path: string; readonly file: string }) =>
  unreadable(path, {
    file,
    code: 'policies-too-costly',
    message: 'the policies took more than a minute or a gigabyte to read, and no file of them is taken',
    hint: 'lower `policies.limits`, or split what is here among several Ramparts',
  });

/**
 * In this thread, which can do nothing else meanwhile: for commands that end by themselves, for tests, and for what is small.
 *
 * @param onFile called after each file that was parsed
 */
export const inThisThread = (onFile: () => void): WorkPlace => ({
  parse: (tasks, take) => {
    for (const task of tasks) {
      take(task, parseOne(task));
      onFile();
    }
    return Promise.resolve();
  },
  compile: async (tasks, take) => {
    for (const task of tasks) await take(task, compileOne(task));
  },
  breathe: () => undefined,
  close: () => Promise.resolve(),
});

export const thisThread = inThisThread(() => undefined);
