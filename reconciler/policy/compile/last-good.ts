import type { DesiredGroup, DesiredState } from '../../model/group.ts';
import type { CompiledPolicies } from './parts/assemble.ts';
import { desiredGroupKey } from './group-key.ts';

/** What policies and config say together, without the revision. */
export type WantedState = Pick<DesiredState, 'groups' | 'expectations' | 'guardrails'>;

export interface LastGoodMerge extends WantedState {
  /** Groups whose file is bad now, as they were when it last was good. */
  readonly kept: readonly DesiredGroup[];
}

/**
 * A bad file keeps the last good state of its groups, unless a good file declares the group now, and of its
 * expectations. A guardrail that cannot be judged by keeps its own.
 */
export function keepLastGood(compiled: CompiledPolicies, lastGood: WantedState): LastGoodMerge {
  const { groups, expectations, badFiles } = compiled;
  const guardrails = [
    ...compiled.guardrails,
    ...lastGood.guardrails.filter(({ id }) => compiled.badGuardrails.has(id)),
  ];
  if (badFiles.size === 0) return { groups, expectations, guardrails, kept: [] };
  const declared = new Set(groups.map(desiredGroupKey));
  const isBad = ({ source }: { readonly source: { readonly file: string } }): boolean =>
    badFiles.has(source.file);
  const kept = lastGood.groups.filter((group) => isBad(group) && !declared.has(desiredGroupKey(group)));
  return {
    groups: [...groups, ...kept],
    expectations: [...expectations, ...lastGood.expectations.filter(isBad)],
    guardrails,
    kept,
  };
}
