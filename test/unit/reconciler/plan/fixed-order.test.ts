import { expect, it } from 'vitest';
import { described, groupOf, planFor, policyOf } from '../../../support/plan-inputs.ts';
import { rule } from '../../../support/rule-sets.ts';

const web = rule({ ports: '443' });
const [first, second, third, ...others] = described([web, rule({ ports: '80' }), web, web]).filter(
  ({ rule: { ports } }) => ports.kind === 'range' && ports.first === 443,
);

it('names the same rule of several equal ones whatever the order in which the cloud describes them', () => {
  if (first === undefined || second === undefined || third === undefined) throw new Error('three rules');
  expect(others).toEqual([]);
  const policy = policyOf([{ ...web, description: 'HTTPS' }], { mode: 'additive' });
  const said = [
    [first, second, third],
    [third, first, second],
    [second, third, first],
    [third, second, first],
  ].map((rules) => planFor(policy, groupOf(rules)).exceptions);
  expect(said[0]?.[0]?.message).toMatch(/^description of sgr-0 stays as it is: sgr-2 is the same rule/);
  expect(new Set(said.map((exceptions) => JSON.stringify(exceptions))).size).toBe(1);
});
