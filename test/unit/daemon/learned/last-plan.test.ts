import { describe, expect, it } from 'vitest';
import { planOnce, worthKeeping } from '../../../../daemon/learned/last-plan.ts';
import { planGroup } from '../../../../reconciler/plan/plan-group.ts';
import type { PlanInput } from '../../../../reconciler/plan/plan-input.ts';
import { guardrail } from '../../../support/judge/demands.ts';
import { described, groupOf, OPTIONS, policyOf, SAFETY } from '../../../support/plan-inputs.ts';
import { rule } from '../../../support/rule-sets.ts';

const WEB = rule({ ports: '443' });
const SSH = rule({ ports: '22' });

/** Made again each time, as a group is read again. */
function inputOf(fields: Partial<PlanInput> = {}): PlanInput {
  const input = {
    desired: policyOf([WEB, SSH]),
    described: groupOf(described([WEB, SSH])),
    settings: OPTIONS,
    safety: { ...SAFETY, guardrails: [guardrail({})] },
    nowMs: 0,
    ...fields,
  };
  return structuredClone(input);
}

/** How often a plan is made for these inputs, one after the other. */
function plansFor(...inputs: readonly PlanInput[]): number {
  let made = 0;
  const planOf = (input: PlanInput) => {
    made += 1;
    return planGroup(input);
  };
  let last = null;
  for (const input of inputs) last = planOnce(input, { last }, planOf);
  return made;
}

describe('a group that stands as at the last look', () => {
  it('is not planned again, whatever time has passed, and has the findings of that look', () => {
    expect(plansFor(inputOf(), inputOf({ nowMs: 1000 }))).toBe(1);
    const last = planOnce(inputOf(), { last: null }, planGroup);
    expect(last.plan).toMatchObject({ status: 'converged', findings: [{ guardrail: 'violated' }] });
    expect(planOnce(inputOf({ nowMs: 1000 }), { last }, planGroup).plan).toBe(last.plan);
  });

  it('is remembered unless its plan is carried out', () => {
    expect(worthKeeping(planOnce(inputOf(), { last: null }, planGroup))).not.toBeNull();
    const differs = inputOf({ described: groupOf(described([WEB])), safety: { ...SAFETY, brake: 'off' } });
    expect(worthKeeping(planOnce(differs, { last: null }, planGroup))).toBeNull();
  });
});

describe('a group is planned again', () => {
  it.each<[string, Partial<PlanInput>]>([
    ['whose rules differ', { described: groupOf(described([WEB])) }],
    ['whose rules differ in an id', { described: groupOf(described([SSH, WEB])) }],
    ['whose policy differs', { desired: policyOf([WEB]) }],
    ['whose guardrails differ', { safety: { ...SAFETY, guardrails: [guardrail({ severity: 'warning' })] } }],
    ['that has a hold', { holds: [{ group: null, reason: 'x', untilMs: 9 }] }],
    ['whose lists differ', { lists: { prefixLists: new Map(), portLists: new Map([['prl-1', []]]) } }],
  ])('%s', (_title, fields) => {
    expect(plansFor(inputOf(), inputOf(fields))).toBe(2);
  });

  it('when its exemption has ended', () => {
    const exempt = [{ group: inputOf().described.id, reason: 'vendor', untilMs: 500 }];
    const safety = { ...SAFETY, guardrails: [guardrail({ exempt })] };
    expect(plansFor(inputOf({ safety }), inputOf({ safety, nowMs: 499 }))).toBe(1);
    expect(plansFor(inputOf({ safety }), inputOf({ safety, nowMs: 500 }))).toBe(2);
  });
});
