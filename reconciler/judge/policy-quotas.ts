// Policies that want more of a group than it may hold: told before the group is read, as a warning, for a group that
// holds more already shows that its quota is larger.
import type { DesiredGroup } from '../model/group.ts';
import { compareProblems, type Problem } from '../model/problem.ts';
import { DIRECTIONS } from '../model/rule.ts';

export interface PolicyQuotas {
  readonly ruleQuota: number;
  readonly groupReferenceQuota: number;
}

/** In reading order. A rule with a list counts once: how many entries it has is known only in the cloud. */
export function quotaProblems(groups: readonly DesiredGroup[], quotas: PolicyQuotas): Problem[] {
  return groups.flatMap((group) => excessesOf(group, quotas)).sort(compareProblems);
}

function excessesOf(group: DesiredGroup, { ruleQuota, groupReferenceQuota }: PolicyQuotas): Problem[] {
  const rules = DIRECTIONS.flatMap((direction) => group.rules[direction] ?? []);
  const references = rules.filter(({ rule }) => rule.peer.kind === 'group').length;
  const excess = (message: string, hint: string): Problem => ({
    ...group.source,
    severity: 'warning',
    code: 'over-quota',
    message,
    hint,
  });
  return [
    ...(rules.length > ruleQuota
      ? [
          excess(
            `${rules.length} rules are wanted; the quota is ${ruleQuota}`,
            `ask for fewer; where the vendor allows more, raise reconcile.ruleQuota to ${rules.length}`,
          ),
        ]
      : []),
    ...(references > groupReferenceQuota
      ? [
          excess(
            `${references} rules name a group; the quota is ${groupReferenceQuota}`,
            `name addresses or a prefix list in some of them; where the vendor allows more, raise reconcile.groupReferenceQuota to ${references}`,
          ),
        ]
      : []),
  ];
}
