import { expect, it } from 'vitest';
import { factText } from '../../../../daemon/journal/fact-text.ts';
import { KnownPolicies } from '../../../../daemon/journal/known-policies.ts';
import { policyOf } from '../../../support/plan-inputs.ts';
import { rule } from '../../../support/rule-sets.ts';

const POLICY = policyOf([rule({ ports: '443' })]);
const OTHER = policyOf([rule({ ports: '22' })]);

it('a policy in force that was noted is read as that object, while its text stays', () => {
  const policies = new KnownPolicies();
  policies.note(POLICY, factText(POLICY), { policy: POLICY });
  expect(policies.read(POLICY, factText(POLICY))).toBe(POLICY);
  expect(policies.read(POLICY, factText(OTHER))).toEqual(OTHER);
});

it('one that was noted or read is known without its text while the journal is in the same state', () => {
  const policies = new KnownPolicies();
  expect(policies.at(POLICY, 1)).toBeNull();
  policies.note(POLICY, factText(POLICY), { policy: POLICY, state: 1 });
  expect(policies.at(POLICY, 1)).toBe(POLICY);
  expect(policies.at(POLICY, 2)).toBeNull();
  policies.read(POLICY, factText(POLICY), 2);
  expect(policies.at(POLICY, 2)).toBe(POLICY);
  policies.forget(POLICY);
  expect(policies.at(POLICY, 2)).toBeNull();
});

it('one that was not noted, or of a group that was forgotten, is read from its text', () => {
  const policies = new KnownPolicies();
  const read = policies.read(POLICY, factText(POLICY));
  expect(read).toEqual(POLICY);
  expect(policies.read(POLICY, factText(POLICY))).toBe(read);
  policies.forget(POLICY);
  expect(policies.read(POLICY, factText(POLICY))).not.toBe(read);
  expect(policies.read(POLICY, factText(null))).toBeNull();
});
