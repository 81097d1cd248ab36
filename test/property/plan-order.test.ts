// Random edits of random groups, planned and carried out by a bystander with books of its own.
//
// 1. Between old and new: after every step, and while any subset of a batch is in force, no packet is accepted
//    that neither old nor new rules accept, and none dropped that both accept.
// 2. The same with unknown rules of another group on the interface (T6).
// 3. Goal: the rules at the end are the wanted ones, and planning again finds nothing to do.
// 4. Possible calls: every id is there when it is named; a Modify keeps what the API fixes; no rule is added
//    or modified into one that is there, under either reading of whether priority is part of identity.
// 5. Every plan that authorizes looks again before it takes anything away, but for rules that do nothing beside a
//    twin which stays.
// 6. Deterministic: shuffled inputs give the same bytes. Frozen.
// 7. The API of 2019 gets one rule a call, and a Modify of description and priority only.
// 8. Additive plans take nothing away: the end decides as old and new rules together.
// 9. With batches that are promised to be atomic, 1 holds after every step, in no more calls than plain batches.
// 10. Where such a cloud takes a new rule for its twin of another priority, and says yes and leaves it out, 1 holds too,
//    up to the look behind that call.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupContext } from '../../reconciler/exposure/engine/context.ts';
import type { DescribedGroup, DescribedRule } from '../../reconciler/model/group.ts';
import { ruleIdentity, type Rule } from '../../reconciler/model/rule.ts';
import type { GroupPlan, GroupPolicy, PlanOptions, Step } from '../../reconciler/plan/plan.ts';
import { applySteps } from '../../reconciler/plan/proof/simulate.ts';
import { oracleDecide } from '../support/packet-oracle.ts';
import { PacketSource } from '../support/packets.ts';
import { described, groupOf, OPTIONS, planFor, policyOf } from '../support/plan-inputs.ts';
import { breach, moments } from '../support/plan-witness.ts';
import { Random } from '../support/random.ts';
import {
  arbitraryEdit,
  arbitraryRules,
  NARROW_WORLD,
  POLICY_WORLD,
  type World,
} from '../support/rule-sets.ts';
import { runs } from '../support/runs.ts';

const WORLDS: ReadonlyArray<readonly [string, World]> = [
  ['wide', POLICY_WORLD],
  ['narrow', NARROW_WORLD],
];
const MODIFY = fc.constantFrom<PlanOptions['modify']>('prefer', 'auto', 'never');
const PACKETS = 60;

const butForPriority = (rule: Rule): string => ruleIdentity({ ...rule, priority: 1 });

/** Whether the step revokes a rule that has no twin, at least as strong, which no step revokes. */
function takesAway(step: Step, steps: readonly Step[], { rules }: DescribedGroup): boolean {
  const revoked = new Set(
    steps.flatMap((each) => (each.kind === 'revoke' ? each.targets.map(({ id }) => id) : [])),
  );
  const staying = rules.filter(({ id }) => !revoked.has(id));
  const hasTwin = ({ rule }: DescribedRule): boolean =>
    staying.some(
      (other) => butForPriority(other.rule) === butForPriority(rule) && other.rule.priority <= rule.priority,
    );
  return step.kind === 'revoke' && !step.targets.every(hasTwin);
}

/** Whether the step adds a rule of which the group has a twin of another priority. */
const isTrial = (step: Step | undefined, { rules }: DescribedGroup): boolean =>
  step?.kind === 'authorize' &&
  step.rules.some((added) => rules.some((old) => butForPriority(old.rule) === butForPriority(added.rule)));

/** Two descriptions, so that descriptions differ, agree and are absent. */
function withTexts(rules: readonly Rule[], random: Random): Rule[] {
  return rules.map((rule) => ({ ...rule, description: random.pick([null, null, 'one', 'two']) }));
}

interface Case {
  readonly policy: GroupPolicy;
  readonly group: DescribedGroup;
  readonly random: Random;
}

function arbitraryCase(world: World, maxRules: number): fc.Arbitrary<Case> {
  return fc.tuple(arbitraryEdit(maxRules, world), fc.integer()).map(([edit, seed]) => {
    const random = new Random(seed);
    return {
      policy: policyOf(withTexts(edit.after, random)),
      group: groupOf(described(withTexts(edit.before, random))),
      random,
    };
  });
}

