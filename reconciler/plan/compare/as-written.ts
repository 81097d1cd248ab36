// A group that holds exactly what a policy says of it, as if the cloud had described it: so that one policy can be
// compared with another by the same planner as a policy with the cloud.
import type { DescribedGroup, DescribedRule, DesiredGroup } from '../../model/group.ts';
import { DIRECTIONS } from '../../model/rule.ts';
import type { GroupPolicy } from '../plan.ts';

/**
 * Taken for a basic group in a VPC, as `validate` does; in a classic network if a rule of either policy needs one.
 *
 * @param before what the policy said of it; null: nothing, and then it holds nothing
 */
export function groupAsWritten(
  before: GroupPolicy | null,
  after: GroupPolicy,
  { selector }: Pick<DesiredGroup, 'selector'>,
): DescribedGroup {
  const rules = before === null ? [] : rulesAsDescribed(before);
  const isClassic = [...rules, ...rulesAsDescribed(after)].some(({ rule }) => rule.nicType === 'internet');
  const { account, region, id } = after;
  return {
    ...{ account, region, id },
    name: selector.kind === 'name' ? selector.name : '',
    tags: selector.kind === 'tags' ? selector.tags : {},
    vpcId: isClassic ? null : '',
    type: 'normal',
    innerAccess: 'accept',
    serviceManaged: false,
    apiLevel: 'current',
    rules,
  };
}

/** The ids are made up, and not to be shown: which rule has which is known to the cloud alone. */
const rulesAsDescribed = ({ rules }: GroupPolicy): DescribedRule[] =>
  DIRECTIONS.flatMap((direction) => rules[direction] ?? []).map(({ rule }, at) => ({
    rule,
    id: `as-written-${at}`,
    selector: {},
  }));
