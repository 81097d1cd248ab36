// From files to what they say, all together. By itself, since a worker may do it as well.
import { compilePolicies, type CompileOptions } from '../../../reconciler/policy/compile/compile.ts';
import type { CompiledPolicies } from '../../../reconciler/policy/compile/parts/assemble.ts';
import { readPolicyFile, unreadablePolicyFile } from '../../../reconciler/policy/read/file.ts';
import type { PolicyFolder, SourceFile } from '../source.ts';

export interface CompileInput extends Pick<PolicyFolder, 'unreadable'> {
  readonly files: ReadonlyArray<Pick<SourceFile, 'path' | 'file' | 'bytes'>>;
}

/** Parses and compiles, here or elsewhere. */
export type CompileFiles = (
  folder: CompileInput,
  options: CompileOptions,
) => CompiledPolicies | Promise<CompiledPolicies>;

/** In this thread, which can do nothing else meanwhile: for commands that end by themselves, and for tests. */
export function compileHere({ files, unreadable }: CompileInput, options: CompileOptions): CompiledPolicies {
  const read = [
    ...files.map(({ file, bytes }) => readPolicyFile(file, bytes)),
    ...unreadable.map(({ problem }) => unreadablePolicyFile(problem)),
  ];
  return compilePolicies(read, options);
}
