// A group as the controller has it: where it is in the table of group-lifecycle.ts, what is known of it, and what ends what
// it is doing.
import type { Urgency } from '../../ecs/urgency.ts';
import type { LifecycleState } from '../group-lifecycle.ts';
import { isNews, type GroupRecord, type Target } from '../group-record.ts';

export interface ControlledGroup {
  readonly key: string;
  state: LifecycleState;
  record: GroupRecord;
  /** Of the next run. */
  urgency: Urgency;
  /** Of the run whose group is being read; else null. */
  reading: Urgency | null;
  /** Ends the current wait; null before the first. */
  wake: AbortController | null;
  /** Ends the current run, at its next step; null before the first. */
  halt: AbortController | null;
}

/** No policy names it any more; its last run has not ended yet. */
export const isLeaving = ({ state }: Pick<ControlledGroup, 'state'>): boolean => state === 'runningThenLeave';

/** Of these targets, by key, those that are new or have changed. */
export function changedTargets(
  wanted: ReadonlyMap<string, Target>,
  groups: ReadonlyMap<string, ControlledGroup>,
): ReadonlyMap<string, Target> {
  const changed = [...wanted].filter(([key, target]) => {
    const known = groups.get(key);
    return known === undefined || isLeaving(known) || isNews(known.record, target);
  });
  return new Map(changed);
}

/** `backing-off`: it waits, or runs, after a failed reconcile; `unmanaged`: no policy names it. */
export type GroupStanding = 'ready' | 'backing-off' | 'unmanaged';

/** What a hint about a group may bring about; null: no policy names it. */
export function groupStanding(record: GroupRecord | null): GroupStanding {
  if (record === null) return 'unmanaged';
  return record.outcome?.kind === 'not-converged' ? 'backing-off' : 'ready';
}
