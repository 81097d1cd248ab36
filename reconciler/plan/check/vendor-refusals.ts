// What the vendor is known to refuse whatever the order of the calls.
import { dialectOf } from '../../model/api-dialect.ts';
import type { DescribedGroup } from '../../model/group.ts';
import { compareText } from '../../model/problem.ts';
import { DIRECTIONS, type Rule } from '../../model/rule.ts';
import type { GroupPolicy } from '../plan.ts';
import type { VendorObjection } from './objection.ts';

export function vendorRefusals(policy: GroupPolicy, group: DescribedGroup): VendorObjection[] {
  const managed: VendorObjection[] = group.serviceManaged ? [{ kind: 'managedByProduct' }] : [];
  return [
    ...managed,
    ...(hasNoOwners(policy, group) ? [{ kind: 'noRuleIds' } as const] : []),
    ...(group.type === 'enterprise' ? refused('groupPeers', policy, namesGroup) : []),
    // A policy that names its group by id does not get here with such a rule: only by name or tags it is not known.
    ...refused('itselfAsPeer', policy, ({ peer }) => peer.kind === 'group' && peer.id === policy.id),
    ...(dialectOf(group).tellsWholeOwnSide ? [] : refused('wholeOwnSide', policy, hasWholeOwnSide)),
  ];
}

/** Whose a rule is can only be told by its id. */
const hasNoOwners = ({ ownership }: GroupPolicy, group: DescribedGroup): boolean =>
  ownership === 'declared' && dialectOf(group).namesRulesBy !== 'id';

const namesGroup = ({ peer }: Rule): boolean => peer.kind === 'group';

/** Beside addresses of its own family such an own side is none in every rule here. */
const hasWholeOwnSide = ({ own }: Rule): boolean => own?.kind === 'ipv4' && own.length === 0;

/** Left out one by one, a drop rule among them would open what it should close: the group waits as a whole. */
function refused(
  kind: 'groupPeers' | 'itselfAsPeer' | 'wholeOwnSide',
  policy: GroupPolicy,
  isMeant: (rule: Rule) => boolean,
): VendorObjection[] {
  const places = DIRECTIONS.flatMap((direction) => policy.rules[direction] ?? [])
    .filter(({ rule }) => isMeant(rule))
    .map(({ source }) => source)
    .sort((a, b) => compareText(a.file, b.file) || a.line - b.line);
  return places.length === 0 ? [] : [{ kind, places }];
}
