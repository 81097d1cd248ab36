// How much a plan may change: one small filter over what differs.
import type { DescribedGroup, DescribedRule, Mode } from '../../model/group.ts';
import { ruleIdentity } from '../../model/rule.ts';
import { changesOf, type Changes } from '../order/calls.ts';
import { duplicatesByIdentity } from './diff.ts';
import { byKind, canModify } from '../match/pair.ts';
import type { Difference, Diff, PlanException } from '../plan.ts';

interface Permitted {
  readonly changes: Changes;
  readonly exceptions: readonly PlanException[];
}

/**
 * `enforce` and `observe` mean everything. `additive` takes nothing away: no rule is revoked, and only
 * those are modified whose new form allows and denies all that the old one did. A pair that may not
 * coexist (see `forcedPairs`) is authorized all the same: at worst nothing happens.
 */
export function permitted(diff: Diff, mode: Mode, group: DescribedGroup): Permitted {
  const obstacles = obstaclesTo(diff, mode, group);
  const exceptions = [...obstacles].map(([{ from, fields }, why]) => ({
    kind: 'cannot-modify' as const,
    message: `${fields.join(' and ')} of ${from.id ?? 'a rule'} stays as it is: ${why}`,
  }));
  const changes = changesOf({ ...diff, different: diff.different.filter((pair) => !obstacles.has(pair)) });
  return { changes: mode === 'additive' ? additive(changes) : changes, exceptions };
}

function additive({ added, modified }: Changes): Changes {
  const { relabelling, dominating, dominated, crossing } = byKind(modified);
  const narrowing = [...dominated, ...crossing];
  return {
    added: [...added, ...narrowing.map(({ to }) => to)],
    modified: [...relabelling, ...dominating],
    removed: [],
  };
}

/** Why some pairs must be left as they are. Texts change at the very end of a plan, when other rules are gone. */
function obstaclesTo(diff: Diff, mode: Mode, group: DescribedGroup): Map<Difference, string> {
  const unexpected = new Set(mode === 'additive' ? [] : diff.unexpected);
  const atTheEnd = { ...group, rules: group.rules.filter((described) => !unexpected.has(described)) };
  const modified = mode === 'additive' ? byKind(diff.different).dominating : diff.different;
  const becomingOthers = modified.filter(({ from, to }) => ruleIdentity(from.rule) !== ruleIdentity(to.rule));
  const leaving = new Set(becomingOthers.map(({ from }) => from));
  const duplicates = duplicatesByIdentity(atTheEnd.rules.filter((described) => !leaving.has(described)));
  const obstacles = new Map<Difference, string>();
  for (const pair of diff.different) {
    const duplicate = duplicates.get(ruleIdentity(pair.to.rule))?.find((other) => other !== pair.from);
    if (!canModify(pair.from, pair.to, atTheEnd)) obstacles.set(pair, AMBIGUOUS);
    else if (duplicate !== undefined) obstacles.set(pair, besideDuplicate(duplicate));
  }
  return obstacles;
}

const AMBIGUOUS = 'this API selects rules by their fields, and those of this rule fit another one as well';

/** Only where nothing is taken away: elsewhere unexpected duplicates are gone by then. */
const besideDuplicate = ({ id }: DescribedRule): string =>
  `${id ?? 'another rule'} is the same rule with another text, the cloud may refuse a change to one of two such ` +
  'rules, and neither is removed';
