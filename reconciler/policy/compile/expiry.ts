import type { DesiredRule } from '../../model/group.ts';

export interface ExpirySplit {
  readonly kept: readonly DesiredRule[];
  readonly expired: readonly DesiredRule[];
}

/** Separates the rules whose time is over: at the instant of `expires` a rule is no longer desired. */
export function dropExpired(rules: readonly DesiredRule[], nowMs: number): ExpirySplit {
  const isExpired = (rule: DesiredRule): boolean => rule.expiresAtMs !== null && rule.expiresAtMs <= nowMs;
  return { kept: rules.filter((rule) => !isExpired(rule)), expired: rules.filter(isExpired) };
}
