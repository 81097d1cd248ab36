import type { DesiredGroup } from '../../model/group.ts';
import type { CompiledPolicies } from './compile.ts';
import { desiredGroupKey } from './group-key.ts';

export interface LastGoodMerge {
  /** What is in force now: the groups of the good files, and the kept ones. */
  readonly groups: readonly DesiredGroup[];
  /** Groups whose file is bad now, as they were when it last was good. */
  readonly kept: readonly DesiredGroup[];
}

/** A bad file keeps the last good state of its groups, unless a good file declares the group now. */
export function keepLastGood(compiled: CompiledPolicies, lastGood: readonly DesiredGroup[]): LastGoodMerge {
  const declared = new Set(compiled.groups.map(desiredGroupKey));
  const kept = lastGood.filter(
    (group) => compiled.badFiles.has(group.source.file) && !declared.has(desiredGroupKey(group)),
  );
  return { groups: [...compiled.groups, ...kept], kept };
}
