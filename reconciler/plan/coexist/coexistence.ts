// Twins are rules that are equal but for priority. Whether the cloud holds both at once, and whether one becomes the
// other by a Modify, depends on the endpoint, and not all of it is documented. This table is everything that the
// planner and the daemon go by.
import { dialectOf, type ApiLevel } from '../../model/api-dialect.ts';
import type { LegacyPriority } from '../plan.ts';

export interface Coexistence {
  /** Whether a Modify may be tried to turn a rule into its twin. */
  readonly mayModify: boolean;
  /** Whether a yes to such a Modify is believed at once. Else the group is read before anything counts on it. */
  readonly believesModify: boolean;
  /**
   * Whether a rule may be tried to be added while its twin is there. A yes to that is never believed at once: the cloud
   * may take the new rule for the one that it has.
   */
  readonly mayAdd: boolean;
  /** The way to try once this one came to nothing; null if there is no other one. */
  readonly next: LegacyPriority | null;
}

/** Where a Modify does what it is told. */
const KNOWN: Coexistence = { mayModify: true, believesModify: true, mayAdd: true, next: null };

/** Where a Modify may ignore the priority: the ways to try, from the best to the worst. */
const TRIED: Readonly<Record<LegacyPriority, Coexistence>> = {
  modify: { mayModify: true, believesModify: false, mayAdd: true, next: 'replace' },
  replace: { mayModify: false, believesModify: false, mayAdd: true, next: 'revokeFirst' },
  revokeFirst: { mayModify: false, believesModify: false, mayAdd: false, next: null },
};

/** What holds of twins in a group, by the way that is tried there now. */
export const coexistenceIn = (
  group: { readonly apiLevel: ApiLevel },
  way: LegacyPriority = 'modify',
): Coexistence => (dialectOf(group).mayIgnorePriority ? coexistenceBy(way) : KNOWN);

/** The same, where a Modify may ignore the priority. */
export const coexistenceBy = (way: LegacyPriority): Coexistence => TRIED[way];
