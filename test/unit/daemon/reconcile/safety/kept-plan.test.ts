// What goes on being repaired while a newer policy waits for someone's decision.
import { describe, expect, it } from 'vitest';
import { NOTHING_LEARNED } from '../../../../../daemon/reconcile/group-input.ts';
import { keptPlan } from '../../../../../daemon/reconcile/safety/kept-plan.ts';
import { ruleIdentity, type Rule } from '../../../../../reconciler/model/rule.ts';
import { planGroup } from '../../../../../reconciler/plan/plan-group.ts';
import type { PlanInput } from '../../../../../reconciler/plan/plan-input.ts';
import { rulesAddedBy, rulesRemovedBy, type GroupPolicy } from '../../../../../reconciler/plan/plan.ts';
import { guardrail } from '../../../../support/judge/demands.ts';
import { described, groupOf, OPTIONS, policyOf, SAFETY } from '../../../../support/plan-inputs.ts';
import { rule } from '../../../../support/rule-sets.ts';

const WEB = rule({ ports: '443' });
const SSH = rule({ ports: '22' });
const BY_HAND = rule({ ports: '8080', peer: '10.0.0.0/8' });
const TEAM = rule({ ports: '9000', peer: '10.0.0.0/8', description: 'team/x' });
const FROZEN = {
  name: 'weekend',
  allow: 'drift',
  holdsPolicy: true,
  isLonger: false,
  untilMs: 5000,
} as const;
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
  return portsOf(kept.plan.diff.unexpected);
}

const portsOf = (rules: ReadonlyArray<{ readonly rule: Rule }>): string[] =>
  rules.map(({ rule: { ports } }) => (ports.kind === 'range' ? `${ports.first}` : ''));

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
    const more = { frozen: { ...FROZEN, allow: 'none' as const, holdsPolicy: false } };
    const moved = policyOf([WEB], { source });
    expect(repaired({ inForce: policyOf([WEB]), desired: moved, there: [WEB, BY_HAND], more })).toBeNull();
  });
});

describe('the plan of a policy in force that breaks a guardrail which came later', () => {
  const guarded = { ...SAFETY, brake: 'off', guardrails: [guardrail({})] } as const;
  const inForce = policyOf([WEB, SSH]);

  /** The calls of the kept plan: the ports that it removes, and those that it adds. */
  function done(there: readonly Rule[], desired = inForce, more: Pick<PlanInput, 'safety' | 'holds'> = {}) {
    const input = {
      ...{ desired, described: groupOf(described(there)), settings: OPTIONS, nowMs: 1000 },
      ...{ safety: { ...guarded, inForce }, learned: NOTHING_LEARNED, ...more },
    };
    const blocked = planGroup(input);
    expect(blocked.status).toBe('blocked');
    const kept = keptPlan(blocked, input, { inForce });
    if (kept === null) return null;
    const { steps, status } = kept.plan;
    return {
      status,
      closesOnly: kept.closesOnly,
      removed: portsOf(steps.flatMap(rulesRemovedBy)),
      added: portsOf(steps.flatMap(rulesAddedBy)),
    };
  }

  const CLOSED = { status: 'pending', closesOnly: true, removed: ['8080'], added: [] };

  it('closes what a person has opened by hand, and leaves alone what the guardrail forbids', () => {
    expect(done([WEB, BY_HAND])).toEqual(CLOSED);
  });

  it('does so also while another policy waits for a person', () => {
    const emptied = policyOf([]);
    const safety = {
      ...guarded,
      brake: SAFETY.brake,
      lastConverged: new Set([WEB].map(ruleIdentity)),
      inForce,
    };
    expect(done([WEB, BY_HAND], emptied, { safety })).toEqual(CLOSED);
  });

  it('narrows a rule that a person has widened, and brings back a drop rule', () => {
    const ban = rule({ protocol: 'all', peer: '198.51.100.0/24', action: 'drop' });
    const office = rule({ ports: '8443', peer: '10.1.0.0/16' });
    const policy = policyOf([WEB, SSH, office, ban]);
    const safety = { ...guarded, inForce: policy };
    const wide = { ...office, peer: rule({ peer: '10.0.0.0/8' }).peer };
    const input = {
      ...{ desired: policy, described: groupOf(described([WEB, wide])), settings: OPTIONS, nowMs: 1000 },
      ...{ safety, learned: NOTHING_LEARNED },
    };
    const kept = keptPlan(planGroup(input), input, { inForce: policy });
    const steps = kept?.plan.steps ?? [];
    expect(steps.flatMap(rulesAddedBy).map(({ rule: added }) => added)).toEqual(
      expect.arrayContaining([office, ban]),
    );
    expect(steps.flatMap(rulesAddedBy)).toHaveLength(2);
    expect(steps.flatMap(rulesRemovedBy).map(({ rule: removed }) => removed)).toEqual([wide]);
  });

  it('removes no drop rule by hand, and nothing that shares packets with what it leaves out', () => {
    const closed = rule({ ports: '22', action: 'drop' });
    expect(done([WEB, SSH, closed, BY_HAND])).toEqual(CLOSED);
    const partly = rule({ ports: '22', peer: '10.9.0.0/16' });
    expect(done([WEB, partly, BY_HAND])).toEqual(CLOSED);
  });

  it('has nothing to do where nothing opens, and stays as it is', () => {
    expect(done([WEB])).toEqual({ status: 'converged', closesOnly: true, removed: [], added: [] });
  });

  it('is no slice of a plan that loses more than the brake allows', () => {
    const from = (first: number, count: number, peer: string) =>
      Array.from({ length: count }, (_, at) => rule({ ports: `${first + at}`, peer }));
    const staying = from(1000, 20, '10.0.0.0/8');
    const moved = from(8001, 15, '10.0.0.0/7');
    const there = [...staying, ...moved, ...from(9001, 8, '10.0.0.0/8')];
    const policy = policyOf([...staying, rule({ ports: '8001-8016', peer: '11.0.0.0/8' })]);
    const lastConverged = new Set(there.map(ruleIdentity));
    const safety = { ...SAFETY, lastConverged, inForce: policy };
    const input = {
      ...{ desired: policy, described: groupOf(described(there)), settings: OPTIONS, nowMs: 1000 },
      ...{ safety, learned: NOTHING_LEARNED },
    };
    const blocked = planGroup(input);
    expect(blocked.blockedBy.map(({ kind }) => kind)).toContain('brake');
    expect(keptPlan(blocked, input, { inForce: policy })?.plan.steps).toEqual([]);
    const withDrift = { ...input, described: groupOf(described([...there, BY_HAND])) };
    const kept = keptPlan(planGroup(withDrift), withDrift, { inForce: policy });
    expect(portsOf(kept?.plan.steps.flatMap(rulesRemovedBy) ?? [])).toEqual(['8080']);
  });

  it('is none while writing is paused, nor where no policy is in force', () => {
    const holds = [{ group: null, reason: 'storm', untilMs: 5000 }];
    expect(done([WEB, BY_HAND], inForce, { holds })).toBeNull();
    const input = {
      ...{ desired: inForce, described: groupOf(described([WEB, BY_HAND])), settings: OPTIONS, nowMs: 1000 },
      ...{ safety: guarded, learned: NOTHING_LEARNED },
    };
    expect(keptPlan(planGroup(input), input, { inForce: null })).toBeNull();
  });
});
