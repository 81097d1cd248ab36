// What the vendor is known to refuse whatever the order of the calls: an own side of 0.0.0.0/0 on the older API.
import { expect, it } from 'vitest';
import { vendorRefusals } from '../../../../../reconciler/plan/check/vendor-refusals.ts';
import { groupOf, policyOf } from '../../../../support/plan-inputs.ts';
import { rule } from '../../../../support/rule-sets.ts';

const plain = rule({ ports: '443', peer: 'sg-a' });
const whole = { ...plain, own: { kind: 'ipv4', address: 0n, length: 0 } } as const;
const policy = policyOf([plain, whole]);

it('refuses an own side of all of IPv4 beside a group where the API reads it as none, with its place', () => {
  expect(vendorRefusals(policy, groupOf([], { apiLevel: 'legacy2019' }))).toMatchObject([
    { kind: 'wholeOwnSide', places: [{ file: 'web.yaml', line: 2 }] },
  ]);
});

it('takes it where the API tells it from none', () => {
  expect(vendorRefusals(policy, groupOf([]))).toEqual([]);
});
