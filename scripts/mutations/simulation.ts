// Mistakes that only the whole daemon shows, in the simulation: each one someone could make, and none that it may miss.
import type { Mutation } from './mutation.ts';

export const SIMULATION_MUTATIONS: readonly Mutation[] = [
  {
    name: 'every plan falls back, though there is room',
    file: 'plan/fit/choose-order.ts',
    find: 'of STRATEGIES) {',
    replace: "of STRATEGIES.filter(({ name }) => name === 'one-sided' || name === 'no room')) {",
  },
  {
    name: 'every group is taken for alone',
    file: 'plan/plan-group.ts',
    find: 'const desired = withoutQuarantined(resting.policy, described.rules, untried);',
    replace:
      'const desired = { ...withoutQuarantined(resting.policy, described.rules, untried), alone: true };',
  },
  {
    name: "an ignored rule gets the policy's text",
    file: 'plan/diff/diff.ts',
    find: 'for (const { rule } of ignored) missing.delete(ruleIdentity(rule));',
    replace: 'managed = [...managed, ...ignored.filter(({ rule }) => desired.has(ruleIdentity(rule)))];',
  },
  {
    name: 'what came of a reconcile is not counted',
    file: '../daemon/telemetry/event-counters.ts',
    find: '    this.#reconciles.inc({ outcome });\n',
    replace: '',
  },
  {
    name: 'a group that left is counted as it stood',
    file: '../daemon/schedule/groups/group-tally.ts',
    find: 'this.#count(group, isNamed ? outcomeNow(group.record) : null);',
    replace: 'if (isNamed) this.#count(group, outcomeNow(group.record));',
  },
];
