import { expect, it } from 'vitest';
import type { Rule } from '../../../../../reconciler/model/rule.ts';
import { diff } from '../../../../../reconciler/plan/diff/diff.ts';
import { ownershipOf } from '../../../../../reconciler/plan/diff/ownership.ts';
import { chooseOrder } from '../../../../../reconciler/plan/fit/choose-order.ts';
import { changesOf } from '../../../../../reconciler/plan/order/calls.ts';
import type { PlanOptions } from '../../../../../reconciler/plan/plan.ts';
import { described, groupOf, OPTIONS, policyOf } from '../../../../support/plan-inputs.ts';
import { rule } from '../../../../support/rule-sets.ts';

const part = (port: number, peer: string): Rule => rule({ ports: `${port}`, peer });
const [oldRule, newRule] = [part(1, '10.0.0.0/8'), part(1, 'sg-a')];
const host = rule({ ports: '20-25', peer: '10.0.0.1' });

interface Case {
  readonly there: readonly Rule[];
  readonly wanted: readonly Rule[];
  readonly options: Partial<PlanOptions>;
}

/** One part frees room and needs some of it for a while; another one would keep that. */
const THRIFTY: Case = {
  there: [
    rule({ protocol: 'udp', ports: '22', peer: '10.0.0.0/9', priority: 3 }),
    rule({ ports: '20-25', peer: 'sg-a', priority: 3 }),
    rule({ ports: '22', peer: '10.128.0.0/9' }),
    host,
  ],
  wanted: [
    host,
    rule({ protocol: 'all', peer: '10.0.0.0/30' }),
    rule({ ports: '80', peer: '2001:db8::/32', priority: 2 }),
    rule({ ports: '22', peer: 'pl-a', priority: 4 }),
    rule({ ports: '22', peer: '10.0.0.0/9', priority: 3 }),
  ],
  options: { ruleQuota: 5, modify: 'never' },
};

/** One rule is replaced by another one that shares no more than a port with it. */
const replacing = (options: Partial<PlanOptions>): Case => ({
  there: [oldRule],
  wanted: [newRule],
  options: { modify: 'never', ...options },
});

it.each<[strategy: string, promised: string | null, when: string, planned: Case]>([
  ['usual order', 'hitless', 'there is room for old and new rules together', replacing({ ruleQuota: 2 })],
  [
    'over quota',
    null,
    'more rules are wanted than the group may hold',
    { there: [oldRule], wanted: [newRule, host], options: { ruleQuota: 1 } },
  ],
  [
    'stages',
    'hitless',
    'there is room for one part after the other',
    {
      there: [oldRule, part(2, '10.0.0.0/8')],
      wanted: [newRule, part(2, 'sg-a')],
      options: { ruleQuota: 3 },
    },
  ],
  [
    'stages, first those that free room',
    'hitless',
    'a part would keep the room that another one needs for a while',
    THRIFTY,
  ],
  ['one-sided', 'neverOpen', 'traffic may be cut for a moment', replacing({ ruleQuota: 1 })],
  ['no room', null, 'nothing may be cut', replacing({ ruleQuota: 1, fallback: 'neverCut' })],
  ['no room', null, 'only a hitless order will do', replacing({ ruleQuota: 1, fallback: 'refuse' })],
])('takes the strategy "%s", which promises %s, where %s', (strategy, promised, _, planned) => {
  const policy = policyOf(planned.wanted);
  const group = groupOf(described(planned.there));
  const changes = changesOf(diff(policy, ownershipOf(policy, group)));
  const chosen = chooseOrder(changes, policy, group, { ...OPTIONS, ...planned.options });
  expect(chosen).toMatchObject({ strategy, promised });
});
