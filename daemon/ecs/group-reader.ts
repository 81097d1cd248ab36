// The reads of groups. A group is read in full or not at all: its head (type, VPC, whether a cloud product owns it), which
// is remembered for a while (heads/), and its rules from all pages of DescribeSecurityGroupAttribute.
import { ASSUMED_API_LEVEL, type ApiLevel } from '../../reconciler/model/api-dialect.ts';
import type { DescribedGroup, GroupRef } from '../../reconciler/model/group.ts';
import { err, ok, type Result } from '../../reconciler/model/result.ts';
import type { NicType } from '../../reconciler/model/rule.ts';
import type { Clock } from '../clock.ts';
import type { DescribeOptions, EcsApi, ReadManner } from './api.ts';
import type { Ask } from './ask.ts';
import { rulePageSchema, type WireGroup } from './convert/answer-schemas.ts';
import { decodeGroup, type RuleWalk } from './convert/decode-group.ts';
import type { Failure } from './failures/failure.ts';
import { filterByIds, MOST_IDS_A_PAGE, type ReadGroups } from './heads/group-pages.ts';
import type { HeadStore } from './heads/head-store.ts';
import { readFailure, readPages } from './pages.ts';

/** The pages did not fit together: only a new beginning helps. */
const TORN: ReadonlySet<string> = new Set(['Transport.TornRead', 'InValidParameter.NextToken']);
/** Most attempts, so that constant edits do not make a read endless. */
const MAX_READS = 3;

export interface GroupReaderParts {
  readonly ask: Ask;
  readonly apiLevel: 'auto' | ApiLevel;
  readonly heads: HeadStore;
  readonly readGroups: ReadGroups;
  readonly clock: Pick<Clock, 'monotonicMs'>;
}

export function createGroupReader(
  parts: GroupReaderParts,
): Pick<EcsApi, 'describeGroup' | 'listGroups' | 'existingGroups'> {
  const { ask, apiLevel, heads, readGroups, clock } = parts;
  // What the groups of a region showed last, for groups without rules.
  const seenLevels = new Map<string, ApiLevel>();

  const readOnce = async (
    group: GroupRef,
    { whenNoRules: guess = ASSUMED_API_LEVEL, ...manner }: DescribeOptions,
  ): Promise<Result<DescribedGroup, Failure>> => {
    const { account, region, id } = group;
    const at = { account, region, id, ...manner };
    const beganMs = clock.monotonicMs();
    const head = await heads.toLook(group, manner);
    if (!head.ok) return head;
    const walks = await fetchRules(ask, at, head.value);
    if (!walks.ok) return readGone(parts, at, { beganMs, failure: walks.error });
    const whenNoRules = seenLevels.get(region) ?? guess;
    const read = decodeGroup(group, head.value, walks.value, { apiLevel, whenNoRules });
    if (!read.ok)
      return err(readFailure('DescribeSecurityGroupAttribute', read.error.code, read.error.message));
    const { rules } = read.value;
    if (rules.length > 0) seenLevels.set(region, read.value.apiLevel);
    const naming = rules.filter(({ rule }) => rule.peer.kind === 'group').length;
    heads.of(group).noteLook(id, { rules: rules.length, naming }, beganMs);
    return read;
  };

  return {
    describeGroup: async (group, options = {}) => {
      for (let reads = 1; ; reads += 1) {
        const read = await readOnce(group, options);
        if (read.ok || reads === MAX_READS || !TORN.has(read.error.code)) return read;
      }
    },
    listGroups: (at, maxAgeMs) => heads.list(at, maxAgeMs),
    existingGroups: async (place, ids) => {
      const found = new Set<string>();
      for (let from = 0; from < ids.length; from += MOST_IDS_A_PAGE) {
        const asked = ids.slice(from, from + MOST_IDS_A_PAGE);
        const groups = await readGroups(place, filterByIds(asked));
        if (!groups.ok) return groups;
        for (const { SecurityGroupId: id } of groups.value) if (asked.includes(id)) found.add(id);
      }
      return ok(found);
    },
  };
}

/** A group to read, and how its calls wait. */
type GroupAt = GroupRef & ReadManner;

/** Rules that are refused may be those of a group that is gone since its head was read: that is told in our words. */
async function readGone(
  { heads }: Pick<GroupReaderParts, 'heads'>,
  { account, region, id, ...manner }: GroupAt,
  { beganMs, failure }: { readonly beganMs: number; readonly failure: Failure },
): Promise<Result<never, Failure>> {
  const ofPlace = heads.of({ account, region });
  if (failure.kind !== 'rejected' || ofPlace.isReadAfter(id, beganMs)) return err(failure);
  ofPlace.doubt(id);
  const head = await heads.toLook({ account, region, id }, manner);
  return head.ok ? err(failure) : head;
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
