// The proof that a plan carries, against the bystander who asks the packet oracle.
//
// 1. Every plan of the planner is proved, under every setting.
// 2. Wrong orders are found out: a plan with its steps reversed or shuffled is refused whenever the oracle finds a
//    packet that is cut or opened, alone or under rules of another group.
// 3. The witness of a refusal is real: some state in that step treats it otherwise than before and after, if need
//    be once an unknown rule of another group is added.
// 4. Too small a budget proves nothing, and says so.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupContext } from '../../reconciler/exposure/engine/context.ts';
import type { Packet } from '../../reconciler/exposure/engine/packet.ts';
import type { DescribedGroup } from '../../reconciler/model/group.ts';
import type { Rule } from '../../reconciler/model/rule.ts';
import type { PlanOptions, Step } from '../../reconciler/plan/plan.ts';
import { applySteps } from '../../reconciler/plan/proof/simulate.ts';
import { proofOf } from '../../reconciler/plan/proof/proof.ts';
import { PacketSource } from '../support/packets.ts';
import { described, groupOf, OPTIONS, planFor, policyOf } from '../support/plan-inputs.ts';
import { breach, moments } from '../support/plan-witness.ts';
import { Random } from '../support/random.ts';
import {
  arbitraryEdit,
  NARROW_WORLD,
  rule,
  POLICY_WORLD,
  type RuleSetPair,
  type World,
} from '../support/rule-sets.ts';
import { runs } from '../support/runs.ts';

const WORLDS: ReadonlyArray<readonly [string, World]> = [
  ['wide', POLICY_WORLD],
  ['narrow', NARROW_WORLD],
];
const HITLESS = { promised: 'hitless', batchesAtomic: false, alone: false } as const;

function stepsFor(
  edit: RuleSetPair,
  options: Partial<PlanOptions>,
): { group: DescribedGroup; steps: readonly Step[] } {
  const group = groupOf(described(edit.before));
  return { group, steps: planFor(policyOf(edit.after), group, { ...OPTIONS, ...options }).steps };
}

/** Rules of another group that decide every packet at one rank: with them, ranks become visible as decisions. */
function blankets(like: Packet): Rule[] {
  const peer = like.family === 'ipv4' ? '0.0.0.0/0' : '::/0';
  const { direction, nicType } = like;
  return [1, 2, 3, 4, 50, 51, 100, 110].flatMap((priority) =>
    (['accept', 'drop'] as const).map((action) =>
      rule({ protocol: 'all', peer, priority, action, direction, nicType }),
    ),
  );
}

describe.each(WORLDS)('plans in a %s world', (_, world) => {
  it('are proved', () => {
    fc.assert(
      fc.property(
        arbitraryEdit(12, world),
        fc.constantFrom<PlanOptions['modify']>('prefer', 'auto', 'never'),
        fc.boolean(),
        (edit, modify, batchesAtomic) => {
          const { group, steps } = stepsFor(edit, { modify, batchesAtomic });
          expect(proofOf(group, steps, { promised: 'hitless', batchesAtomic, alone: false })).toEqual({
            kind: 'proved',
          });
        },
      ),
      runs(100),
    );
  });

  it('are refused in a wrong order if a packet can tell', () => {
    let refused = 0;
    fc.assert(
      fc.property(arbitraryEdit(10, world), fc.integer(), (edit, seed) => {
        const random = new Random(seed);
        const { group, steps } = stepsFor(edit, { modify: 'never' });
        const wrong = random.shuffle(steps.flatMap(singly));
        const proof = proofOf(group, wrong, HITLESS);
        const context = groupContext(group);
        const before = edit.before;
        const after = applySteps(group.rules, wrong).map((item) => item.rule);
        const seen = moments(group.rules, wrong, random);
        const isBroken = (packet: Packet, others: readonly Rule[], now: readonly Rule[]): boolean =>
          breach(
            { before: [...before, ...others], after: [...after, ...others], now: [...now, ...others] },
            packet,
            context,
          ) !== null;
        if (proof.kind === 'violated') {
          refused += 1;
          const { witness } = proof;
          const blanketSets = [[], ...blankets(witness).map((blanket) => [blanket])];
          const now = seen.filter(({ at }) => at === `after step ${proof.step - 1}`);
          expect(
            now.some(({ rules }) => blanketSets.some((others) => isBroken(witness, others, rules))),
          ).toBe(true);
          return;
        }
        const source = new PacketSource([...before, ...after], context, random);
        for (let tries = 0; tries < 40; tries += 1) {
          const packet = source.next();
          const others = random.chance(0.5) ? [] : [random.pick(blankets(packet))];
          for (const { rules } of seen) expect(isBroken(packet, others, rules)).toBe(false);
        }
      }),
      runs(100),
    );
    expect(refused).toBeGreaterThan(20);
  });
});

/** Each rule in a call of its own. */
function singly(step: Step): Step[] {
  if (step.kind === 'authorize') return step.rules.map((item) => ({ ...step, rules: [item] }));
  if (step.kind === 'revoke') return step.targets.map((item) => ({ ...step, targets: [item] }));
  return [step];
}

it('proves nothing with too small a budget, and says so', () => {
  const edit = { before: [rule({ ports: '22' })], after: [rule({ ports: '22', peer: 'sg-a' })] };
  const { group, steps } = stepsFor(edit, {});
  expect(proofOf(group, steps, HITLESS, 1)).toEqual({ kind: 'unproved' });
});
