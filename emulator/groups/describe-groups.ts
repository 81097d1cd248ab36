// DescribeSecurityGroups: the caller's groups of a region, filtered and paged.
import type { ActionAnswer, ActionHandler, ActionRequest, World } from '../action.ts';
import type { SecurityGroup } from '../state.ts';
import { seen } from '../actions/contents.ts';
import { isGroupId } from './group-target.ts';
import { questionOf } from '../lists/list-fields.ts';
import { GROUP_CAPACITY } from './membership.ts';
import { boolean, integer, jsonList, text, type Params } from '../actions/params.ts';
import { pageOf, readMaxResults, seedSource } from '../actions/paging.ts';
import { refuse } from '../actions/refusals.ts';
import { isKnownRegion } from './regions.ts';
import { namesGroup } from '../rules/rule-book.ts';
import { hasTags, readTagFilter } from './tags.ts';

const MAX_RESULTS = { least: 1, most: 100, standard: 10 };
/** Source: the page of 2019; today's gives no bound. */
const PAGE_SIZE_MAX = 50;
const IDS_MAX = 100;
/** A filter by tag or resource group shows no more than this. */
const FILTERED_MAX = 1000;

export const describeSecurityGroups: ActionHandler = (request, world) => {
  const { params } = request;
  const filters = readFilters(params);
  const dryRun = readFlag(params, 'DryRun') === true;
  const paging = readPaging(params, world);
  const found = search(request, filters, world);
  const RegionId = text(params, 'RegionId');
  const page =
    paging.kind === 'number'
      ? numberedPage(found, paging, world)
      : tokenPage(found, paging.maxResults, params, world);
  if (dryRun) throw refuse('DryRunOperation');
  return { RegionId, ...page };
};

type Filter = (group: SecurityGroup) => boolean;

/** Throws the refusal of the first malformed filter. */
function readFilters(params: Params): Filter[] {
  if (text(params, 'RegionId') === '') throw refuse('MissingParameter.RegionId (groups)');
  return [
    readIdFilter(params),
    readNameFilter(params),
    readKindFilter(params),
    readPlaceFilter(params),
    tagFilter(params),
  ];
}

/** A bad flag, tag filter, network or page size has no code on the page: the code of the other actions, in our words. */
function readFlag(params: Params, name: string): boolean | undefined {
  const value = text(params, name);
  const flag = boolean(value);
  if (value !== '' && flag === undefined) throw refuse('InvalidParameter (groups)', name);
  return flag;
}

type Paging =
  | { readonly kind: 'token'; readonly maxResults: number }
  | { readonly kind: 'number'; readonly PageNumber: number; readonly PageSize: number };

/**
 * In 2019 by number, whatever else was asked. Today the older way is being withdrawn, and which callers still have it is
 * open (quirk groupPaging); MaxResults or NextToken stand for the newer one, and beside them PageNumber is refused.
 */
function readPaging(params: Params, { quirks }: World): Paging {
  if (quirks.apiLevel === 'legacy2019') return readNumbers(params);
  const isGiven = (name: string) => text(params, name) !== '';
  const byNumber = isGiven('PageNumber') || isGiven('PageSize');
  const byToken = isGiven('MaxResults') || isGiven('NextToken');
  if (byNumber && (byToken || quirks.groupPaging === 'token')) {
    throw refuse('NotSupported.PageNumberAndPageSize');
  }
  if (byNumber) return readNumbers(params);
  const maxResults = readMaxResults(params, MAX_RESULTS);
  if (maxResults === undefined) throw refuse('InvalidParameter (groups)', 'MaxResults');
  return { kind: 'token', maxResults };
}

const readNumbers = (params: Params): Paging => ({
  kind: 'number',
  PageNumber: readNumber(params, 'PageNumber', { standard: 1, most: Infinity }),
  PageSize: readNumber(params, 'PageSize', { standard: 10, most: PAGE_SIZE_MAX }),
});

function readNumber(params: Params, name: string, limits: { standard: number; most: number }): number {
  const given = text(params, name);
  const value = given === '' ? limits.standard : integer(given);
  if (value === undefined || value < 1 || value > limits.most)
    throw refuse('InvalidParameter (groups)', name);
  return value;
}

function tagFilter(params: Params): Filter {
  const tags = readTagFilter(params);
  if (tags === undefined) throw refuse('InvalidParameter (groups)', 'Tag');
  return ({ Tags }) => hasTags(Tags, tags);
}

function readIdFilter(params: Params): Filter {
  const single = text(params, 'SecurityGroupId');
  const ids = [...(single === '' ? [] : [single]), ...readIds(text(params, 'SecurityGroupIds'))];
  if (!ids.every(isGroupId)) throw refuse('InvalidSecurityGroupId.Malformed');
  const wanted = new Set(ids);
  return ({ SecurityGroupId }) => wanted.size === 0 || wanted.has(SecurityGroupId);
}

