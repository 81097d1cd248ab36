// What an entry of the policies says of one of the groups that it means.
import { isInForce, type DesiredGroup, type DesiredRule, type Mode } from '../model/group.ts';
import type { GroupPolicy } from './plan.ts';

/** With the rules of this time, and the mode of the config where the entry has none. */
export function groupPolicy(
  group: DesiredGroup,
  id: string,
  given: { readonly mode: Mode; readonly nowMs: number },
): GroupPolicy {
  const valid = (rules: readonly DesiredRule[] | null) =>
    rules?.filter((rule) => isInForce(rule, given.nowMs)) ?? null;
  return {
    account: group.account,
    region: group.region,
    id,
    mode: group.mode ?? given.mode,
    alone: group.alone,
    ...(group.selector.kind === 'id' ? {} : { bySelector: true }),
    ignore: group.ignore,
    ...(group.ownership === undefined ? {} : { ownership: group.ownership }),
    rules: { ingress: valid(group.rules.ingress), egress: valid(group.rules.egress) },
    source: group.source,
  };
}
