import { expect, it } from 'vitest';
import { stepWords } from '../../../../../reconciler/report/changes/step-words.ts';
import { described, desired } from '../../../../support/plan-inputs.ts';
import { rule } from '../../../../support/rule-sets.ts';

const common = { direction: 'ingress', checkpoint: false } as const;
const named = (name: string, line: number, ...rules: ReadonlyArray<ReturnType<typeof rule>>) =>
  rules.map((each) => ({ ...desired(each, line), name }));

it('says what an Authorize adds, by the rules of the policy', () => {
  const web = named('web', 4, rule({ ports: '80', peer: 'pl-cdn' }), rule({ ports: '443', peer: 'pl-cdn' }));
  const ping = desired(rule({ protocol: 'icmp', peer: '10.0.0.0/8' }), 9);
  expect(stepWords({ ...common, kind: 'authorize', rules: [...web, ping] })).toBe(
    '+ tcp 80, 443 from pl-cdn (web); + icmp from 10.0.0.0/8 (web.yaml:9)',
  );
});

it('counts what would make the line too long', () => {
  const rules = Array.from({ length: 9 }, (_, at) =>
    desired(rule({ ports: String(at + 1), peer: 'sg-a' }), at),
  );
  expect(stepWords({ ...common, kind: 'authorize', rules })).toMatch(
    /^\+ tcp 1 from sg-a \(web\.yaml:0\); .*; and 6 more rules$/,
  );
});

it('says what a Modify changes, and what a Revoke removes', () => {
  const [target] = described([rule({ ports: '22', peer: '10.0.0.0/8', priority: 10 })]);
  const [to] = named('ssh', 4, rule({ ports: '22', peer: '10.0.0.0/8' }));
  if (target === undefined || to === undefined) throw new Error('both are there');
  expect(stepWords({ ...common, kind: 'modify', target, to })).toBe(
    '~ tcp 22 from 10.0.0.0/8: priority 10 -> 1 (ssh)',
  );
  expect(stepWords({ ...common, kind: 'revoke', targets: [target] })).toBe(
    '- tcp 22 from 10.0.0.0/8 priority 10 (undeclared rule)',
  );
});
