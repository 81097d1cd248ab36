// Plans for groups that are full, or nearly so.
//
// 1. The quota holds after every call, and the end is what the policy wants.
// 2. A plan that calls itself hitless is so by the oracle, also under rules of another group; one that falls back to
//    neverOpen opens nothing, one that falls back to neverCut cuts nothing. A blocked one calls itself neither.
// 3. Only a lack of room is a reason to fall back: with room for all old and new rules together every plan is hitless.
// 4. Calls are possible: every rule is there when it is named.
// 5. Every plan carries its proof: none is blocked as unsafe.
// 6. A hitless way is found nearly always: an order that the search overlooks would show here.
// 7. A group that is declared to be alone on its interfaces has more hitless ways, which need not be safe beside others.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupContext } from '../../reconciler/exposure/engine/context.ts';
import { ruleIdentity, type Rule } from '../../reconciler/model/rule.ts';
import type { GroupPlan, PlanOptions } from '../../reconciler/plan/plan.ts';
import { applySteps } from '../../reconciler/plan/proof/simulate.ts';
import { editGroup, makeGroup } from '../../bench/shapes.ts';
import { PacketSource } from '../support/packets.ts';
import { described, groupOf, OPTIONS, planFor, policyOf } from '../support/plan-inputs.ts';
import { fullCase } from '../support/plan-cases.ts';
import { breach, moments } from '../support/plan-witness.ts';
import { Random } from '../support/random.ts';
import {
  arbitraryEdit,
  arbitraryRules,
  NARROW_WORLD,
  POLICY_WORLD,
  type RuleSetPair,
  type World,
} from '../support/rule-sets.ts';
import { runs } from '../support/runs.ts';

const WORLDS: ReadonlyArray<readonly [string, World]> = [
  ['wide', POLICY_WORLD],
  ['narrow', NARROW_WORLD],
];
const PACKETS = 40;

interface Tight {
  readonly edit: RuleSetPair;
  readonly options: PlanOptions;
}

const arbitraryTight = (world: World): fc.Arbitrary<Tight> =>
  fc
    .record({
      edit: arbitraryEdit(9, world),
      free: fc.constantFrom(0, 0, 1, 2),
      modify: fc.constantFrom<PlanOptions['modify']>('prefer', 'auto', 'never'),
      fallback: fc.constantFrom<PlanOptions['fallback']>('neverOpen', 'neverCut'),
      maxModifyPerPlan: fc.constantFrom(0, 20),
    })
    .map(({ edit, free, ...choices }) => ({
      edit,
      options: {
        ...OPTIONS,
        ...choices,
        groupReferenceQuota: 100,
        ruleQuota: Math.max(edit.before.length, edit.after.length) + free,
      },
    }));

function planOf({ edit, options }: Tight, { alone = false } = {}): GroupPlan {
  return planFor(policyOf(edit.after, { alone }), groupOf(described(edit.before)), options);
}

/** What must not happen on the way, by what the plan promises. */
function forbidden(plan: GroupPlan): ReadonlyArray<'opened' | 'cut'> {
  if (plan.hitless) return ['opened', 'cut'];
  const [exception] = plan.exceptions;
  return exception?.kind === 'neverOpen' ? ['opened'] : ['cut'];
}

const identities = (rules: readonly Rule[]): string[] => rules.map(ruleIdentity).sort();

/** Rules of another group do not matter to a plan that is not hitless. */
const hitlessCompany = (plan: GroupPlan, others: readonly Rule[]): readonly Rule[] =>
  plan.hitless ? others : [];

/** Quota, end and promise, call by call and part by part; `company` are rules of another group. */
function expectKept(
  { edit, options }: Tight,
  plan: GroupPlan,
  company: readonly Rule[],
  random: Random,
): void {
  let held = described(edit.before);
  for (const step of plan.steps) {
    held = applySteps(held, [step]);
    expect(held.length).toBeLessThanOrEqual(options.ruleQuota);
  }
  expect(identities(held.map(({ rule }) => rule))).toEqual(identities(edit.after));
  const bad = forbidden(plan);
  const context = groupContext(groupOf([]));
  const before = [...edit.before, ...company];
  const after = [...edit.after, ...company];
  const source = new PacketSource([...before, ...after], context, random);
  const packets = Array.from({ length: PACKETS }, () => source.next());
  for (const { rules } of moments(described(edit.before), plan.steps, random)) {
    for (const packet of packets) {
      const found = breach({ before, after, now: [...rules, ...company] }, packet, context);
      if (found !== null) expect(bad).not.toContain(found);
    }
  }
}

