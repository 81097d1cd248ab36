// Small changes of full groups, as plain data: few rules that overlap all the time, and no room for old and new ones together.
import fc from 'fast-check';
import { groupContext } from '../../reconciler/exposure/engine/context.ts';
import type { DescribedGroup } from '../../reconciler/model/group.ts';
import type { Rule } from '../../reconciler/model/rule.ts';
import type { GroupPolicy, PlanOptions } from '../../reconciler/plan/plan.ts';
import type { FullGroup } from './full-group-game.ts';
import { described, groupOf, OPTIONS, policyOf } from './plan-inputs.ts';
import { arbitraryEdit, NARROW_WORLD, rule, type RuleSetPair, type World } from './rule-sets.ts';

const MAX_CHANGED = 9;

/** Services, hosts and networks, in both directions. */
const OFFICE_WORLD: World = {
  protocols: ['tcp', 'tcp', 'tcp', 'icmp', 'all'],
  ports: ['22', '443', '443', '1-1024', 'prl-a'],
  sourcePorts: [null],
  peers: ['10.0.0.0/8', '10.0.0.0/24', '10.0.0.7/32', '198.51.100.0/24', 'sg-a', 'sg-c', 'pl-a'],
  owns: [null, null, null, '10.1.0.0/16'],
  priorities: [1, 50, 100],
  directions: ['ingress', 'ingress', 'ingress', 'egress'],
  nicTypes: ['intranet'],
};

/** A block of ports and addresses, cut along the one axis and along the other. */
const RECUT: RuleSetPair = {
  before: ['1-10', '11-20'].map((ports) => rule({ ports, peer: '10.0.0.0/8' })),
  after: ['10.0.0.0/9', '10.128.0.0/9'].map((peer) => rule({ ports: '1-20', peer })),
};

const arbitraryRecut = fc
  .tuple(arbitraryEdit(3, OFFICE_WORLD), fc.boolean())
  .map(([{ before, after }, isTurned]): RuleSetPair => {
    const [rows, columns] = isTurned ? [RECUT.after, RECUT.before] : [RECUT.before, RECUT.after];
    return { before: [...before, ...rows], after: [...after, ...columns] };
  });

/** Some rules get a text, so that not each may become each. */
const withTexts = (rules: readonly Rule[], texts: number): Rule[] =>
  rules.map((item, at) => ({ ...item, description: (texts & (1 << at)) === 0 ? null : `rule ${at}` }));

export interface FullGroupCase {
  readonly policy: GroupPolicy;
  readonly group: DescribedGroup;
  readonly options: PlanOptions;
  readonly full: FullGroup;
}

/** As the tests of a planner need it. */
export function fullGroupCase(edit: FullGroup, choices: Partial<PlanOptions> = {}): FullGroupCase {
  return {
    policy: policyOf(edit.after, { alone: edit.alone }),
    group: groupOf(described(edit.before)),
    options: {
      ...OPTIONS,
      modify: edit.mayModify ? 'prefer' : 'never',
      ...choices,
      ruleQuota: edit.slots,
      groupReferenceQuota: edit.groupSlots,
      listSizes: edit.listSizes,
    },
    full: edit,
  };
}

const loadOf = (rules: readonly Rule[], sizes: Readonly<Record<string, number>>): number =>
  rules.reduce(
    (sum, { peer, ports }) =>
      sum + ('id' in peer ? (sizes[peer.id] ?? 1) : 1) * (ports.kind === 'list' ? (sizes[ports.id] ?? 1) : 1),
    0,
  );

const namingGroups = (rules: readonly Rule[]): number =>
  rules.filter(({ peer }) => peer.kind === 'group').length;

/** Changes that cannot be made by adding everything before removing anything. */
export const arbitraryFullGroup: fc.Arbitrary<FullGroupCase> = fc
  .record({
    edit: fc.oneof(
      { weight: 4, arbitrary: arbitraryEdit(8, NARROW_WORLD) },
      { weight: 4, arbitrary: arbitraryEdit(8, OFFICE_WORLD) },
      { weight: 1, arbitrary: arbitraryRecut },
    ),
    copies: fc.constantFrom(0, 0, 0, 1),
    texts: fc.tuple(fc.constantFrom(0, 0, 0, 0b1011), fc.constantFrom(0, 0xff, 0b1101)),
    free: fc.constantFrom(0, 0, 0, 1),
    freeOfGroups: fc.constantFrom(0, 1, 100, 100),
    listSizes: fc.constantFrom({}, {}, { 'pl-a': 3, 'prl-a': 2 }),
    modify: fc.constantFrom<PlanOptions['modify']>('prefer', 'prefer', 'auto', 'never'),
    maxModifyPerPlan: fc.constantFrom(0, 1, 20),
    alone: fc.constantFrom(false, false, false, true),
  })
  .map(({ edit, copies, texts, free, freeOfGroups, listSizes, modify, maxModifyPerPlan, alone }) => {
    const before = withTexts([...edit.before, ...edit.before.slice(0, copies)], texts[0]);
    const after = withTexts(edit.after, texts[0] === 0 ? 0 : texts[1]);
    const full: FullGroup = {
      context: groupContext(groupOf([])),
      before,
      after,
      slots: Math.max(loadOf(before, listSizes), loadOf(after, listSizes)) + free,
      groupSlots: Math.max(namingGroups(before), namingGroups(after)) + freeOfGroups,
      listSizes,
      mayModify: modify !== 'never',
      alone,
    };
    return { full, choices: { modify, maxModifyPerPlan } };
  })
  .filter(({ full: { before, after, slots, groupSlots, listSizes } }) => {
    const [gone, come] = [before, after].map((rules, side) =>
      rules.filter((r) => !hasTwin(r, side === 0 ? after : before)),
    );
    const changed = (gone?.length ?? 0) + (come?.length ?? 0);
    const load = loadOf([...before, ...(come ?? [])], listSizes);
    const groups = namingGroups([...before, ...(come ?? [])]);
    return changed >= 2 && changed < MAX_CHANGED && (load > slots || groups > groupSlots);
  })
  .map(({ full, choices }) => fullGroupCase(full, choices));

const hasTwin = (one: Rule, others: readonly Rule[]): boolean => {
  const text = (item: Rule): string =>
    JSON.stringify({ ...item, description: null }, (_, value: unknown) =>
      typeof value === 'bigint' ? String(value) : value,
    );
  return others.some((other) => text(other) === text(one));
};
