import { expect, it } from 'vitest';
import { contains } from '../../../../../reconciler/exposure/ask/contains.ts';
import { groupContext } from '../../../../../reconciler/exposure/engine/context.ts';
import type { Rule } from '../../../../../reconciler/model/rule.ts';
import { prefix, rule } from '../../../../support/rule-sets.ts';

const CONTEXT = groupContext({ id: 'sg-self', type: 'normal', innerAccess: 'drop' });
const inside = rule({ ports: '443', peer: '10.0.0.0/8' });

it.each<[string, Rule[], Rule[]]>([
  ['itself', [inside], [inside]],
  ['nothing', [], []],
  ['a narrower rule', [inside], [rule({ ports: '443', peer: '10.1.0.0/16' })]],
  [
    'what it covers only by two rules',
    [rule({ ports: '1-99' }), rule({ ports: '100-200' })],
    [rule({ ports: '50-150' })],
  ],
  ['a wide rule that a drop cuts back', [inside], [rule({ ports: '443' }), ...everythingBut()]],
])('contains %s', (_, outer, inner) => {
  expect(contains(outer, inner, CONTEXT)).toEqual({ kind: 'holds' });
});

/** Drops for all of IPv4 that is outside of 10.0.0.0/8. */
function everythingBut(): Rule[] {
  const outside = [
    '0.0.0.0/5',
    '8.0.0.0/7',
    '11.0.0.0/8',
    '12.0.0.0/6',
    '16.0.0.0/4',
    '32.0.0.0/3',
    '64.0.0.0/2',
  ];
  return [...outside, '128.0.0.0/1'].map((peer) => rule({ peer, action: 'drop' }));
}

it('shows a packet that is outside', () => {
  const verdict = contains([inside], [rule({ ports: '443', peer: '10.0.0.0/7' })], CONTEXT);
  expect(verdict).toMatchObject({ kind: 'fails', witness: { port: 443, peer: prefix('11.0.0.1').address } });
});

it('never promises for the members of a group what holds for addresses only', () => {
  const verdict = contains([inside], [inside, rule({ ports: '443', peer: 'sg-a' })], CONTEXT);
  expect(verdict).toMatchObject({ kind: 'fails', witness: { memberOf: ['sg-a'] } });
});

it('says that it does not know if the budget is too small', () => {
  expect(contains([inside], [rule({ ports: '444' })], CONTEXT, 0)).toEqual({ kind: 'unknown' });
});
