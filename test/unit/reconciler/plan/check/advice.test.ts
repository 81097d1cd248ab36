// Every advice that a block gives is followed here, and the block is gone.
import { expect, it } from 'vitest';
import type { DescribedGroup } from '../../../../../reconciler/model/group.ts';
import type { Rule } from '../../../../../reconciler/model/rule.ts';
import type { GroupPlan, GroupPolicy, PlanOptions } from '../../../../../reconciler/plan/plan.ts';
import type { Learned } from '../../../../../reconciler/plan/plan-input.ts';
import { described, groupOf, OPTIONS, planFor, policyOf } from '../../../../support/plan-inputs.ts';
import { rule, SELF } from '../../../../support/rule-sets.ts';

interface Scene {
  readonly wanted: readonly Rule[];
  readonly there?: readonly Rule[];
  readonly options?: Partial<PlanOptions>;
  readonly learned?: Partial<Learned>;
  readonly group?: Partial<DescribedGroup>;
  readonly policy?: Partial<GroupPolicy>;
}

const planOf = ({ wanted, there = [], options, learned = {}, group, policy }: Scene): GroupPlan =>
  planFor(
    policyOf(wanted, policy),
    groupOf(described(there), group),
    { ...OPTIONS, ...options },
    { learned },
  );

const ports = (count: number, fields: Parameters<typeof rule>[0] = {}): Rule[] =>
  Array.from({ length: count }, (_, at) => rule({ ports: String(1000 + at), peer: '10.0.0.0/8', ...fields }));

const groups = (count: number): Rule[] =>
  Array.from({ length: count }, (_, at) => rule({ ports: '443', peer: `sg-${at}` }));

const OVER_RULES: Scene = { wanted: ports(6), options: { ruleQuota: 5 } };
const OVER_GROUPS: Scene = { wanted: groups(21) };
const OVER_BOTH: Scene = { wanted: groups(21), options: { ruleQuota: 20 } };
const LEARNED: Scene = { wanted: ports(6), learned: { ruleLimit: 5 } };
/** Two halves become one: without a Modify, all three are there for a moment. */
const halves = (peer: string): Rule[] => [rule({ ports: '1-99', peer }), rule({ ports: '100-199', peer })];
const whole = (peer: string): Rule[] => [rule({ ports: '1-199', peer })];
const FULL: Scene = {
  there: halves('10.0.0.0/8'),
  wanted: whole('10.0.0.0/8'),
  options: { ruleQuota: 2, fallback: 'refuse', modify: 'never' },
};
const FULL_OF_GROUPS: Scene = {
  there: halves('sg-a'),
  wanted: whole('sg-a'),
  options: { groupReferenceQuota: 2, fallback: 'refuse', modify: 'never' },
};
const TWIN_AWAY: Scene = {
  there: [rule({ ports: '22', priority: 9 })],
  wanted: [rule({ ports: '22', priority: 2 })],
  options: { fallback: 'neverCut', legacyPriority: 'revokeFirst' },
  group: { apiLevel: 'legacy2019' },
};

it.each<[string, Scene, string, Scene]>([
  ['fewer rules', OVER_RULES, 'ask for fewer rules', { ...OVER_RULES, wanted: ports(5) }],
  [
    'a larger quota of rules',
    OVER_RULES,
    'raise reconcile.ruleQuota to 6',
    { ...OVER_RULES, options: { ruleQuota: 6 } },
  ],
  [
    'addresses in place of some groups',
    OVER_GROUPS,
    'name addresses or a prefix list in some of them',
    { wanted: [...groups(19), ...ports(1), rule({ peer: 'pl-a' })] },
  ],
  [
    'a larger quota of rules that name a group',
    OVER_GROUPS,
    'raise reconcile.groupReferenceQuota to 21',
    { ...OVER_GROUPS, options: { groupReferenceQuota: 21 } },
  ],
  [
    'both quotas, where both are too small',
    OVER_BOTH,
    'raise reconcile.ruleQuota to 21',
    { ...OVER_BOTH, options: { ruleQuota: 21, groupReferenceQuota: 21 } },
  ],
  [
    'a larger quota at the vendor, where the cloud refused more',
    LEARNED,
    'ask the vendor for a larger quota',
    { ...LEARNED, learned: { ruleLimit: null } },
  ],
  [
    'rules removed first, in a full group',
    FULL,
    'remove some rules first',
    { ...FULL, there: halves('10.0.0.0/8').slice(1) },
  ],
  [
    'a larger quota, in a full group',
    FULL,
    'raise reconcile.ruleQuota',
    { ...FULL, options: { ...FULL.options, ruleQuota: 3 } },
  ],
  [
    'the fallback that may cut, in a full group',
    FULL,
    'set reconcile.fallback to neverOpen',
    { ...FULL, options: { ...FULL.options, fallback: 'neverOpen' } },
  ],
  [
    'rules that name a group removed first, in a group full of those',
    FULL_OF_GROUPS,
    'remove some rules that name a group first',
    { ...FULL_OF_GROUPS, there: halves('sg-a').slice(1) },
  ],
  [
    'a larger quota of rules that name a group, in a group full of those',
    FULL_OF_GROUPS,
    'raise reconcile.groupReferenceQuota',
    { ...FULL_OF_GROUPS, options: { ...FULL_OF_GROUPS.options, groupReferenceQuota: 3 } },
  ],
  [
    'the fallback under which an accept may be away',
    TWIN_AWAY,
    'set reconcile.fallback to neverOpen',
    { ...TWIN_AWAY, options: { ...TWIN_AWAY.options, fallback: 'neverOpen' } },
  ],
  [
    'prefixes in an enterprise group',
    { wanted: groups(1), group: { type: 'enterprise' } },
    'name prefixes or prefix lists instead',
    { wanted: [...ports(1), rule({ peer: 'pl-a' })], group: { type: 'enterprise' } },
  ],
  [
    'the addresses of the members in place of the group itself',
    { wanted: [rule({ peer: SELF })] },
    'or name the addresses of its members',
    { wanted: ports(1) },
  ],
])('the advice works: %s', (_title, scene, advice, followed) => {
  const plan = planOf(scene);
  expect(plan.status).toBe('blocked');
  expect(plan.blockedBy.map(({ override }) => override).join('\n')).toContain(advice);
  expect(planOf(followed)).toMatchObject({ status: 'pending', blockedBy: [] });
});

it('tells both quotas where both are too small', () => {
  expect(planOf(OVER_BOTH).blockedBy.map(({ message }) => message)).toEqual([
    'the group would hold 21 rules; its quota is 20; and 21 rules would name a group; the quota is 20',
  ]);
});

it('does not advise a larger reconcile.ruleQuota where the cloud refused more', () => {
  const [block] = planOf(LEARNED).blockedBy;
  expect(block?.message).toContain('for the cloud refused one more lately');
  expect(block?.override).not.toContain('reconcile.ruleQuota');
});
