// What would be in the file: it outlives the journal, so that a test can open another one on it.
import { groupKey, type GroupRef } from '../../../reconciler/model/group.ts';
import { compareText } from '../../../reconciler/model/problem.ts';
import type { PastApproval, WaitingGroup } from '../approvals.ts';
import type { ChainLink } from '../chain/verdict.ts';
import type { KnownAttribution } from '../attribution.ts';
import { NO_ESTATE_FACTS, type EstateFacts, type GroupFacts } from '../facts.ts';
import type { HistoryEntry, Intent, Pause, RevisionMarks } from '../journal.ts';

/** Facts that stay when their group is forgotten. */
interface LastingFacts extends Pick<GroupFacts, 'losses' | 'attribution'> {
  readonly group: GroupRef;
}

export class MemoryStore {
  install: string | null = null;
  epoch = 0;
  readonly open = new Map<string, Intent>();
  readonly closed: HistoryEntry[] = [];
  /** Of each of these entries. */
  readonly links: ChainLink[] = [];
  /** The last of each chain. */
  readonly chainHeads = new Map<string, ChainLink>();
  readonly plans = new Map<string, string>();
  readonly pauses = new Map<string, Pause>();
  readonly marks = new Map<string, RevisionMarks>();
  readonly facts = new Map<string, { readonly group: GroupRef; readonly facts: GroupFacts }>();
  /** Of groups that were forgotten. */
  readonly lasting = new Map<string, LastingFacts>();
  estate: EstateFacts = NO_ESTATE_FACTS;
  /** By hash and group; in the order in which they were given. */
  readonly approvals = new Map<string, PastApproval>();
  readonly waiting = new Map<string, WaitingGroup>();
  /** What people did, who would come from another process. */
  changes = 0;
}

/** In the order of the groups' keys; without groups of which nothing is known. */
export function attributionsIn({ facts, lasting }: MemoryStore): readonly KnownAttribution[] {
  const known = [...facts.values()].map(({ group, facts: { attribution } }) => ({ group, attribution }));
  const byKey = new Map([...lasting.values(), ...known].map((each) => [groupKey(each.group), each]));
  return [...byKey]
    .sort(([a], [b]) => compareText(a, b))
    .map(([, { group, attribution }]) => ({ ...attribution, group }))
    .filter(({ told, open }) => told.length > 0 || open !== null);
}
