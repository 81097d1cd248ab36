import { describe, expect, it } from 'vitest';
import type { DescribedGroup, DescribedRule } from '../../../../../reconciler/model/group.ts';
import type { Rule } from '../../../../../reconciler/model/rule.ts';
import { applySteps } from '../../../../../reconciler/plan/proof/simulate.ts';
import { groupOf, OPTIONS, planFor, policyOf } from '../../../../support/plan-inputs.ts';
import { rule } from '../../../../support/rule-sets.ts';

const AT_50 = rule({ protocol: 'all', peer: '10.0.0.0/8', action: 'drop', priority: 50 });
const AT_60: Rule = { ...AT_50, priority: 60 };
const AT_1: Rule = { ...AT_50, priority: 1 };
const NEW = rule({ protocol: 'all', peer: '10.1.0.0/16', priority: 3 });

/** As a cloud that keeps host bits shows 10.0.0.1/8 and 10.0.0.0/8: two ids, one rule. */
const held = (id: string, of: Rule): DescribedRule => ({ id, rule: of, selector: {} });

function lines(
  group: DescribedGroup,
  wanted: readonly Rule[],
  mode: 'enforce' | 'additive' = 'enforce',
): string[] {
  const plan = planFor(policyOf(wanted, { mode }), group, OPTIONS);
  expect(plan.blockedBy).toEqual([]);
  if (mode === 'enforce') {
    const after = groupOf(applySteps(group.rules, plan.steps));
    expect(planFor(policyOf(wanted), after, OPTIONS).steps).toEqual([]);
    expect(plan.hitless).toBe(true);
  }
  return plan.steps.map((step) => {
    if (step.kind === 'authorize') return `authorize ${step.rules.map((each) => each.rule.priority).join()}`;
    if (step.kind === 'modify') return `modify ${step.target.id} to ${step.to.rule.priority}`;
    return `revoke ${step.targets.map(({ id }) => id).join()}`;
  });
}

describe('what differs in priority only from a rule whose priority changes', () => {
  it.each([
    { what: 'a double', rules: [held('a', AT_50), held('b', AT_50)], first: 'revoke b' },
    { what: 'a weaker one', rules: [held('a', AT_60), held('b', AT_50)], first: 'revoke a' },
    { what: 'several', rules: [held('a', AT_60), held('b', AT_50), held('c', AT_50)], first: 'revoke c,a' },
  ])('goes first: $what', ({ rules, first }) => {
    const [revoked, ...others] = lines(groupOf(rules), [AT_1]);
    expect(revoked).toBe(first);
    expect(others).toEqual([expect.stringMatching(/^modify [ab] to 1$/)]);
  });

  it('is not made into a rule that has nothing to do with it', () => {
    const steps = lines(groupOf([held('a', AT_50), held('b', AT_50)]), [AT_1, NEW]);
    expect(steps).toEqual(['revoke b', 'modify a to 1', 'authorize 3']);
  });

  it('stays where nothing may be taken away', () => {
    const steps = lines(groupOf([held('a', AT_50), held('b', AT_50)]), [AT_1], 'additive');
    expect(steps).toEqual(['modify a to 1']);
  });
});
