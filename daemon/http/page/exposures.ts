// What of each group the internet reaches, worked out once for each policy and plan: it takes some milliseconds, in which
// nothing else goes on.
import { exposedToInternet } from '../../../reconciler/judge/exposed.ts';
import type { Openings } from '../../../reconciler/judge/opening.ts';
import type { GroupPlan, GroupPolicy } from '../../../reconciler/plan/plan.ts';
import { contextOf, rulesInCloud, seenRules } from './seen-group.ts';
import type { KnownGroup } from '../../schedule/group-record.ts';

interface WorkedOut {
  readonly plan: GroupPlan | null;
  /** Unix milliseconds at which a rule ends that counted; Infinity: none does. */
  readonly untilMs: number;
  readonly openings: Openings;
}

export class Exposures {
  readonly #known = new WeakMap<GroupPolicy, WorkedOut>();

  /** `nowMs`: Unix milliseconds. */
  of(group: KnownGroup, nowMs: number): Openings {
    const { policy, plan } = group;
    const known = this.#known.get(policy);
    if (known?.plan === plan && nowMs < known.untilMs) return known.openings;
    const seen = seenRules(group, nowMs);
    const ends = seen.flatMap(({ declared }) => declared?.expiresAtMs ?? []);
    const openings = exposedToInternet(rulesInCloud(seen), contextOf(group));
    this.#known.set(policy, { plan, untilMs: Math.min(Infinity, ...ends), openings });
    return openings;
  }
}