const rulesOf = (group: DescribedGroup): Rule[] => group.rules.map(({ rule }) => rule);
const wantedOf = ({ rules }: GroupPolicy): Rule[] =>
  [...(rules.ingress ?? []), ...(rules.egress ?? [])].map(({ rule }) => rule);

const bytes = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? `${part}n` : part));

function planOf({ policy, group }: Case, options: Partial<PlanOptions> = {}): GroupPlan {
  return planFor(policy, group, { ...OPTIONS, ...options });
}

function expectBetween(test: Case, plan: GroupPlan, others: readonly Rule[]): void {
  const before = [...rulesOf(test.group), ...others];
  const after = [...wantedOf(test.policy), ...others];
  const context = groupContext(test.group);
  const source = new PacketSource([...before, ...after], context, test.random);
  const packets = Array.from({ length: PACKETS }, () => source.next());
  for (const { at, rules } of moments(test.group.rules, plan.steps, test.random)) {
    for (const packet of packets) {
      const found = breach({ before, after, now: [...rules, ...others] }, packet, context);
      if (found !== null) throw new Error(`${found} ${at}: ${bytes(packet)}\n${bytes(plan.steps)}`);
    }
  }
}

describe.each(WORLDS)('edits in a %s world', (_, world) => {
  it('stay between old and new, also under rules of another group', () => {
    fc.assert(
      fc.property(arbitraryCase(world, 12), arbitraryRules(3, world), MODIFY, (test, others, modify) => {
        const plan = planOf(test, { modify });
        expect(plan.hitless).toBe(true);
        expectBetween(test, plan, []);
        expectBetween(test, plan, others);
      }),
      runs(150),
    );
  });

  it('end where the policy wants, and a second look finds nothing to do', () => {
    fc.assert(
      fc.property(arbitraryCase(world, 12), MODIFY, (test, modify) => {
        const plan = planOf(test, { modify });
        const end = applySteps(test.group.rules, plan.steps);
        expect(identities(end.map(({ rule }) => rule))).toEqual(identities(wantedOf(test.policy)));
        const again = planFor(test.policy, { ...test.group, rules: named(end) }, { ...OPTIONS, modify });
        expect([again.status, again.steps]).toEqual(['converged', []]);
      }),
      runs(150),
    );
  });

  it('make only calls that the API can carry out', () => {
    fc.assert(
      fc.property(arbitraryCase(world, 12), MODIFY, (test, modify) => {
        const weakIsPossible = [rulesOf(test.group), wantedOf(test.policy)].every(
          (rules) => !hasLooseTwins(rules),
        );
        expectPossible(test.group.rules, planOf(test, { modify }).steps, weakIsPossible);
      }),
      runs(80),
    );
  });

  it('verify added rules before anything is removed', () => {
    fc.assert(
      fc.property(arbitraryCase(world, 12), MODIFY, (test, modify) => {
        const { steps } = planOf(test, { modify });
        const lastAdded = steps.findLastIndex(({ kind }) => kind === 'authorize');
        const firstTaken = steps.findIndex((step) => takesAway(step, steps, test.group));
        const checkpoints = steps.flatMap(({ checkpoint }, at) => (checkpoint ? [at] : []));
        if (lastAdded < 0 || firstTaken < 0) return;
        expect(lastAdded).toBeLessThan(firstTaken);
        const between = checkpoints.filter((at) => at > lastAdded && at <= firstTaken);
        // A further one may stand right behind a rule that the cloud might take for another.
        const isBehindTrial = between[0] === lastAdded + 1 && isTrial(steps[lastAdded], test.group);
        expect(between.slice(isBehindTrial && between.length > 1 ? 1 : 0)).toHaveLength(1);
      }),
      runs(50),
    );
  });

  it('are planned alike whatever the order of the rules', () => {
    fc.assert(
      fc.property(arbitraryCase(world, 12), MODIFY, (test, modify) => {
        const shuffled: Case = {
          ...test,
          policy: {
            ...test.policy,
            rules: {
              ingress: test.random.shuffle(test.policy.rules.ingress ?? []),
              egress: test.random.shuffle(test.policy.rules.egress ?? []),
            },
          },
          group: { ...test.group, rules: test.random.shuffle(test.group.rules) },
        };
        const plan = planOf(test, { modify });
        expect(bytes(planOf(shuffled, { modify }))).toBe(bytes(plan));
        expect(Object.isFrozen(plan.diff) && Object.isFrozen(plan.steps)).toBe(true);
      }),
      runs(50),
    );
  });

  it('are spelled out one rule a call for the API of 2019', () => {
    fc.assert(
      fc.property(arbitraryCase(world, 10), MODIFY, (test, modify) => {
        const rules = test.group.rules.map(({ rule, id }) => ({
          rule,
          id: null,
          selector: { Raw: id ?? '' },
        }));
        const group: DescribedGroup = { ...test.group, rules, apiLevel: 'legacy2019' };
        const plan = planFor(test.policy, group, { ...OPTIONS, modify });
        expect([plan.hitless, plan.blockedBy]).toEqual([true, []]);
        for (const step of plan.steps) {
          if (step.kind === 'authorize') expect(step.rules).toHaveLength(1);
          if (step.kind === 'revoke') expect(step.targets).toHaveLength(1);
          if (step.kind !== 'modify') continue;
          expect(loose(step.to.rule)).toBe(loose(step.target.rule));
        }
        const end = applySteps(rules, plan.steps);
        expect(identities(end.map(({ rule }) => rule))).toEqual(identities(wantedOf(test.policy)));
        const again = planFor(test.policy, { ...group, rules: end }, { ...OPTIONS, modify });
        expect([again.status, again.steps]).toEqual(['converged', []]);
      }),
      runs(50),
    );
  });

  it('take nothing away in additive mode', () => {
    fc.assert(
      fc.property(arbitraryCase(world, 10), MODIFY, (test, modify) => {
        const policy: GroupPolicy = { ...test.policy, mode: 'additive' };
        const plan = planFor(policy, test.group, { ...OPTIONS, modify });
        const end = applySteps(test.group.rules, plan.steps).map(({ rule }) => rule);
        expect(plan.steps.filter(({ kind }) => kind === 'revoke')).toEqual([]);
        expect(identities(end)).toEqual(expect.arrayContaining(identities(wantedOf(policy))));
        // What old and new rules together decide is what the end decides: a modified rule is not missed.
        const together = [...rulesOf(test.group), ...wantedOf(policy)];
        const source = new PacketSource(together, groupContext(test.group), test.random);
        for (let tries = 0; tries < PACKETS; tries += 1) {
          const packet = source.next();
          const [decided, expected] = [end, together].map((rules) =>
            oracleDecide(rules, packet, groupContext(test.group)),
          );
          expect(decided).toBe(expected);
        }
        const again = planFor(
          policy,
          { ...test.group, rules: named(applySteps(test.group.rules, plan.steps)) },
          OPTIONS,
        );
        expect(again.steps).toEqual([]);
      }),
      runs(50),
    );
  });

  it('take two calls a direction and half at most where batches are atomic', () => {
    fc.assert(
      fc.property(arbitraryCase(world, 12), (test) => {
        const plan = planOf(test, { modify: 'never', batchesAtomic: true });
        expectBetween(test, { ...plan, steps: singles(plan.steps) }, []);
        const batches = plan.steps.filter(({ kind }) => kind !== 'modify');
        const modifies = plan.steps.length - batches.length;
        expect(batches.length).toBeLessThanOrEqual(4 + 2 * modifies);
      }),
      runs(50),
    );
  });
});

