// Up to 100 entries in one call, and what happens when one of them is bad. By default a bad entry fails the
// whole batch without effect. With the quirk batchAtomic=false the entries before the bad one take effect,
// although the call fails: the manual doesn't rule that out, so a caller must survive it.
import { ApiError } from '../action.ts';
import { entries, greatestNumber, list, text, type Params } from '../actions/params.ts';
import { refuse } from '../actions/refusals.ts';
import type { RuleBook } from './rule-book.ts';
import type { RuleCall } from './rule-call.ts';
import { readDraft, type RuleDraft } from './fields/rule-draft.ts';
import type { DraftSource } from './fields/rule-fields.ts';
import { checkShape } from './fields/rule-shape.ts';

const BATCH_MAX = 100;

/** Fields of a rule that mark a request as flat when they stand at the top level. */
const FLAT_FIELDS = [
  'IpProtocol',
  'PortRange',
  'SourcePortRange',
  'SourceCidrIp',
  'Ipv6SourceCidrIp',
  'SourceGroupId',
  'SourceGroupOwnerAccount',
  'SourceGroupOwnerId',
  'SourcePrefixListId',
  'DestCidrIp',
  'Ipv6DestCidrIp',
  'DestGroupId',
  'DestGroupOwnerAccount',
  'DestGroupOwnerId',
  'DestPrefixListId',
  'Policy',
  'Priority',
  'NicType',
  'Description',
] as const;

/** Whether a rule is spelled at the top level. PortRangeListId came too late to have a flat form. */
export const isFlat = (params: Params): boolean => FLAT_FIELDS.some((field) => text(params, field) !== '');

/** The entries up to the first malformed one, and that one's refusal. */
export interface Batch {
  readonly drafts: readonly RuleDraft[];
  readonly failure: ApiError | undefined;
}

/** Reads `Permissions.N` or the one flat rule, checking all that needs no state. Throws if nothing is left to do. */
export function readBatch(call: RuleCall): Batch {
  const { params } = call.request;
  const permissions = call.legacy ? [] : entries(params, 'Permissions');
  const batch = permissions.length > 0;
  if (batch && (isFlat(params) || greatestNumber(params, 'Permissions') > BATCH_MAX)) {
    throw refuse('InvalidParam.Permissions');
  }
  const sources: DraftSource[] = batch
    ? permissions.map(({ name, fields }) => ({ name, fields, form: 'current', call }))
    : [{ name: 'request', fields: params, form: 'flat', call }];
  const read = untilFailure(sources);
  // Nothing can take effect, so the refusal comes first, as bad formats do.
  const nothingToDo = call.world.quirks.batchAtomic || read.drafts.length === 0;
  if (read.failure !== undefined && nothingToDo) throw read.failure;
  return read;
}

function untilFailure(sources: readonly DraftSource[]): Batch {
  const drafts: RuleDraft[] = [];
  try {
    for (const source of sources) {
      const draft = readDraft(source);
      checkShape(draft, source.call);
      drafts.push(draft);
    }
  } catch (failure) {
    if (failure instanceof ApiError) return { drafts, failure };
    throw failure;
  }
  return { drafts, failure: undefined };
}

/** Works on the book entry by entry, then saves it; what a failure saves is the quirk's choice. */
export function applyBatch<T>(
  steps: { readonly entries: readonly T[]; readonly failure: ApiError | undefined },
  book: RuleBook,
  apply: (entry: T) => void,
  { batchAtomic }: { readonly batchAtomic: boolean },
): void {
  try {
    for (const entry of steps.entries) apply(entry);
    if (steps.failure !== undefined) throw steps.failure;
  } catch (failure) {
    if (failure instanceof ApiError && !batchAtomic) book.save();
    throw failure;
  }
  book.save();
}

/** The ids of `SecurityGroupRuleId.N`, of which there are some; each must look like one and stand there once. */
export function readRuleIds(params: Params): string[] {
  const ids = list(params, 'SecurityGroupRuleId');
  const tooMany = greatestNumber(params, 'SecurityGroupRuleId') > BATCH_MAX;
  if (tooMany || !ids.every(isRuleId)) throw refuse('InvalidParam.SecurityGroupRuleId');
  if (new Set(ids).size < ids.length) throw refuse('InvalidParam.SecurityGroupRuleIdRepeated');
  return ids;
}

export const isRuleId = (value: string): boolean => /^sgr-[\w-]{1,80}$/.test(value);
