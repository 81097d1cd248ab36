import { expect, it } from 'vitest';
import { breakGlassOf } from '../../../../../daemon/reconcile/safety/break-glass.ts';
import { NO_LISTS_READ, type ReadLists } from '../../../../../reconciler/exposure/engine/context.ts';
import type { KeptRule } from '../../../../../reconciler/judge/break-glass.ts';
import type { Rule } from '../../../../../reconciler/model/rule.ts';
import { guardrail } from '../../../../support/judge/demands.ts';
import { described, groupOf, policyOf, SAFETY } from '../../../../support/plan-inputs.ts';
import { prefix, rule } from '../../../../support/rule-sets.ts';

const NOW_MS = Date.parse('2027-01-10T00:00:00Z');
const description = 'rampart:keep-until=2027-01-10T03:00:00Z reason=INC-7';
const byHand = (peer: string): Rule => rule({ ports: '22', peer, description });

const kept = (
  rules: readonly Rule[],
  before: readonly KeptRule[] = [],
  lists: ReadLists = NO_LISTS_READ,
): readonly KeptRule[] =>
  breakGlassOf(8, {
    desired: policyOf([]),
    described: groupOf(described(rules)),
    before,
    safety: { ...SAFETY, guardrails: [guardrail({ services: ['tcp/22'] })] },
    lists,
    nowMs: NOW_MS,
  }).filter(({ isPresent }) => isPresent);

it('keeps no rule by hand that violates a guardrail together with others by hand; those seen first stay', () => {
  const [one, two, three] = ['8.0.0.0/17', '8.1.0.0/17', '8.2.0.0/17'].map(byHand) as [Rule, Rule, Rule];
  const before = kept([one, two]);
  expect(before.map(({ rule }) => rule)).toEqual([one, two]);
  expect(kept([three, one, two], before).map(({ rule }) => rule)).toEqual([one, two]);
  expect(kept([three, two, one])).toHaveLength(2);
});

it('judges a rule by hand by the entries of the list that it names, where these were read', () => {
  const ofOffice = byHand('pl-office');
  const holding = (text: string): ReadLists => ({
    ...NO_LISTS_READ,
    prefixLists: new Map([['pl-office', { family: 'ipv4', entries: [prefix(text)] }]]),
  });
  expect(kept([ofOffice], [], holding('203.0.113.0/24'))).toHaveLength(1);
  expect(kept([ofOffice], [], holding('8.0.0.0/8'))).toEqual([]);
  expect(kept([ofOffice])).toEqual([]);
});