it('edits in which the cloud takes new rules for twins that stay are safe in atomic batches too', () => {
  let leftOut = 0;
  const tried = runs(150);
  fc.assert(
    fc.property(arbitraryCase(NARROW_WORLD, 10), MODIFY, (test, modify) => {
      const before = rulesOf(test.group);
      const held = new Set(before.map(ruleIdentity));
      const wanted = wantedOf(test.policy);
      const twins = wanted
        .filter((rule) => held.has(ruleIdentity(rule)))
        .map((rule) => ({ ...rule, priority: 1 + test.random.below(6) }));
      const after = [...new Map([...wanted, ...twins].map((rule) => [ruleIdentity(rule), rule])).values()];
      const plan = planOf({ ...test, policy: policyOf(after) }, { modify, batchesAtomic: true });
      expect(plan.blockedBy).toEqual([]);
      const context = groupContext(test.group);
      const source = new PacketSource([...before, ...after], context, test.random);
      for (const now of statesOf(plan.steps, test.group)) {
        leftOut += now.leftOut;
        for (let tries = 0; tries < PACKETS; tries += 1) {
          const packet = source.next();
          const found = breach({ before, after, now: now.rules }, packet, context);
          if (found !== null) throw new Error(`${found}: ${bytes(packet)}\n${bytes(plan.steps)}`);
        }
      }
    }),
    tried,
  );
  expect(leftOut).toBeGreaterThan(0.25 * tried.numRuns);
});

