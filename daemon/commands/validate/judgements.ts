// What guardrails and expectations say of the desired rules, and which exemptions are over.
import { judgeDesired, type DesiredJudgement } from '../../../reconciler/judge/desired/judge-desired.ts';
import { isInForce, type DesiredGroup, type DesiredRule } from '../../../reconciler/model/group.ts';
import type { Problem } from '../../../reconciler/model/problem.ts';
import type { CompiledPolicies } from '../../../reconciler/policy/compile/parts/assemble.ts';
import { placeKeyOf, type WrittenGuardrails } from '../../../reconciler/policy/compile/compile-guardrails.ts';
import { DEFAULT_PRIVATE_NETWORKS } from '../../../reconciler/judge/count/senders.ts';
import type { Config } from '../../config/config.ts';

/** Of these groups, of which expired rules are left out before. */
export function judgePolicies(
  { groups, guardrails, expectations }: Pick<CompiledPolicies, 'groups' | 'guardrails' | 'expectations'>,
  config: Config | null,
  nowMs: number,
): DesiredJudgement[] {
  const privateNetworks = config?.privateNetworks ?? DEFAULT_PRIVATE_NETWORKS;
  return judgeDesired(groups, { guardrails, expectations }, { nowMs, privateNetworks });
}

export function withoutExpiredRules(group: DesiredGroup, nowMs: number): DesiredGroup {
  const valid = (rules: readonly DesiredRule[] | null) =>
    rules?.filter((rule) => isInForce(rule, nowMs)) ?? null;
  return { ...group, rules: { ingress: valid(group.rules.ingress), egress: valid(group.rules.egress) } };
}

/** An exemption that is over is no exemption, and reads like one. */
export function expiredExemptions({ entries, places, file }: WrittenGuardrails, nowMs: number): Problem[] {
  return entries.flatMap((entry, index) =>
    (entry.exempt ?? []).flatMap(({ group, until }, at) => {
      if (until === undefined || until > nowMs) return [];
      const place = places[placeKeyOf(['guardrails', index, 'exempt', at, 'until'])];
      const message = `the exemption of ${group} has ended: the guardrail holds for it again`;
      const hint = 'remove the exemption, or give it a later date';
      const problem = { severity: 'error', code: 'exemption-expired', message, hint } as const;
      return [{ file, line: 1, column: 1, ...place, ...problem }];
    }),
  );
}
