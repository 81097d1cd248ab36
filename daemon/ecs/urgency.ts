// What goes first where much waits for the same thing: runners, lanes, and the budget of plans.

/**
 * Most urgent first.
 *   fix      few groups changed at once: their policies, a hook that names one, drift that a probe found
 *   changed  many groups changed at once
 *   retry    the last try of the group failed
 *   routine  nothing is known to have changed: the first read after a start, a resync
 */
export const URGENCIES = ['fix', 'changed', 'retry', 'routine'] as const;
export type Urgency = (typeof URGENCIES)[number];

/** More groups than this, changed at once, are no fix: a small change made meanwhile goes before them. */
const MOST_AT_ONCE = 10;

/** Of groups that were found changed together. */
export const urgencyOfChanged = (groups: number): Urgency => (groups <= MOST_AT_ONCE ? 'fix' : 'changed');

export const moreUrgent = (a: Urgency, b: Urgency): Urgency =>
  URGENCIES.indexOf(a) <= URGENCIES.indexOf(b) ? a : b;
