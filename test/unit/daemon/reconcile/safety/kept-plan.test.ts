// What goes on being repaired while a newer policy waits for someone's decision.
import { describe, expect, it } from 'vitest';
import { NOTHING_LEARNED } from '../../../../../daemon/reconcile/group-input.ts';
import { keptPlan } from '../../../../../daemon/reconcile/safety/kept-plan.ts';
import type { Rule } from '../../../../../reconciler/model/rule.ts';
import { planGroup } from '../../../../../reconciler/plan/plan-group.ts';
import type { PlanInput } from '../../../../../reconciler/plan/plan-input.ts';
import type { GroupPolicy } from '../../../../../reconciler/plan/plan.ts';
import { guardrail } from '../../../../support/judge/demands.ts';
import { described, groupOf, OPTIONS, policyOf, SAFETY } from '../../../../support/plan-inputs.ts';
import { rule } from '../../../../support/rule-sets.ts';

const WEB = rule({ ports: '443' });
const SSH = rule({ ports: '22' });
const BY_HAND = rule({ ports: '8080', peer: '10.0.0.0/8' });
const TEAM = rule({ ports: '9000', peer: '10.0.0.0/8', description: 'team/x' });
const FROZEN = { name: 'weekend', allow: 'drift', untilMs: 5000 } as const;
const source = { file: 'web.yaml', line: 3, column: 1 };

interface Scene {
  readonly inForce: GroupPolicy;
  readonly desired: GroupPolicy;
  readonly there: readonly Rule[];
  readonly more?: Partial<PlanInput>;
}

/** The ports of the rules that the kept plan removes; null: none is kept. */
function repaired({ inForce, desired, there, more }: Scene): string[] | null {
  const input = {
    desired,
    described: groupOf(described(there)),
    settings: OPTIONS,
    safety: { ...SAFETY, brake: 'off', inForce },
    nowMs: 1000,
    ...more,
    learned: NOTHING_LEARNED,
  } as const;
  const kept = keptPlan(planGroup(input), input, { inForce });
  if (kept === null) return null;
  return kept.plan.diff.unexpected.map(({ rule: { ports } }) =>
    ports.kind === 'range' ? `${ports.first}` : '',
  );
}

describe('the plan of the policy in force', () => {
  it('repairs drift while a freeze holds another policy', () => {
    const scene = { inForce: policyOf([WEB]), desired: policyOf([WEB, SSH]), there: [WEB, BY_HAND] };
    expect(repaired({ ...scene, more: { frozen: FROZEN } })).toEqual(['8080']);
  });

  it('repairs drift in a freeze also where the policy differs in what it leaves alone', () => {
    const inForce = policyOf([WEB], {
      ignore: [{ description: 'team/*', ports: [{ first: 9000, last: 9000 }], source }],
    });
    const there = [WEB, TEAM, BY_HAND];
    const more = { frozen: FROZEN };
    expect(repaired({ inForce, desired: policyOf([WEB]), there, more })).toEqual(['8080']);
  });

  it('removes by hand what the newer policy wants and may not have, though that one would have nothing to do', () => {
    const safety = { ...SAFETY, brake: 'off', guardrails: [guardrail({})] } as const;
    const [inForce, desired] = [policyOf([WEB]), policyOf([WEB, SSH])];
    const more = { safety: { ...safety, inForce } };
    expect(repaired({ inForce, desired, there: [WEB, SSH], more })).toEqual(['22']);
  });

  it('is not asked where the policy is the same, wherever it is written', () => {
    const more = { frozen: { ...FROZEN, allow: 'none' as const } };
    const moved = policyOf([WEB], { source });
    expect(repaired({ inForce: policyOf([WEB]), desired: moved, there: [WEB, BY_HAND], more })).toBeNull();
  });
});
