// Twins of which one is to become the other. Adding the new one might silently do nothing, and removing the old one
// would then cut traffic, so they are modified under every setting, wherever a Modify may be tried.
import type { DescribedGroup } from '../../model/group.ts';
import { differenceOf, canModify } from '../match/pair.ts';
import type { Difference, Diff, LegacyPriority } from '../plan.ts';
import { coexistenceIn } from './coexistence.ts';
import { twinKey, twinsByKey } from './twins.ts';

/** The strongest with the strongest, as far as they go. */
export function forcedPairs(
  diff: Diff,
  group: DescribedGroup,
  { legacyPriority }: { readonly legacyPriority?: LegacyPriority },
): Difference[] {
  if (!coexistenceIn(group, legacyPriority).mayModify) return [];
  const wanted = twinsByKey(diff.missing);
  return diff.unexpected.flatMap((described) => {
    const [to, ...others] = wanted.get(twinKey(described)) ?? [];
    if (to === undefined || !canModify(described, to, group)) return [];
    wanted.set(twinKey(described), others);
    return [differenceOf(described, to)];
  });
}
