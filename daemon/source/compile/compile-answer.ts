// What a compilation of the policies is asked, and what it answers.
import type { CompileOptions } from '../../../reconciler/policy/compile/compile.ts';
import type { WantedState } from '../../../reconciler/policy/compile/last-good.ts';
import type { CompiledPolicies } from '../../../reconciler/policy/compile/parts/assemble.ts';
import type { PolicyFolder, SourceFile } from '../source.ts';

export interface CompileInput extends Pick<PolicyFolder, 'unreadable'> {
  readonly files: ReadonlyArray<Pick<SourceFile, 'path' | 'file' | 'bytes' | 'held'>>;
}

export interface CompileCost {
  /** Files that had to be parsed. */
  readonly filesParsed: number;
  /** Groups that came out otherwise than they were. */
  readonly groupsCompiled: number;
}

export const NO_COST: CompileCost = { filesParsed: 0, groupsCompiled: 0 };

/** What a compilation came to, and what it cost. */
export interface CompileAnswer extends CompiledPolicies, CompileCost {}

/** Parses and compiles. What is in force stays the same objects where it comes out the same. */
export type CompileFiles = (
  folder: CompileInput,
  options: CompileOptions,
  inForce: WantedState,
) => CompileAnswer | Promise<CompileAnswer>;
