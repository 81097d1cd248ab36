// A policy that asks for too much is told so before its group is read, and whoever follows the advice is told no more.
import { expect, it } from 'vitest';
import { quotaProblems, type PolicyQuotas } from '../../../../reconciler/judge/policy-quotas.ts';
import { compileTexts, fileWithIngress } from '../../../support/policy-text.ts';

const QUOTAS: PolicyQuotas = { ruleQuota: 3, groupReferenceQuota: 2 };

const found = (rules: readonly string[], quotas: Partial<PolicyQuotas> = {}) => {
  const { groups, problems } = compileTexts({ 'web.yaml': fileWithIngress(...rules) });
  expect(problems).toEqual([]);
  return quotaProblems(groups, { ...QUOTAS, ...quotas });
};

const fromGroups = (count: number): string[] =>
  Array.from({ length: count }, (_, at) => `{protocol: tcp, ports: 443, from: sg-${at}}`);
const fromAddresses = (count: number): string[] =>
  Array.from({ length: count }, (_, at) => `{protocol: tcp, ports: ${at + 1}, from: 10.0.0.0/8}`);

it('warns of more rules than a group may hold, with the key that allows more', () => {
  expect(found(fromAddresses(4))).toMatchObject([
    {
      file: 'web.yaml',
      line: 3,
      severity: 'warning',
      code: 'over-quota',
      message: '4 rules are wanted; the quota is 3',
      hint: 'ask for fewer; where the vendor allows more, raise reconcile.ruleQuota to 4',
    },
  ]);
  expect(found(fromAddresses(4), { ruleQuota: 4 })).toEqual([]);
  expect(found(fromAddresses(3))).toEqual([]);
});

it('warns of more rules that name a group than a group may hold, with the key of that quota', () => {
  const [problem, ...others] = found(fromGroups(3));
  expect(others).toEqual([]);
  expect(problem?.message).toBe('3 rules name a group; the quota is 2');
  expect(problem?.hint).toContain('raise reconcile.groupReferenceQuota to 3');
  expect(found(fromGroups(3), { groupReferenceQuota: 3 })).toEqual([]);
  expect(found([...fromGroups(2), ...fromAddresses(1)])).toEqual([]);
});
