// How much a plan may change: one small filter over what differs.
import type { DescribedGroup, Mode } from '../model/group.ts';
import { changesOf, type Changes } from './calls.ts';
import { byKind } from './order.ts';
import { canModify } from './pair.ts';
import type { Alteration, Diff, PlanException } from './plan.ts';

export interface Permitted {
  readonly changes: Changes;
  readonly exceptions: readonly PlanException[];
}

/**
 * `enforce` and `observe` mean everything. `additive` takes nothing away: no rule is revoked, and only
 * those are modified whose new form allows and denies all that the old one did. A pair that may not
 * coexist (see `forcedPairs`) is authorized all the same: at worst nothing happens.
 */
export function permitted(diff: Diff, mode: Mode, group: DescribedGroup): Permitted {
  const gone = new Set(mode === 'additive' ? [] : diff.surplus);
  // Texts change at the very end of a plan, when rules that could be mistaken for these are gone.
  const atTheEnd = { ...group, rules: group.rules.filter((described) => !gone.has(described)) };
  const possible = diff.altered.filter(({ from, to }) => canModify(from, to, atTheEnd));
  const exceptions = diff.altered.filter((pair) => !possible.includes(pair)).map(cannotBeAltered);
  const changes = changesOf({ ...diff, altered: possible });
  return { changes: mode === 'additive' ? additive(changes) : changes, exceptions };
}

function additive({ authorize, modify }: Changes): Changes {
  const { relabelling, dominating, dominated, crossing } = byKind(modify);
  const narrowing = [...dominated, ...crossing];
  return {
    authorize: [...authorize, ...narrowing.map(({ to }) => to)],
    modify: [...relabelling, ...dominating],
    revoke: [],
  };
}

function cannotBeAltered({ from, fields }: Alteration): PlanException {
  return {
    kind: 'cannot-modify',
    message:
      `${fields.join(' and ')} of ${from.id ?? 'a rule'} stays as it is: the API of 2019 selects rules by ` +
      'their fields, and those of this rule fit another one as well',
  };
}
