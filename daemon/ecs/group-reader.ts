// The two reads. A group is read in full or not at all: its head (type, VPC, whether a cloud product owns it)
// from DescribeSecurityGroups, its rules from all pages of DescribeSecurityGroupAttribute.
import { ASSUMED_API_LEVEL, type ApiLevel } from '../../reconciler/model/api-dialect.ts';
import type { DescribedGroup, GroupRef, GroupSelector } from '../../reconciler/model/group.ts';
import { compareText } from '../../reconciler/model/problem.ts';
import { err, ok, type Result } from '../../reconciler/model/result.ts';
import type { NicType } from '../../reconciler/model/rule.ts';
import type { DescribeOptions, EcsApi, ReadAt, ReadManner } from './api.ts';
import type { Ask } from './ask.ts';
import { groupPageSchema, rulePageSchema, type WireGroup } from './convert/answer-schemas.ts';
import { decodeGroup, type RuleWalk } from './convert/decode-group.ts';
import type { Failure } from './failures/failure.ts';
import { readFailure, readPages } from './pages.ts';

/** The vendor stops at this many groups when it filters by tag. Source: help, DescribeSecurityGroups. */
const MAX_GROUPS_BY_TAG = 1000;
/** Source: help, DescribeSecurityGroups, `Tag.N`. */
const MAX_TAGS_IN_FILTER = 20;
/** Source: help, DescribeSecurityGroups, `SecurityGroupIds`. */
const MAX_IDS_IN_FILTER = 100;

/** The pages did not fit together: only a new beginning helps. */
const TORN: ReadonlySet<string> = new Set(['Transport.TornRead', 'InValidParameter.NextToken']);
/** Most attempts, so that constant edits do not make a read endless. */
const MAX_READS = 3;

export function createGroupReader(
  ask: Ask,
  apiLevel: 'auto' | ApiLevel,
): Pick<EcsApi, 'describeGroup' | 'findGroups' | 'existingGroups'> {
  // What the groups of a region showed last, for groups without rules.
  const seenLevels = new Map<string, ApiLevel>();

  const readOnce = async (
    group: GroupRef,
    { whenNoRules: guess = ASSUMED_API_LEVEL, ...manner }: DescribeOptions,
  ): Promise<Result<DescribedGroup, Failure>> => {
    const { account, region, id } = group;
    const at = { account, region, id, ...manner };
    const head = await readHead(ask, at);
    if (!head.ok) return head;
    const walks = await fetchRules(ask, at, head.value);
    if (!walks.ok) return walks;
    const whenNoRules = seenLevels.get(region) ?? guess;
    const read = decodeGroup(group, head.value, walks.value, { apiLevel, whenNoRules });
    if (!read.ok)
      return err(readFailure('DescribeSecurityGroupAttribute', read.error.code, read.error.message));
    if (read.value.rules.length > 0) seenLevels.set(group.region, read.value.apiLevel);
    return read;
  };

  return {
    describeGroup: async (group, options = {}) => {
      for (let reads = 1; ; reads += 1) {
        const read = await readOnce(group, options);
        if (read.ok || reads === MAX_READS || !TORN.has(read.error.code)) return read;
      }
    },
    findGroups: async (place, selector) => {
      const filter = filterOf(selector);
      const groups = await listGroups(ask, place, filter);
      if (!groups.ok) return groups;
      if ('Tag.1.Key' in filter && groups.value.length >= MAX_GROUPS_BY_TAG) {
        const message = `${MAX_GROUPS_BY_TAG} groups or more have these tags, and the vendor lists no more`;
        return err(readFailure('DescribeSecurityGroups', 'Transport.TooMuch', message));
      }
      // Filtered again: an endpoint that does not know a filter answers with every group there is.
      const found = groups.value.filter((group) => isSelected(group, selector));
      return ok([...new Set(found.map((group) => group.SecurityGroupId))].sort(compareText));
    },
    existingGroups: async (place, ids) => {
      const found = new Set<string>();
      for (let from = 0; from < ids.length; from += MAX_IDS_IN_FILTER) {
        const asked = ids.slice(from, from + MAX_IDS_IN_FILTER);
        const groups = await listGroups(ask, place, filterByIds(asked));
        if (!groups.ok) return groups;
        for (const { SecurityGroupId: id } of groups.value) if (asked.includes(id)) found.add(id);
      }
      return ok(found);
    },
  };
}