describe.each(WORLDS)('full groups in a %s world', (_, world) => {
  it('have more ways to change if they are declared to be alone', () => {
    let more = 0;
    fc.assert(
      fc.property(arbitraryTight(world), fc.integer(), (tight, seed) => {
        const [usual, alone] = [planOf(tight), planOf(tight, { alone: true })];
        if (alone.blockedBy.length > 0) {
          expect(alone.blockedBy.map(({ kind }) => kind)).not.toContain('unsafe');
          return;
        }
        if (usual.hitless) expect(alone.hitless).toBe(true);
        else if (alone.hitless) more += 1;
        expectKept(tight, alone, [], new Random(seed));
      }),
      runs(150),
    );
    expect(more).toBeGreaterThan(0);
  });

  it('are changed within their quota, without what the plan promises not to do', () => {
    const counts = { hitless: 0, oneSided: 0, blocked: 0 };
    fc.assert(
      fc.property(arbitraryTight(world), arbitraryRules(2, world), fc.integer(), (tight, others, seed) => {
        const random = new Random(seed);
        const { edit, options } = tight;
        const plan = planOf(tight);
        expect(plan.blockedBy.map(({ kind }) => kind)).not.toContain('unsafe');
        if (plan.status === 'blocked') {
          counts.blocked += 1;
          expect(plan.hitless).toBe(false);
          return;
        }
        counts[plan.hitless ? 'hitless' : 'oneSided'] += 1;
        expectKept({ edit, options }, plan, hitlessCompany(plan, others), random);
      }),
      runs(150),
    );
    expect(counts.hitless).toBeGreaterThan(counts.oneSided);
  });

  it('are changed without a hit as soon as there is room', () => {
    fc.assert(
      fc.property(arbitraryTight(world), ({ edit, options }) => {
        const ruleQuota = edit.before.length + edit.after.length;
        expect(planOf({ edit, options: { ...options, ruleQuota } }).hitless).toBe(true);
      }),
      runs(50),
    );
  });
});

it('nearly always find a hitless way, without a Modify too', () => {
  const tried = runs(500);
  let hitless = 0;
  fc.assert(
    fc.property(arbitraryEdit(9, NARROW_WORLD), fc.constantFrom(0, 1), (edit, free) => {
      const ruleQuota = Math.max(edit.before.length, edit.after.length) + free;
      const options = {
        ...OPTIONS,
        ruleQuota,
        groupReferenceQuota: 100,
        modify: 'never',
      } as const;
      const plan = planOf({ edit, options });
      expect(plan.blockedBy.map(({ kind }) => kind)).not.toContain('unsafe');
      if (plan.status !== 'blocked' && plan.hitless) hitless += 1;
    }),
    tried,
  );
  expect(hitless).toBeGreaterThan(0.92 * tried.numRuns);
});

it('recut a block of addresses and ports in a full group, with one rule that is modified twice', () => {
  const random = new Random(5);
  let widened = 0;
  for (let number = 0; number < 400; number += 1) {
    const { title, policy, group, options } = fullCase(number, 0);
    if (!title.includes('recut')) continue;
    const plan = planFor(policy, group, options);
    expect(plan.blockedBy.map(({ kind }) => kind)).not.toContain('unsafe');
    const modified = plan.steps.flatMap((step) => (step.kind === 'modify' ? [step.target.id] : []));
    if (new Set(modified).size === modified.length || plan.status === 'blocked') continue;
    widened += 1;
    expect(plan.hitless).toBe(true);
    const after = [policy.rules.ingress, policy.rules.egress].flatMap((rules) => rules ?? []);
    const edit = { before: group.rules.map(({ rule }) => rule), after: after.map(({ rule }) => rule) };
    expectKept({ edit, options: { ...OPTIONS, ...options } }, plan, [], random);
  }
  expect(widened).toBeGreaterThan(10);
});

it.each([
  [0, 'grown'],
  [1, 'grown'],
  [0, 'boxes2d'],
  [1, 'boxes2d'],
] as const)('two hundred rules are all replaced with %i free slots, %s', (free, shape) => {
  const random = new Random(7 + free);
  const before = makeGroup(shape, 200, random);
  const edit = { before, after: editGroup(shape, before, 200, random) };
  const tight = { edit, options: { ...OPTIONS, groupReferenceQuota: 400, ruleQuota: 200 + free } };
  const plan = planOf(tight);
  expect(plan.blockedBy).toEqual([]);
  expectKept(tight, plan, [], random);
});
