// The two ways in which an endpoint may speak. Whatever depends on which one it is asks its dialect, so that
// nothing else has to know what an API of which year can do.
import { MAX_RULES_PER_CALL } from './operation.ts';
import type { RuleField } from './rule.ts';

/** How the endpoint speaks: today's API, or the one of 2019 (no rule ids, one rule a call). */
export const API_LEVELS = ['current', 'legacy2019'] as const;

export type ApiLevel = (typeof API_LEVELS)[number];

/** What an endpoint is taken for before anything is known of it. */
export const ASSUMED_API_LEVEL: ApiLevel = 'current';

export interface ApiDialect {
  /** Most rules in one Authorize or Revoke. */
  readonly batchSize: number;
  /** What names a rule in a Modify or Revoke. Rules that have their fields in common are then named alike. */
  readonly namesRulesBy: 'id' | 'fields';
  /** What a Modify may change, within the limits that hold for every endpoint (`canModify`). */
  readonly modifiable: 'all' | readonly RuleField[];
  /** Whether a Modify of the priority may be confirmed and not be done. */
  readonly mayIgnorePriority: boolean;
  /** Whether rules can name prefix lists and port lists. */
  readonly hasLists: boolean;
  /** Whether an own side of 0.0.0.0/0 is another rule than none; else it is read as none. Source: the page of 2019. */
  readonly tellsWholeOwnSide: boolean;
  /** What to take an endpoint for that does not understand the calls of this level; null: nothing else is known. */
  readonly fallback: ApiLevel | null;
}

const DIALECTS: Readonly<Record<ApiLevel, ApiDialect>> = {
  current: {
    batchSize: MAX_RULES_PER_CALL,
    namesRulesBy: 'id',
    modifiable: 'all',
    mayIgnorePriority: false,
    hasLists: true,
    tellsWholeOwnSide: true,
    fallback: 'legacy2019',
  },
  legacy2019: {
    batchSize: 1,
    namesRulesBy: 'fields',
    modifiable: ['description', 'priority'],
    mayIgnorePriority: true,
    hasLists: false,
    tellsWholeOwnSide: false,
    fallback: null,
  },
};

export const dialectOf = ({ apiLevel }: { readonly apiLevel: ApiLevel }): ApiDialect => DIALECTS[apiLevel];
