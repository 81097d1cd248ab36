// What bounds the search for an order: a plan is made on the thread that answers probes, so all that it does is counted.
import { expect, it } from 'vitest';
import { Meter } from '../../../../../reconciler/exposure/engine/meter.ts';
import { constrainedOrder, type OrderAnswer } from '../../../../../reconciler/plan/fit/constrained-order.ts';
import { quotaOf } from '../../../../../reconciler/plan/fit/quota.ts';
import { searchBudget, type SearchBudget } from '../../../../../reconciler/plan/fit/search-state.ts';
import { callLimits, type Changes } from '../../../../../reconciler/plan/order/calls.ts';
import { desired, described, groupOf, OPTIONS } from '../../../../support/plan-inputs.ts';
import { rule } from '../../../../support/rule-sets.ts';

const held = described([
  rule({ ports: '22', peer: '198.51.100.0/24', action: 'drop' }),
  rule({ ports: '443', peer: '10.0.0.0/8' }),
]);
const wanted = [rule({ ports: '22', peer: '198.51.100.0/24' }), rule({ ports: '443', peer: 'pl-a' })];

/** Of a full group, in which one part lends a slot to another. */
function orderWithin(budget: SearchBudget): OrderAnswer {
  const options = { ...OPTIONS, ruleQuota: held.length };
  const group = groupOf(held);
  const changes: Changes = {
    added: wanted.map((item, at) => desired(item, at + 1)),
    modified: [],
    removed: held,
  };
  const room = {
    group,
    quota: quotaOf(held, options),
    alone: false,
    options,
    limits: callLimits(group, options),
  };
  return constrainedOrder(changes, room, budget);
}

it('an order is found within the budget of a plan', () => {
  expect(orderWithin(searchBudget(1)).kind).toBe('found');
});

it.each<[string, Partial<SearchBudget>]>([
  ['states to prove', { states: new Meter(0) }],
  ['moves to look at', { moves: new Meter(2) }],
  ['work for numbering the moves', { work: new Meter(10) }],
])('a search without enough %s answers that it does not know', (_, scarce) => {
  expect(orderWithin({ ...searchBudget(1), ...scarce })).toEqual({ kind: 'unknown' });
});

it('searches of one plan share what they may take: none begins once it is spent', () => {
  const budget = searchBudget(1);
  budget.moves.spend(1_000_000_000);
  expect(orderWithin(budget)).toEqual({ kind: 'unknown' });
});
