// Rules that are to be removed and are twins of a rule to be modified, or duplicates of it: they differ from it in
// priority only, or in host bits that our model does not see. A cloud that leaves the priority out of a rule's identity
// refuses the Modify for as long as one of them is there, so they are removed first. They do nothing: the rule to be
// modified is the strongest of them.
import type { DescribedRule } from '../../model/group.ts';
import type { Diff } from '../plan.ts';
import { twinKey } from './twins.ts';

/** Of the rules to be removed: the twins of forced pairs, which must be among those to be modified. */
export function idleTwins({
  different,
  unexpected,
}: Pick<Diff, 'different' | 'unexpected'>): readonly DescribedRule[] {
  const forced = new Set(
    different
      .filter(({ from, to, fields }) => fields.includes('priority') && twinKey(from) === twinKey(to))
      .map(({ to }) => twinKey(to)),
  );
  return forced.size === 0 ? [] : unexpected.filter((described) => forced.has(twinKey(described)));
}
