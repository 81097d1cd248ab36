// From files to what they say, all together and from nothing: what a compiler that keeps the parts of files that did not
// change is compared with.
import type { CompileAnswer, CompileInput } from '../../daemon/source/compile/compile-answer.ts';
import { compilePolicies, type CompileOptions } from '../../reconciler/policy/compile/compile.ts';
import { readPolicyFile, unreadablePolicyFile } from '../../reconciler/policy/read/file.ts';

export function compileHere({ files, unreadable }: CompileInput, options: CompileOptions): CompileAnswer {
  const read = [
    ...files.map(({ file, bytes }) => readPolicyFile(file, bytes)),
    ...unreadable.map(({ problem }) => unreadablePolicyFile(problem)),
  ];
  const compiled = compilePolicies(read, options);
  return { ...compiled, filesParsed: files.length, groupsCompiled: compiled.groups.length };
}
