// What is known of one group's head, as values: when it was read, what it says, and how two readings differ.
import { isDeepStrictEqual } from 'node:util';
import type { DescribedGroup, GroupRef } from '../../../reconciler/model/group.ts';
import type { WireGroup } from '../convert/answer-schemas.ts';
import { decodeHead, tagsOf, type HeadFields } from '../convert/decode-group.ts';
import type { Failure } from '../failures/failure.ts';
import { readFailure } from '../pages.ts';
import type { HeldGroup } from './held-group.ts';
import { afterHead, NOTHING_COUNTED, type CountMemory, type RuleCounts } from './rule-counts.ts';

/** The last read of a group in full. */
export interface NotedRead {
  /** Of its answer. */
  readonly digest: string;
  readonly held: HeldGroup;
}

export interface HeadEntry {
  /** Null: there was no such group. */
  readonly head: WireGroup | null;
  /** Monotonic, when the call began; minus infinity: never read. */
  readonly readMs: number;
  /** When it was last asked for, whatever came of it. */
  readonly askedMs: number;
  /** When its group was last looked at. */
  readonly lookedMs: number;
  readonly counts: CountMemory;
  /** Null: none is known. */
  readonly lastRead: NotedRead | null;
  readonly isFollowed: boolean;
  /** Its id spoils a page: the cloud refused a call that named it alone. */
  readonly isLoner: boolean;
}

export const UNREAD: HeadEntry = {
  head: null,
  readMs: -Infinity,
  askedMs: -Infinity,
  lookedMs: -Infinity,
  counts: NOTHING_COUNTED,
  lastRead: null,
  isFollowed: false,
  isLoner: false,
};

/** The entry with a new reading; `news`: what a look at the group should be taken for, or null. */
export function entryAfter(
  before: HeadEntry,
  head: WireGroup | null,
  readMs: number,
): { readonly entry: HeadEntry; readonly news: string | null } {
  if (readMs < before.readMs) return { entry: before, news: null };
  const { counts, news } = countsAfter(before.counts, head);
  const entry = { ...before, head, readMs, counts, isLoner: false };
  if (before.readMs === -Infinity) return { entry, news: null };
  return { entry, news: headDifference(before.head, head) ?? news };
}

function countsAfter(
  counts: CountMemory,
  head: WireGroup | null,
): { readonly counts: CountMemory; readonly news: string | null } {
  if (head === null) return { counts, news: null };
  const { RuleCount: rules, GroupToGroupRuleCount: naming } = head;
  if (rules === null || naming === null) return { counts, news: null };
  const told = { rules, naming };
  const { memory, isNews } = afterHead(counts, told);
  if (!isNews || counts.seen === null) return { counts: memory, news: null };
  const news = `the cloud tells of ${rulesAndNaming(told)}, and the last look saw ${rulesAndNaming(counts.seen)}`;
  return { counts: memory, news };
}

const rulesAndNaming = ({ rules, naming }: RuleCounts): string => `${rules} rules (${naming} naming a group)`;

function headDifference(before: WireGroup | null, head: WireGroup | null): string | null {
  if (before === null || head === null) {
    if (before === head) return null;
    return head === null ? 'it is gone, or RAM hides it' : 'it is there again';
  }
  const is = comparedFields(head);
  const changed = Object.entries(comparedFields(before)).find(
    ([name, was]) => !isDeepStrictEqual(was, is[name]),
  );
  return changed === undefined ? null : `its ${changed[0]} changed`;
}

const comparedFields = (head: WireGroup): Readonly<Record<string, unknown>> => ({
  type: head.SecurityGroupType,
  VPC: head.VpcId,
  owner: head.ServiceManaged,
  name: head.SecurityGroupName,
  tags: tagsOf(head),
});

/** What a head says otherwise than the group was described; null: nothing. */
export function changeSince(described: DescribedGroup, head: WireGroup): string | null {
  const fields = decodeHead(head);
  if (!fields.ok) return fields.error.message;
  const names = Object.keys(fields.value) as ReadonlyArray<keyof HeadFields>;
  const is: HeadFields = fields.value;
  const was: HeadFields = { ...described, tags: described.tags ?? {} };
  const changed = names.find((name) => !isDeepStrictEqual(was[name], is[name]));
  return changed === undefined ? null : `its ${changed} changed since it was read`;
}

/** Not `replan`: a second read would find the same. The group is reported, the others go on. */
export function groupNotFound({ id, region }: GroupRef): Failure {
  const message =
    `there is no group ${id} in ${region}, or RAM hides it: ` +
    'the vendor answers with an empty list where ecs:DescribeSecurityGroups is not allowed';
  return readFailure('DescribeSecurityGroups', 'Transport.GroupNotFound', message);
}
