// Other priorities on the API of 2019, in each of the three ways that may turn out to be needed.
import { describe, expect, it } from 'vitest';
import type { Rule } from '../../../../reconciler/model/rule.ts';
import { planGroup } from '../../../../reconciler/plan/plan-group.ts';
import type { LegacyPriority, PlanOptions } from '../../../../reconciler/plan/plan.ts';
import { described, groupOf, OPTIONS, policyOf } from '../../../support/plan-inputs.ts';
import { rule } from '../../../support/rule-sets.ts';

const at = (priority: number, action: Rule['action'] = 'accept') => rule({ ports: '443', priority, action });

function planOf(legacyPriority: LegacyPriority, action: Rule['action'], options: Partial<PlanOptions> = {}) {
  const there = described([at(9, action)]).map((item) => ({ ...item, id: null }));
  return planGroup(policyOf([at(2, action)]), groupOf(there, { apiLevel: 'legacy2019' }), {
    ...OPTIONS,
    ...options,
    legacyPriority,
  });
}

const kinds = (plan: ReturnType<typeof planOf>) => plan.steps.map((step) => step.kind);

describe('the priority of a rule of the 2019 level', () => {
  it('is modified in place while nothing speaks against it', () => {
    expect(kinds(planOf('modify', 'accept'))).toEqual(['modify']);
  });

  it('is replaced, new before old, once a Modify was seen to leave it alone', () => {
    const plan = planOf('replace', 'accept');
    expect(kinds(plan)).toEqual(['authorize', 'revoke']);
    expect(plan).toMatchObject({ hitless: true, steps: [{}, { checkpoint: true }] });
  });

  it.each([
    ['accept', 'neverOpen'],
    ['drop', 'neverCut'],
  ] as const)(
    'an %s rule goes before its twin comes under fallback %s, and the plan says so',
    (action, fallback) => {
      const plan = planOf('revokeFirst', action, { fallback });
      expect(kinds(plan)).toEqual(['revoke', 'authorize']);
      expect(plan).toMatchObject({ status: 'pending', hitless: false, exceptions: [{ kind: fallback }] });
    },
  );

  it.each([
    ['accept', 'neverCut'],
    ['accept', 'refuse'],
    ['drop', 'neverOpen'],
    ['drop', 'refuse'],
  ] as const)('an %s rule that may not be away under fallback %s blocks the plan', (action, fallback) => {
    expect(planOf('revokeFirst', action, { fallback })).toMatchObject({
      status: 'blocked',
      blockedBy: [{ kind: 'unsafe' }],
    });
  });
});
