// Invariants of `comparePolicies`, of one group with random rules before and after:
// - equal revisions differ in nothing, whatever they say, and in whatever order
// - the diff leads from the rules before to those after, as the group's own plan does
// - what opens and closes is exactly what the two rule sets let through, whatever the calls would be
// - the way back closes what the way there opens, and opens what it closes
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { exposureDelta } from '../../reconciler/exposure/ask/delta.ts';
import { groupContext } from '../../reconciler/exposure/engine/context.ts';
import type { DesiredGroup, DesiredState } from '../../reconciler/model/group.ts';
import { ruleIdentity, type Rule } from '../../reconciler/model/rule.ts';
import { comparePolicies } from '../../reconciler/plan/compare/compare.ts';
import type { GroupComparison } from '../../reconciler/plan/compare/comparison.ts';
import { OPTIONS, policyOf } from '../support/plan-inputs.ts';
import { arbitraryEdit, distinct, NARROW_WORLD, POLICY_WORLD, SELF } from '../support/rule-sets.ts';
import { runs } from '../support/runs.ts';

const SETTINGS = { settings: OPTIONS, defaultMode: 'enforce', privateNetworks: [], nowMs: 0 } as const;

function stateOf(rules: readonly Rule[]): DesiredState {
  const { account, region, rules: both, source } = policyOf(rules);
  const group: DesiredGroup = {
    ...{ account, region, source, rules: both },
    selector: { kind: 'id', id: SELF },
    mode: null,
    alone: false,
    ignore: [],
  };
  return { revision: 'r', groups: [group], expectations: [], guardrails: [] };
}

function compared(before: readonly Rule[], after: readonly Rule[]): GroupComparison {
  const [group] = comparePolicies(stateOf(before), stateOf(after), SETTINGS).groups;
  if (group === undefined) throw new Error('one group was compared');
  return group;
}

const worlds = [NARROW_WORLD, { ...POLICY_WORLD }];
const edits = fc
  .constantFrom(...worlds)
  .chain((world) => arbitraryEdit(8, world))
  .map(({ before, after }) => ({ before: distinct(before), after: distinct(after) }));

it('equal revisions differ in nothing', () => {
  fc.assert(
    fc.property(edits, ({ before }) => {
      expect(compared(before, [...before].reverse())).toMatchObject({
        change: 'same',
        status: 'converged',
        diff: { missing: [], unexpected: [], different: [], same: before.length },
      });
    }),
    runs(100),
  );
});

it('the diff leads from one to the other, and what opens and closes is what the two let through', () => {
  fc.assert(
    fc.property(edits, ({ before, after }) => {
      const { diff, exposure } = compared(before, after);
      const gone = [...diff.unexpected, ...diff.different.map(({ from }) => from)].map(({ rule }) =>
        ruleIdentity(rule),
      );
      const come = [...diff.missing, ...diff.different.map(({ to }) => to)].map(({ rule }) =>
        ruleIdentity(rule),
      );
      const left = before.map(ruleIdentity).filter((identity) => !gone.includes(identity));
      expect([...left, ...come].sort()).toEqual(after.map(ruleIdentity).sort());

      const isClassic = [...before, ...after].some(({ nicType }) => nicType === 'internet');
      const vpcId = isClassic ? null : 'vpc';
      const context = groupContext({ id: SELF, type: 'normal', innerAccess: 'accept', vpcId });
      const { opened, closed } = exposureDelta(before, after, context);
      expect({ opened: exposure.opened, closed: exposure.closed }).toEqual({ opened, closed });
      const back = compared(after, before).exposure;
      expect({ opened: back.closed, closed: back.opened }).toEqual({ opened, closed });
    }),
    runs(150),
  );
});
