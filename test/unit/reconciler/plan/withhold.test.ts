// Rules that the cloud refuses are left as they are, and so is what making room for them would take away.
import { expect, it } from 'vitest';
import { ruleIdentity, type Rule } from '../../../../reconciler/model/rule.ts';
import { planGroup } from '../../../../reconciler/plan/plan-group.ts';
import { withhold } from '../../../../reconciler/plan/withhold.ts';
import { described, groupOf, OPTIONS, policyOf } from '../../../support/plan-inputs.ts';
import { rule } from '../../../support/rule-sets.ts';

const refused = rule({ ports: '443', peer: '10.0.0.0/8' });
const old = rule({ ports: '443', peer: '10.1.0.0/16', priority: 2 });
const elsewhere = rule({ ports: '22', peer: '192.0.2.0/24' });
const fresh = rule({ ports: '80', peer: '192.0.2.0/24', priority: 7 });

const keys = (rules: readonly Rule[]) => new Set(rules.map(ruleIdentity));

it.each<[string, { desired?: Rule[]; described?: Rule[] }, string[]]>([
  ['nothing set aside: all of the plan', {}, ['authorize 443/443 80/80', 'revoke 22/22 443/443']],
  [
    'a desired rule set aside: what shares packets with it stays, the rest goes on',
    { desired: [refused] },
    ['authorize 80/80', 'revoke 22/22'],
  ],
  [
    'a described rule set aside: it stays, the rest goes on',
    { described: [elsewhere] },
    ['authorize 443/443 80/80', 'revoke 443/443'],
  ],
])('%s', (_name, aside, expected) => {
  const there = described([old, elsewhere]);
  const policy = withhold(policyOf([refused, fresh]), there, {
    desired: keys(aside.desired ?? []),
    described: keys(aside.described ?? []),
  });
  const { steps } = planGroup(policy, groupOf(there), { ...OPTIONS, modify: 'never' });
  const ports = (items: ReadonlyArray<{ readonly rule: Rule }>) =>
    items
      .map((item) =>
        item.rule.ports.kind === 'range' ? `${item.rule.ports.first}/${item.rule.ports.last}` : '',
      )
      .sort()
      .reverse();
  const byPort = (texts: string[]) => texts.sort((a, b) => Number.parseInt(a) - Number.parseInt(b)).join(' ');
  expect(
    steps.map((step) => {
      if (step.kind === 'modify') return 'modify';
      return `${step.kind} ${byPort(ports(step.kind === 'authorize' ? step.rules : step.targets))}`;
    }),
  ).toEqual(
    expected.map((text) => {
      const [kind = '', ...rest] = text.split(' ');
      return `${kind} ${byPort(rest)}`;
    }),
  );
});

it('an accept that a refused drop was to limit does not come without it', () => {
  const drop = rule({ ports: '22', peer: '10.0.0.0/8', action: 'drop', priority: 1 });
  const accept = rule({ ports: '22', peer: '10.1.0.0/16', priority: 5 });
  const policy = withhold(policyOf([drop, accept]), [], { desired: keys([drop]), described: new Set() });
  expect(planGroup(policy, groupOf([]), OPTIONS).steps).toEqual([]);
});