/** In a cloud whose identity of a rule has no priority, and up to the first look that misses a rule. */
function statesOf(
  steps: readonly Step[],
  { rules }: DescribedGroup,
): Array<{ readonly rules: readonly Rule[]; readonly leftOut: number }> {
  let now = rules.map(({ rule }) => rule);
  let leftOut = 0;
  const states = [];
  for (const step of steps) {
    if (step.checkpoint && leftOut > 0) break;
    if (step.kind === 'authorize') {
      for (const { rule } of step.rules) {
        if (now.some((other) => loose(other) === loose(rule))) leftOut += 1;
        else now = [...now, rule];
      }
    } else {
      const gone = new Set((step.kind === 'modify' ? [step.target] : step.targets).map(({ rule }) => rule));
      now = [...now.filter((rule) => !gone.has(rule)), ...(step.kind === 'modify' ? [step.to.rule] : [])];
    }
    states.push({ rules: now, leftOut });
  }
  return states;
}

/** Batches of one, as the witness tries parts of larger ones. */
function singles(steps: readonly Step[]): Step[] {
  return steps.flatMap((step): Step[] => {
    if (step.kind === 'authorize') return step.rules.map((rule) => ({ ...step, rules: [rule] }));
    if (step.kind === 'revoke') return step.targets.map((target) => ({ ...step, targets: [target] }));
    return [step];
  });
}

const identities = (rules: readonly Rule[]): string[] => rules.map(ruleIdentity).sort();

/** Gives the rules that a plan made the ids that the cloud would. */
function named(rules: readonly DescribedRule[]): DescribedRule[] {
  return rules.map((rule, at) => ({ ...rule, id: rule.id ?? `born-${at}` }));
}

const loose = (rule: Rule): string => ruleIdentity({ ...rule, priority: 1 });

const hasLooseTwins = (rules: readonly Rule[]): boolean => new Set(rules.map(loose)).size < rules.length;

/** The API's limits, written down a second time. */
function expectPossible(
  before: readonly DescribedRule[],
  steps: readonly Step[],
  weakIsPossible: boolean,
): void {
  const held = new Map(before.map(({ id, rule }) => [id ?? '', rule]));
  let born = 0;
  const bring = (id: string, rule: Rule): void => {
    const others = [...held.values()];
    expect(others.map(ruleIdentity)).not.toContain(ruleIdentity(rule));
    if (weakIsPossible) expect(others.map(loose)).not.toContain(loose(rule));
    held.set(id, rule);
  };
  for (const step of steps) {
    const named = step.kind === 'modify' ? [step.target] : step.kind === 'revoke' ? step.targets : [];
    for (const { id } of named) expect(held.delete(id ?? '')).toBe(true);
    if (step.kind === 'modify') {
      expectModifiable(step.target.rule, step.to.rule);
      bring(step.target.id ?? '', step.to.rule);
    }
    if (step.kind === 'authorize') for (const { rule } of step.rules) bring(`born-${born++}`, rule);
  }
}

function expectModifiable(from: Rule, to: Rule): void {
  expect(to.direction).toBe(from.direction);
  expect(to.peer.kind).toBe(from.peer.kind);
  expect(to.nicType).toBe(from.nicType);
  expect(to.ports.kind === 'list').toBe(from.ports.kind === 'list');
  for (const field of ['sourcePorts', 'own', 'description'] as const) {
    if (from[field] !== null) expect(to[field]).not.toBeNull();
  }
  if (from.own !== null) expect(to.own?.kind).toBe(from.own.kind);
}
