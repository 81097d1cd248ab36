// From policy files to what they say, for who reads them once.
import type { CompileOptions } from '../../../reconciler/policy/compile/compile.ts';
import type { CompileAnswer, CompileInput } from './compile-answer.ts';
import { PolicyCompiler } from './policy-compiler.ts';
import { inThisThread } from './work-place.ts';

const NOTHING_BEFORE = { groups: [], expectations: [], guardrails: [] };

/**
 * In this thread, which can do nothing else meanwhile. Of a file nothing is held but what it says: the syntax trees of a
 * large estate would take gigabytes.
 *
 * @param onFile called after each file that was parsed
 */
export async function compileOnce(
  folder: CompileInput,
  options: CompileOptions,
  onFile: () => void,
): Promise<CompileAnswer> {
  return new PolicyCompiler(inThisThread(onFile)).compile(folder, options, NOTHING_BEFORE);
}
