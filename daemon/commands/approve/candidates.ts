// What an approval can be about, and which of them a hash means.
import { counted } from '../../../reconciler/model/counted.ts';
import { groupKey, type GroupRef } from '../../../reconciler/model/group.ts';
import { hashOfPlans, isFailed, type GroupResult } from '../../../reconciler/report/results.ts';
import type { WaitingGroup } from '../../journal/approvals.ts';
import type { HeldRevision } from '../../journal/facts.ts';
import { heldText } from '../../schedule/held-revision.ts';
import { waitingOf } from '../../reconcile/safety/notes.ts';

/** What one approval would be stored with. */
export interface ApprovalDraft {
  readonly planHash: string;
  /** Null: a revision of the policies. */
  readonly group: GroupRef | null;
  readonly desiredHash: string | null;
  /** Null: not known yet. */
  readonly losing: readonly string[] | null;
  readonly opening: readonly string[] | null;
}

/** What a person may name: one plan, the plans of all groups, or a held revision. */
export interface ApprovalChoice {
  readonly hash: string;
  /** In a list. */
  readonly text: string;
  readonly approves: readonly ApprovalDraft[];
}

export const ofWaiting = ({ group, messages, ...waiting }: WaitingGroup | WaitingHere): ApprovalChoice => ({
  hash: waiting.planHash,
  text: `${groupKey(group)}: ${messages.join('; ')}`,
  approves: [
    {
      planHash: waiting.planHash,
      group,
      desiredHash: waiting.desiredHash,
      losing: waiting.losing,
      opening: waiting.opening,
    },
  ],
});

type WaitingHere = Omit<WaitingGroup, 'sinceMs'>;

export function ofHeld(held: HeldRevision): ApprovalChoice {
  const { hash } = held;
  return {
    hash,
    text: heldText(held),
    approves: [{ planHash: hash, group: null, desiredHash: null, losing: null, opening: null }],
  };
}

/** Plans that were just made, without a daemon or beside it. Those that no approval lets go on are left out. */
export function ofPlans(results: readonly GroupResult[]): readonly ApprovalChoice[] {
  const plans = results.flatMap((result) => {
    if (isFailed(result)) return [];
    const waiting = waitingOf(result, '');
    const { account, region, id } = result;
    return waiting === null ? [] : [ofWaiting({ ...waiting, group: { account, region, id } })];
  });
  if (plans.length === 0) return [];
  const text = `the plans of ${counted(plans.length, 'group')} together`;
  const all = { hash: hashOfPlans(results), text, approves: plans.flatMap(({ approves }) => approves) };
  return [...plans, all];
}

/** Fewer characters are not unambiguous for long. */
export const FEWEST_CHARACTERS = 12;

/** Those that the whole hash, or the beginning of one, means, each once. An empty one means all. */
export function meant(candidates: readonly ApprovalChoice[], hash: string): readonly ApprovalChoice[] {
  const found = candidates.filter((candidate) => candidate.hash.startsWith(hash));
  return [...new Map(found.map((candidate) => [candidate.hash, candidate])).values()];
}
