// DescribeSecurityGroupAttribute: a group and its rules, page by page.
import type { ActionAnswer, ActionHandler, World } from '../action.ts';
import type { Contents, Permission, SecurityGroup } from '../state.ts';
import { seen } from '../actions/contents.ts';
import { isGroupId, visibleGroup } from '../groups/group-target.ts';
import { text, type Params } from '../actions/params.ts';
import { pageOf, readMaxResults, seedSource, type PageRequest } from '../actions/paging.ts';
import { refuse, required } from '../actions/refusals.ts';
import { isWholeIpv4, ownSideIsAny, WHOLE_IPV4 } from './permission.ts';
import { SIDES } from './rule-call.ts';

const MAX_RESULTS = { least: 10, most: 1000, standard: 500 };

export const describeSecurityGroupAttribute: ActionHandler = ({ params, accountId }, world) => {
  const question = readQuestion(params);
  const contents = seen(world);
  const group = visibleGroup(contents, question.target, accountId);
  const rules = group.Permissions.filter((rule) => isAsked(rule, group, question));
  return world.quirks.apiLevel === 'legacy2019'
    ? describeAll(group, rules, contents, world)
    : describePage(group, rules, { contents, world, params });
};

type Question = ReturnType<typeof readQuestion>;

function readQuestion(params: Params) {
  const regionId = required(params, 'RegionId', 'MissingParameter.RegionId (attribute)');
  const securityGroupId = text(params, 'SecurityGroupId');
  if (!isGroupId(securityGroupId)) throw refuse('InvalidSecurityGroupId.Malformed');
  const direction = text(params, 'Direction').toLowerCase() || 'all';
  if (!['egress', 'ingress', 'all'].includes(direction)) throw refuse('InvalidParamter');
  const nicType = text(params, 'NicType') || 'internet';
  if (!['internet', 'intranet'].includes(nicType)) throw refuse('InvalidNicType.ValueNotSupported');
  if (!['', 'snapshotPolicyIds'].includes(text(params, 'Attribute'))) {
    throw refuse('InvalidParameter.AttributeNotSupported');
  }
  return { target: { regionId, securityGroupId }, direction, nicType };
}

/** In a VPC any NicType means intranet; a classic group shows one kind a call. */
const isAsked = (rule: Permission, group: SecurityGroup, { direction, nicType }: Question): boolean =>
  (direction === 'all' || rule.Direction === direction) && (group.VpcId !== '' || rule.NicType === nicType);

function describePage(
  group: SecurityGroup,
  rules: readonly Permission[],
  { contents, world, params }: { contents: Contents; world: World; params: Params },
): ActionAnswer {
  const page = pageOf(rules, readPaging(params), (rule) => rule.SecurityGroupRuleId, seedSource(world));
  if (page === undefined) throw refuse('InvalidParamter');
  const names = namesIn(contents);
  return {
    ...headOf(group),
    NextToken: page.nextToken,
    SnapshotPolicyIds: { SnapshotPolicyId: [] },
    Permissions: { Permission: page.items.map((rule) => currentForm(rule, names, world)) },
  };
}

function readPaging(params: Params): PageRequest {
  const maxResults = readMaxResults(params, MAX_RESULTS);
  if (maxResults === undefined) throw refuse('InvalidParamter');
  const asked = ['SecurityGroupId', 'Direction', 'NicType'].map((name) => text(params, name));
  return { maxResults, nextToken: text(params, 'NextToken'), question: asked.join(' ') };
}

const headOf = (group: SecurityGroup): ActionAnswer => ({
  RegionId: group.RegionId,
  VpcId: group.VpcId,
  SecurityGroupId: group.SecurityGroupId,
  SecurityGroupName: group.SecurityGroupName,
  Description: group.Description,
  InnerAccessPolicy: group.InnerAccessPolicy,
});

/** Looks up the name of a group or list by its id; `""` for one that isn't there. */
type Names = (kind: 'group' | 'prefixList' | 'portRangeList', id: string) => string;

