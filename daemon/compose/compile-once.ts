// From policy files to what they say, for who reads them once.
import type { CompileOptions } from '../../reconciler/policy/compile/compile.ts';
import { progressOn } from '../cli/progress.ts';
import type { Io } from '../cli/io.ts';
import type { CompileAnswer, CompileInput } from '../source/compile/compile-answer.ts';
import { PolicyCompiler } from '../source/compile/policy-compiler.ts';
import { inThisThread } from '../source/compile/work-place.ts';

const NOTHING_WANTED = { groups: [], expectations: [], guardrails: [] };

/**
 * In this thread, which can do nothing else meanwhile; a terminal sees the files counted. Of a file nothing is held but what
 * it says: the syntax trees of a large estate would take gigabytes.
 */
export async function compileOnce(
  folder: CompileInput,
  options: CompileOptions,
  io: Pick<Io, 'stderr'>,
): Promise<CompileAnswer> {
  const progress = progressOn(io, folder.files.length, 'policy files');
  const compiler = new PolicyCompiler(inThisThread(progress.step));
  const compiled = await compiler.compile(folder, options, NOTHING_WANTED);
  progress.end();
  return compiled;
}
