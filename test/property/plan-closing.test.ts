// The part of a plan that only closes, before the packet oracle.
//
// 1. At every moment the group accepts at most what it accepted before: nothing opens, not even toward the policy.
// 2. At every moment it accepts at least what it accepted before and the policy accepts as well: nothing is cut.
// 3. An accept by hand that shares packets with nothing else goes, if the policy does not want it.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { groupContext } from '../../reconciler/exposure/engine/context.ts';
import { ruleIdentity } from '../../reconciler/model/rule.ts';
import { openingChanges } from '../../reconciler/plan/diff/closing.ts';
import { extentOf, overlaps } from '../../reconciler/plan/overlap.ts';
import { oracleDecide } from '../support/packet-oracle.ts';
import { PacketSource } from '../support/packets.ts';
import { described, groupOf, OPTIONS, planFor, policyOf } from '../support/plan-inputs.ts';
import { moments } from '../support/plan-witness.ts';
import { Random } from '../support/random.ts';
import { arbitraryEdit, NARROW_WORLD, POLICY_WORLD } from '../support/rule-sets.ts';
import { runs } from '../support/runs.ts';

it.each([
  ['wide', POLICY_WORLD],
  ['narrow', NARROW_WORLD],
])(
  'the closing part of a plan in a %s world opens nothing and cuts nothing that both sides accept',
  (_, world) => {
    fc.assert(
      fc.property(arbitraryEdit(9, world), fc.integer(), ({ before, after }, seed) => {
        const random = new Random(seed);
        const group = groupOf(described(before));
        const desired = policyOf(after);
        const quarantined = openingChanges({ desired, described: group, settings: OPTIONS, nowMs: 0 });
        const { steps } = planFor(desired, group, OPTIONS, { learned: { quarantined } });
        const context = groupContext(group);
        const source = new PacketSource([...before, ...after], context, random);
        const packets = Array.from({ length: 60 }, () => source.next());
        for (const { at, rules } of moments(group.rules, steps, random)) {
          for (const packet of packets) {
            const accepts = (some: typeof before) => oracleDecide(some, packet, context) === 'accept';
            if (accepts(rules)) expect(accepts(before), `${at}: opened`).toBe(true);
            else expect(accepts(before) && accepts(after), `${at}: cut`).toBe(false);
          }
        }
        const gone = new Set(
          steps.flatMap((step) =>
            step.kind === 'revoke' ? step.targets : step.kind === 'modify' ? [step.target] : [],
          ),
        );
        const all = [...before, ...after];
        for (const each of group.rules) {
          const others = all.filter((rule) => ruleIdentity(rule) !== ruleIdentity(each.rule));
          const isAlone = !others.some((rule) => overlaps(extentOf(rule), extentOf(each.rule)));
          const isWanted = after.some((rule) => ruleIdentity(rule) === ruleIdentity(each.rule));
          if (each.rule.action === 'accept' && isAlone && !isWanted) expect(gone).toContain(each);
        }
      }),
      runs(150),
    );
  },
);