function namesIn(contents: Contents): Names {
  const maps: Partial<Record<Parameters<Names>[0], ReadonlyMap<string, string>>> = {};
  const build = {
    group: () =>
      contents.securityGroups.map((each) => [each.SecurityGroupId, each.SecurityGroupName] as const),
    prefixList: () => contents.prefixLists.map((each) => [each.PrefixListId, each.PrefixListName] as const),
    portRangeList: () =>
      contents.portRangeLists.map((each) => [each.PortRangeListId, each.PortRangeListName] as const),
  };
  return (kind, id) => {
    if (id === '') return '';
    const map = (maps[kind] ??= new Map(build[kind]()));
    return map.get(id) ?? '';
  };
}

/** Written out for the same reason as `inOrder` in permission.ts. */
const currentForm = (rule: Permission, names: Names, { quirks }: World): ActionAnswer => ({
  SecurityGroupRuleId: rule.SecurityGroupRuleId,
  Direction: rule.Direction,
  IpProtocol: rule.IpProtocol,
  PortRange: rule.PortRange,
  PortRangeListId: rule.PortRangeListId,
  PortRangeListName: names('portRangeList', rule.PortRangeListId),
  SourcePortRange: rule.SourcePortRange,
  SourceCidrIp: rule.SourceCidrIp,
  Ipv6SourceCidrIp: rule.Ipv6SourceCidrIp,
  SourceGroupId: rule.SourceGroupId,
  SourceGroupName: names('group', rule.SourceGroupId),
  SourceGroupOwnerAccount: rule.SourceGroupOwnerAccount,
  SourcePrefixListId: rule.SourcePrefixListId,
  SourcePrefixListName: names('prefixList', rule.SourcePrefixListId),
  DestCidrIp: rule.DestCidrIp,
  Ipv6DestCidrIp: rule.Ipv6DestCidrIp,
  DestGroupId: rule.DestGroupId,
  DestGroupName: names('group', rule.DestGroupId),
  DestGroupOwnerAccount: rule.DestGroupOwnerAccount,
  DestPrefixListId: rule.DestPrefixListId,
  DestPrefixListName: names('prefixList', rule.DestPrefixListId),
  Policy: rule.Policy,
  Priority: quirks.priorityType === 'string' ? String(rule.Priority) : rule.Priority,
  NicType: rule.NicType,
  Description: rule.Description,
  CreateTime: rule.CreateTime,
});

/** As of 2019: the whole group in one answer, no rule ids, no lists. */
function describeAll(
  group: SecurityGroup,
  rules: readonly Permission[],
  contents: Contents,
  world: World,
): ActionAnswer {
  const names = namesIn(contents);
  const legacyForm = (rule: Permission): ActionAnswer =>
    Object.fromEntries(
      Object.entries(currentForm(withOwnSideShown(rule, world), names, world)).filter(
        ([field]) => !FIELDS_AFTER_2019.has(field),
      ),
    );
  return { ...headOf(group), Permissions: { Permission: rules.map(legacyForm) } };
}

/**
 * What is shown of an own side of all addresses, where left out and 0.0.0.0/0 are one; where they are two, a Describe that
 * did not show as sent could not tell them apart. The default is of IPv4: a rule of IPv6 cannot have it.
 */
function withOwnSideShown(rule: Permission, { quirks }: World): Permission {
  if (!ownSideIsAny(quirks) || quirks.shownOwnSide === 'sent') return rule;
  const { peer, own } = SIDES[rule.Direction];
  const field = `${own}CidrIp` as const;
  if (quirks.shownOwnSide === 'empty') return isWholeIpv4(rule[field]) ? { ...rule, [field]: '' } : rule;
  const isIpv6 = rule[`Ipv6${peer}CidrIp`] !== '' || rule[`Ipv6${own}CidrIp`] !== '';
  return rule[field] === '' && !isIpv6 ? { ...rule, [field]: WHOLE_IPV4 } : rule;
}

const FIELDS_AFTER_2019: ReadonlySet<string> = new Set([
  'SecurityGroupRuleId',
  'PortRangeListId',
  'PortRangeListName',
  'SourcePrefixListId',
  'SourcePrefixListName',
  'DestPrefixListId',
  'DestPrefixListName',
]);
