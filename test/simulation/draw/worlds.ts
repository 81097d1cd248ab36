// Worlds in which some mistakes show sooner than in those that are drawn.
import type { Knobs } from '../knobs.ts';

const MINUTE_MS = 60_000;

/** Replicas call all the time, many of the calls come late or not at all, and no one stands still for long. */
export function whereOwnersFallSilent(drawn: Knobs): Knobs {
  const { trouble } = drawn;
  return {
    ...drawn,
    quirks: { ...drawn.quirks, tokenWindowSeconds: 86_400, rateLimits: {} },
    config: { ...drawn.config, rates: { default: 600 } },
    trouble: {
      ...trouble,
      forMs: 6 * MINUTE_MS,
      networkFaults: 0.4,
      policyEditsMs: MINUTE_MS / 6,
      handEditsMs: MINUTE_MS / 3,
      crashesMs: Infinity,
      crashChance: 0,
      stopsMs: Infinity,
      stormsMs: Infinity,
      freezesMs: MINUTE_MS / 3,
    },
  };
}

/** Someone pauses a group, or all of them, about every minute. */
export function wherePeoplePause(drawn: Knobs): Knobs {
  return { ...drawn, trouble: { ...drawn.trouble, policyEditsMs: MINUTE_MS / 3, pausesMs: MINUTE_MS } };
}

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
