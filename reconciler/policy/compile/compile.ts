// All files together -> what is wanted of every group, from nothing. What keeps the parts of files that did not change
// does the same, part by part.
import type { PolicyFile } from '../read/file.ts';
import { NO_GUARDRAILS, type WrittenGuardrails } from './compile-guardrails.ts';
import { assemblePolicies, type CompiledPolicies } from './parts/assemble.ts';
import { compileBody } from './parts/body.ts';
import { fileHeadOf } from './parts/head.ts';
import { NamesStage } from './parts/names-stage.ts';

export interface CompileOptions {
  /** Account names of the config; null: there is no config to hold them against. */
  readonly accounts: readonly string[] | null;
  /** Of the config. Absent: none. */
  readonly guardrails?: WrittenGuardrails;
}

/** Needs all files, the bad ones too: they explain names that are missing elsewhere. */
export function compilePolicies(
  files: readonly PolicyFile[],
  { accounts, guardrails = NO_GUARDRAILS }: CompileOptions,
): CompiledPolicies {
  const heads = files.map(fileHeadOf);
  const stage = NamesStage.of(heads, null);
  const parts = files.map((file, index) => {
    const head = heads[index] ?? fileHeadOf(file);
    return { head, body: compileBody(file, { answers: stage.answersFor(head.uses), accounts }) };
  });
  return assemblePolicies(parts, stage, guardrails);
}
