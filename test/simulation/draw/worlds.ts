// Worlds in which some mistakes show sooner than in those that are drawn.
import type { Knobs } from '../knobs.ts';

const MINUTE_MS = 60_000;

/** No group has room to spare, and policies change all the time: the order of calls has to be looked for. */
export function whereGroupsAreFull(drawn: Knobs): Knobs {
  const fullest = Math.max(...drawn.groups.map(({ rules }) => rules.length), drawn.maxRules);
  return {
    ...drawn,
    quirks: { ...drawn.quirks, ruleQuota: fullest },
    config: { ...drawn.config, ruleQuota: fullest, fallback: 'neverOpen' },
    trouble: { ...drawn.trouble, policyEditsMs: MINUTE_MS / 3, quotaCutsMs: Infinity },
  };
}