/** A group to read, and how its calls wait. */
type GroupAt = GroupRef & ReadManner;

async function readHead(ask: Ask, group: GroupAt): Promise<Result<WireGroup, Failure>> {
  const groups = await listGroups(ask, group, filterOf({ kind: 'id', id: group.id }));
  if (!groups.ok) return groups;
  const head = groups.value.find((each) => each.SecurityGroupId === group.id);
  if (head !== undefined) return ok(head);
  // Not `replan`: a second read would find the same. The group is reported, the others go on.
  const message =
    `there is no group ${group.id} in ${group.region}, or RAM hides it: ` +
    'the vendor answers with an empty list where ecs:DescribeSecurityGroups is not allowed';
  return err(readFailure('DescribeSecurityGroups', 'Transport.GroupNotFound', message));
}

/** A classic network has rules of two kinds, and answers with one kind at a time. */
async function fetchRules(ask: Ask, group: GroupAt, head: WireGroup): Promise<Result<RuleWalk[], Failure>> {
  const nicTypes: readonly NicType[] = head.VpcId === '' ? ['internet', 'intranet'] : ['intranet'];
  const walks: RuleWalk[] = [];
  for (const nicType of nicTypes) {
    const operation = 'DescribeSecurityGroupAttribute';
    const params = {
      RegionId: group.region,
      SecurityGroupId: group.id,
      Direction: 'all',
      NicType: nicType,
    };
    const pages = await readPages(ask, group, { operation, params, schema: rulePageSchema });
    if (!pages.ok) return pages;
    walks.push({ nicType, pages: pages.value });
  }
  return ok(walks);
}

async function listGroups(
  ask: Ask,
  at: ReadAt,
  filter: Readonly<Record<string, string>>,
): Promise<Result<readonly WireGroup[], Failure>> {
  const operation = 'DescribeSecurityGroups';
  const params = { RegionId: at.region, ...filter };
  const pages = await readPages(ask, at, { operation, params, schema: groupPageSchema });
  if (!pages.ok) return pages;
  const groups = pages.value.flatMap((page) => page.SecurityGroups.SecurityGroup);
  // An endpoint that pages by number ignores our paging and answers with its first few.
  const total = Math.max(...pages.value.map((page) => page.TotalCount ?? 0));
  if (total <= groups.length) return ok(groups);
  return err(
    readFailure(operation, 'Transport.TooMuch', `only ${groups.length} of ${total} groups were listed`),
  );
}

const filterByIds = (ids: readonly string[]): Readonly<Record<string, string>> => ({
  SecurityGroupIds: JSON.stringify(ids),
});

function filterOf(selector: GroupSelector): Readonly<Record<string, string>> {
  switch (selector.kind) {
    case 'id':
      return filterByIds([selector.id]);
    case 'name':
      return { SecurityGroupName: selector.name };
    case 'tags': {
      const tags = Object.entries(selector.tags).slice(0, MAX_TAGS_IN_FILTER);
      return Object.fromEntries(
        tags.flatMap(([key, value], index) => [
          [`Tag.${index + 1}.Key`, key],
          [`Tag.${index + 1}.Value`, value],
        ]),
      );
    }
  }
}

function isSelected(group: WireGroup, selector: GroupSelector): boolean {
  switch (selector.kind) {
    case 'id':
      return group.SecurityGroupId === selector.id;
    case 'name':
      return group.SecurityGroupName === selector.name;
    case 'tags':
      return Object.entries(selector.tags).every(([key, value]) =>
        group.Tags.some((tag) => tag.TagKey === key && tag.TagValue === value),
      );
  }
}
