// What the cloud would refuse is told in the plan, and whoever follows the advice is told no more.
import { expect, it } from 'vitest';
import type { Rule } from '../../../../../../reconciler/model/rule.ts';
import { described, groupOf, planFor, policyOf } from '../../../../../support/plan-inputs.ts';
import { rule } from '../../../../../support/rule-sets.ts';

const VPC = 'vpc-1';
const CLASSIC = null;

const findings = (wanted: Rule, vpcId: string | null, there: readonly Rule[] = []) =>
  planFor(policyOf([wanted]), groupOf(described(there), { vpcId })).findings;

const CASES: ReadonlyArray<[string, Rule, string | null, string, Rule]> = [
  [
    'an internet card in a VPC',
    rule({ ports: '443', nicType: 'internet' }),
    VPC,
    'nic-type-in-vpc',
    rule({ ports: '443' }),
  ],
  [
    'IPv6 in a classic network',
    rule({ ports: '443', peer: '2001:db8::/32' }),
    CLASSIC,
    'ipv6-in-classic',
    rule({ ports: '443' }),
  ],
  [
    'a prefix list in a classic network',
    rule({ ports: '443', peer: 'pl-a' }),
    CLASSIC,
    'list-in-classic',
    rule({ ports: '443' }),
  ],
  [
    'a port list in a classic network',
    rule({ ports: 'prl-a' }),
    CLASSIC,
    'list-in-classic',
    rule({ ports: '443' }),
  ],
];

it.each(CASES)('a finding names %s', (...[, wanted, vpcId, id, followed]) => {
  expect(findings(wanted, vpcId)).toMatchObject([{ id, severity: 'warning', file: 'web.yaml', line: 1 }]);
  expect(findings(followed, vpcId)).toEqual([]);
});

it.each(CASES)(
  'no finding names %s where it is the other kind of network, or where the rule is there',
  (_title, wanted, vpcId) => {
    expect(findings(wanted, vpcId === VPC ? CLASSIC : VPC)).toEqual([]);
    expect(findings(wanted, vpcId, [wanted])).toEqual([]);
  },
);