function readIds(value: string): string[] {
  const ids = jsonList(value);
  if (ids === undefined || ids.length > IDS_MAX) throw refuse('InvalidSecurityGroupId.Malformed');
  return ids;
}

function readNameFilter(params: Params): Filter {
  const name = text(params, 'SecurityGroupName');
  if (name === '') return () => true;
  if (/^https?:\/\//i.test(name) || Array.from(name).length > 128) {
    throw refuse('InvalidSecurityGroupName.Malformed');
  }
  const fuzzy = readFlag(params, 'FuzzyQuery') === true;
  return ({ SecurityGroupName }) => (fuzzy ? SecurityGroupName.includes(name) : SecurityGroupName === name);
}

function readKindFilter(params: Params): Filter {
  const type = text(params, 'SecurityGroupType');
  if (!['', 'normal', 'enterprise'].includes(type)) throw refuse('InvalidParameter.SecurityGroupType');
  const managed = readFlag(params, 'ServiceManaged');
  return (group) =>
    (type === '' || group.SecurityGroupType === type) &&
    (managed === undefined || group.ServiceManaged === managed);
}

function readPlaceFilter(params: Params): Filter {
  const vpcId = text(params, 'VpcId');
  const network = text(params, 'NetworkType');
  if (!['', 'vpc', 'classic'].includes(network)) throw refuse('InvalidParameter (groups)', 'NetworkType');
  const resourceGroupId = text(params, 'ResourceGroupId');
  return (group) =>
    (vpcId === '' || group.VpcId === vpcId) &&
    (network === '' || (group.VpcId === '' ? 'classic' : 'vpc') === network) &&
    (resourceGroupId === '' || group.ResourceGroupId === resourceGroupId);
}

function search(
  { params, accountId }: ActionRequest,
  filters: readonly Filter[],
  world: World,
): SecurityGroup[] {
  const contents = seen(world);
  const regionId = text(params, 'RegionId');
  if (!isKnownRegion(contents, regionId)) throw refuse('InvalidRegionId.NotFound');
  const found = contents.securityGroups.filter(
    (group) =>
      group.RegionId === regionId &&
      group.OwnerId === accountId &&
      filters.every((accepts) => accepts(group)),
  );
  const capped = readTagFilter(params)?.length !== 0 || text(params, 'ResourceGroupId') !== '';
  return capped ? found.slice(0, FILTERED_MAX) : found;
}

function tokenPage(
  found: readonly SecurityGroup[],
  maxResults: number,
  params: Params,
  world: World,
): ActionAnswer {
  const request = { maxResults, nextToken: text(params, 'NextToken'), question: questionOf(params) };
  const page = pageOf(found, request, ({ SecurityGroupId }) => SecurityGroupId, seedSource(world));
  if (page === undefined) throw refuse('InValidParameter.NextToken');
  return { NextToken: page.nextToken, SecurityGroups: { SecurityGroup: page.items.map(summaryIn(world)) } };
}

function numberedPage(
  found: readonly SecurityGroup[],
  { PageNumber, PageSize }: { readonly PageNumber: number; readonly PageSize: number },
  world: World,
): ActionAnswer {
  const items = found.slice((PageNumber - 1) * PageSize, PageNumber * PageSize);
  return {
    TotalCount: found.length,
    PageNumber,
    PageSize,
    SecurityGroups: { SecurityGroup: items.map(summaryIn(world)) },
  };
}

const summary = (group: SecurityGroup): ActionAnswer => ({
  SecurityGroupId: group.SecurityGroupId,
  SecurityGroupName: group.SecurityGroupName,
  Description: group.Description,
  SecurityGroupType: group.SecurityGroupType,
  VpcId: group.VpcId,
  CreationTime: group.CreationTime,
  EcsCount: group.Members.length,
  AvailableInstanceAmount: GROUP_CAPACITY[group.SecurityGroupType] - group.Members.length,
  ResourceGroupId: group.ResourceGroupId,
  ServiceManaged: group.ServiceManaged,
  ServiceID: group.ServiceManaged ? MANAGING_SERVICE_ID : 0,
  Tags: { Tag: group.Tags },
});

/** They are told since 2024-09-28. */
const ruleCounts = ({ Permissions }: SecurityGroup): ActionAnswer => ({
  RuleCount: Permissions.length,
  GroupToGroupRuleCount: Permissions.filter(namesGroup).length,
});

const summaryIn =
  ({ quirks }: World) =>
  (group: SecurityGroup): ActionAnswer => ({
    ...summary(group),
    ...(quirks.apiLevel === 'legacy2019' ? {} : ruleCounts(group)),
  });

/** Some number: which cloud product manages a group is not emulated. */
const MANAGING_SERVICE_ID = 1;
