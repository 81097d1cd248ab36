import { expect, it } from 'vitest';
import type { Rule } from '../../../../../../reconciler/model/rule.ts';
import type { GroupPlan, PlanSettings } from '../../../../../../reconciler/plan/plan.ts';
import { described, groupOf, OPTIONS, planFor, policyOf } from '../../../../../support/plan-inputs.ts';
import { rule } from '../../../../../support/rule-sets.ts';

const web = rule({ ports: '443' });

const planWith = (
  modify: PlanSettings['modify'],
  wanted: Rule,
  mode: 'enforce' | 'additive' = 'enforce',
): GroupPlan => planFor(policyOf([wanted], { mode }), groupOf(described([web])), { ...OPTIONS, modify });

it.each<[string, Rule]>([
  ['a priority', { ...web, priority: 5 }],
  ['a text', { ...web, description: 'HTTPS' }],
])('a rule that differs in %s alone is modified under modify: never, and the plan says so', (_, wanted) => {
  const { steps, hitless, findings } = planWith('never', wanted);
  expect([steps.map(({ kind }) => kind), hitless]).toEqual([['modify'], true]);
  expect(findings.map(({ id }) => id)).toEqual(['modified-anyway']);
  expect(findings[0]?.message).toMatch(
    /^reconcile.modify is never, and yet the plan modifies 1 rule that differs in priority or text alone, .*RAM must allow/,
  );
});

it('under modify: never every other rule is replaced, and nothing is to be told', () => {
  const { steps, findings } = planWith('never', rule({ ports: '80' }));
  expect(steps.map(({ kind }) => kind)).toEqual(['authorize', 'revoke']);
  expect(findings).toEqual([]);
});

it('a rule that may be modified is no finding, nor in additive mode, which modifies no other rule either', () => {
  expect(planWith('prefer', { ...web, priority: 5 }).findings).toEqual([]);
  expect(planWith('prefer', { ...web, description: 'HTTPS' }, 'additive').findings).toEqual([]);
});
