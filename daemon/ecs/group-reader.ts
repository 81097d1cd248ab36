// The reads of groups. A group is read in full or not at all: its head (type, VPC, whether a cloud product owns it), which
// is remembered for a while (heads/), and its rules from all pages of DescribeSecurityGroupAttribute.
import { ASSUMED_API_LEVEL, type ApiLevel } from '../../reconciler/model/api-dialect.ts';
import type { DescribedGroup, GroupRef } from '../../reconciler/model/group.ts';
import { err, ok, type Result } from '../../reconciler/model/result.ts';
import type { NicType } from '../../reconciler/model/rule.ts';
import type { Clock } from '../clock.ts';
import type { DescribeOptions, EcsApi, ReadManner } from './api.ts';
import type { Ask, AskUnlessKnown } from './ask.ts';
import { rulePageSchema, type WireGroup } from './convert/answer-schemas.ts';
import { decodeGroup, type RuleWalk } from './convert/decode-group.ts';
import { withSharedRules } from './convert/shared-rules.ts';
import type { Failure } from './failures/failure.ts';
import { filterByIds, MOST_IDS_A_PAGE, type ReadGroups } from './heads/group-pages.ts';
import type { HeadStore } from './heads/head-store.ts';
import { KnownReads } from './known-reads.ts';
import { pagingOf, readFailure, readPages } from './pages.ts';

/** The pages did not fit together: only a new beginning helps. */
const TORN: ReadonlySet<string> = new Set(['Transport.TornRead', 'InValidParameter.NextToken']);
/** Most attempts, so that constant edits do not make a read endless. */
const MAX_READS = 3;

export interface GroupReaderParts {
  readonly ask: Ask;
  readonly askUnlessKnown: AskUnlessKnown;
  readonly apiLevel: 'auto' | ApiLevel;
  readonly heads: HeadStore;
  readonly readGroups: ReadGroups;
  readonly clock: Pick<Clock, 'monotonicMs'>;
}

export function createGroupReader(
  parts: GroupReaderParts,
): Pick<EcsApi, 'describeGroup' | 'sameness' | 'listGroups' | 'existingGroups'> {
  const { apiLevel, heads, readGroups, clock } = parts;
  // What the groups of a region showed last, for groups without rules.
  const seenLevels = new Map<string, ApiLevel>();
  const knownReads = new KnownReads(heads);

  const readOnce = async (
    group: GroupRef,
    { whenNoRules: guess = ASSUMED_API_LEVEL, policy, ...manner }: DescribeOptions,
  ): Promise<Result<DescribedGroup, Failure>> => {
    const { account, region, id } = group;
    const at = { account, region, id, ...manner };
    const beganMs = clock.monotonicMs();
    const head = await heads.toLook(group, manner);
    if (!head.ok) return head;
    const known = knownReads.of(group, head.value);
    const fetched = await fetchRules(parts, at, { head: head.value, known: known?.digest ?? null });
    if (!fetched.ok) return readGone(parts, at, { beganMs, failure: fetched.error });
    const noteLook = ({ rules }: DescribedGroup): void => {
      const naming = rules.filter(({ rule }) => rule.peer.kind === 'group').length;
      heads.of(group).noteLook(id, { rules: rules.length, naming }, beganMs);
    };
    if (fetched.value === null) {
      if (known === null) throw new Error(`the rules of ${id} are taken for known, and are not`);
      noteLook(known.group);
      return ok(known.group);
    }
    const whenNoRules = seenLevels.get(region) ?? guess;
    const decoded = decodeGroup(group, head.value, fetched.value.walks, { apiLevel, whenNoRules });
    if (!decoded.ok)
      return err(readFailure('DescribeSecurityGroupAttribute', decoded.error.code, decoded.error.message));
    const read = policy === undefined ? decoded.value : withSharedRules(decoded.value, policy);
    if (read.rules.length > 0) seenLevels.set(region, read.apiLevel);
    knownReads.note(read, fetched.value.digest);
    noteLook(read);
    return ok(read);
  };

  return {
    describeGroup: async (group, options = {}) => {
      for (let reads = 1; ; reads += 1) {
        const read = await readOnce(group, options);
        if (read.ok || reads === MAX_READS || !TORN.has(read.error.code)) return read;
      }
    },
    sameness: (group) => knownReads.sameness(group),
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

const RULES = 'DescribeSecurityGroupAttribute';

interface FetchedRules {
  readonly walks: readonly RuleWalk[];
  /** Of all that was answered; null: there were more answers than one, or none can be told. */
  readonly digest: string | null;
}

/** Null: the answer was the known one. A classic network has rules of two kinds, and answers with one kind at a time. */
async function fetchRules(
  parts: Pick<GroupReaderParts, 'ask' | 'askUnlessKnown'>,
  group: GroupAt,
  { head, known }: { readonly head: WireGroup; readonly known: string | null },
): Promise<Result<FetchedRules | null, Failure>> {
  if (head.VpcId !== '') return fetchWalk(parts, group, { nicType: 'intranet', known });
  const walks: RuleWalk[] = [];
  for (const nicType of ['internet', 'intranet'] as const) {
    const fetched = await fetchWalk(parts, group, { nicType, known: null });
    if (!fetched.ok) return fetched;
    walks.push(...(fetched.value?.walks ?? []));
  }
  return ok({ walks, digest: null });
}

async function fetchWalk(
  { ask, askUnlessKnown }: Pick<GroupReaderParts, 'ask' | 'askUnlessKnown'>,
  group: GroupAt,
  { nicType, known }: { readonly nicType: NicType; readonly known: string | null },
): Promise<Result<FetchedRules | null, Failure>> {
  const { region: RegionId, id: SecurityGroupId } = group;
  const params = { RegionId, SecurityGroupId, Direction: 'all', NicType: nicType };
  const schema = rulePageSchema;
  const firstParams = { ...params, ...pagingOf(RULES, '') };
  const first = await askUnlessKnown(group, RULES, { params: firstParams, schema, known });
  if (!first.ok) return first;
  if (first.value === null) return ok(null);
  const { body, digest } = first.value;
  const pages = await readPages(ask, group, { operation: RULES, params, schema, first: body });
  if (!pages.ok) return pages;
  return ok({ walks: [{ nicType, pages: pages.value }], digest: pages.value.length === 1 ? digest : null });
}
