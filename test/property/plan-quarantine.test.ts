// Plans that go on without what the cloud refuses, before the packet oracle.
//
// 1. Whatever is quarantined, every moment of the plan for the rest lets each packet fare as before or as the whole
//    policy wants it, the refused rules included: nothing opens, and nothing is cut, because a rule is missing.
// 2. What is refused is not asked for: no step brings a refused desired rule or takes a refused described one.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { groupContext } from '../../reconciler/exposure/engine/context.ts';
import { ruleIdentity } from '../../reconciler/model/rule.ts';
import { PacketSource } from '../support/packets.ts';
import { described, groupOf, OPTIONS, planFor, policyOf } from '../support/plan-inputs.ts';
import { breach, moments } from '../support/plan-witness.ts';
import { Random } from '../support/random.ts';
import { arbitraryEdit, NARROW_WORLD, POLICY_WORLD } from '../support/rule-sets.ts';
import { runs } from '../support/runs.ts';

it.each([
  ['wide', POLICY_WORLD],
  ['narrow', NARROW_WORLD],
])('without some of its rules a plan in a %s world keeps the promise of the whole', (_, world) => {
  fc.assert(
    fc.property(
      arbitraryEdit(9, world),
      fc.constantFrom('prefer' as const, 'never' as const),
      fc.integer(),
      (edit, modify, seed) => {
        const random = new Random(seed);
        const some = (rules: typeof edit.before) =>
          new Set(rules.filter(() => random.chance(0.25)).map(ruleIdentity));
        const quarantined = { desired: some(edit.after), described: some(edit.before) };
        const group = groupOf(described(edit.before));
        const learned = { quarantined };
        const { steps } = planFor(policyOf(edit.after), group, { ...OPTIONS, modify }, { learned });
        const source = new PacketSource([...edit.before, ...edit.after], groupContext(group), random);
        const packets = Array.from({ length: 60 }, () => source.next());
        for (const { at, rules } of moments(group.rules, steps, random)) {
          for (const packet of packets) {
            const sides = { before: edit.before, after: edit.after, now: rules };
            expect(breach(sides, packet, groupContext(group)), at).toBe(null);
          }
        }
        for (const step of steps) {
          const coming = step.kind === 'authorize' ? step.rules : step.kind === 'modify' ? [step.to] : [];
          const going = step.kind === 'revoke' ? step.targets : step.kind === 'modify' ? [step.target] : [];
          for (const { rule } of coming) expect(quarantined.desired).not.toContain(ruleIdentity(rule));
          for (const { rule } of going) expect(quarantined.described).not.toContain(ruleIdentity(rule));
        }
      },
    ),
    runs(150),
  );
});
