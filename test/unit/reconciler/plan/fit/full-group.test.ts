// Full groups whose only hitless orders are easily overlooked.
import { describe, expect, it } from 'vitest';
import type { Rule } from '../../../../../reconciler/model/rule.ts';
import { describeRule } from '../../../../../reconciler/model/rule-text.ts';
import type { GroupPlan, PlanOptions, Step } from '../../../../../reconciler/plan/plan.ts';
import { described, groupOf, OPTIONS, planFor, policyOf } from '../../../../support/plan-inputs.ts';
import { rule } from '../../../../support/rule-sets.ts';

interface Change {
  readonly held: readonly Rule[];
  readonly wanted: readonly Rule[];
}

/** In a group that has no slot beside those that it holds. */
const planOf = ({ held, wanted }: Change, modify: PlanOptions['modify']): GroupPlan =>
  planFor(policyOf(wanted), groupOf(described(held)), { ...OPTIONS, modify, ruleQuota: held.length });

/** `-` a rule that goes, `+` one that comes, `>` one that becomes another. */
function callText(step: Step): string {
  switch (step.kind) {
    case 'authorize':
      return step.rules.map((item) => `+ ${describeRule(item.rule)}`).join(', ');
    case 'modify':
      return `${describeRule(step.target.rule)} > ${describeRule(step.to.rule)}`;
    case 'revoke':
      return step.targets.map((item) => `- ${describeRule(item.rule)}`).join(', ');
  }
}

const SETTINGS = ['prefer', 'auto', 'never'] as const;

describe('a full group', () => {
  const ping = rule({ protocol: 'icmp', peer: '10.0.0.7', action: 'drop', priority: 100 });
  const PAIRED: Change = {
    held: [
      rule({ protocol: 'icmp', peer: 'sg-c', action: 'drop', priority: 100 }),
      ping,
      rule({ protocol: 'icmp', peer: '10.0.0.0/24', priority: 50 }),
    ],
    wanted: [
      rule({ protocol: 'icmp', peer: 'sg-c', priority: 100 }),
      ping,
      rule({ protocol: 'icmp', peer: 'sg-c', priority: 50 }),
    ],
  };

  it.each(SETTINGS)(
    'is changed without a hit where a matched pair has to be split, with modify: %s',
    (modify) => {
      expect(planOf(PAIRED, modify)).toMatchObject({ status: 'pending', hitless: true });
    },
  );

  const LENT: Change = {
    held: [
      rule({ ports: '22', peer: '198.51.100.0/24', action: 'drop' }),
      rule({ ports: '443', peer: '10.0.0.0/8' }),
    ],
    wanted: [rule({ ports: '22', peer: '198.51.100.0/24' }), rule({ ports: '443', peer: 'pl-a' })],
  };

  it.each(SETTINGS)(
    'is changed without a hit where one part lends a slot to another, with modify: %s',
    (modify) => {
      const plan = planOf(LENT, modify);
      expect(plan).toMatchObject({ status: 'pending', hitless: true });
      const [drop, wide] = LENT.held.map(describeRule);
      const [accept, list] = LENT.wanted.map(describeRule);
      expect(plan.steps.map(callText)).toEqual([`- ${drop}`, `+ ${list}`, `- ${wide}`, `+ ${accept}`]);
    },
  );
});
