// From files to what they say, all together and once.
import { compilePolicies, type CompileOptions } from '../../../reconciler/policy/compile/compile.ts';
import { readPolicyFile, unreadablePolicyFile } from '../../../reconciler/policy/read/file.ts';
import type { CompileAnswer, CompileInput } from './compile-answer.ts';

/**
 * In this thread, which can do nothing else meanwhile: for commands that end by themselves.
 *
 * @param onFile called before each file
 */
export function compileHere(
  { files, unreadable }: CompileInput,
  options: CompileOptions,
  onFile: () => void = () => undefined,
): CompileAnswer {
  const read = [
    ...files.map(({ file, bytes }) => (onFile(), readPolicyFile(file, bytes))),
    ...unreadable.map(({ problem }) => unreadablePolicyFile(problem)),
  ];
  const compiled = compilePolicies(read, options);
  return { ...compiled, filesParsed: files.length, groupsCompiled: compiled.groups.length };
}
