// Edits with many other priorities on the API of 2019, in each of the ways in which it may have to be done.
//
// 1. Each plan keeps what it promises, by the oracle: hitless, or the half that `fallback` names.
// 2. None calls itself a bug. One is blocked only for want of room, or where a rule would have to be away that
//    `fallback` does not allow to be away, and then it says so.
// 3. Where a new rule can only come after its twin went (`revokeFirst`), no rule is added beside such a twin, so a cloud
//    that leaves the priority out of a rule's identity takes every call.
// 4. The quota holds after every call, and the end is what the policy wants.
// 5. With room enough a twin is back with the very next call.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupContext } from '../../reconciler/exposure/engine/context.ts';
import type { DescribedGroup } from '../../reconciler/model/group.ts';
import { ruleIdentity, type Rule, type RuleAction } from '../../reconciler/model/rule.ts';
import type { GroupPlan, LegacyPriority, PlanOptions } from '../../reconciler/plan/plan.ts';
import { applySteps } from '../../reconciler/plan/proof/simulate.ts';
import { PacketSource } from '../support/packets.ts';
import { described, groupOf, OPTIONS, planFor, policyOf } from '../support/plan-inputs.ts';
import { breach, moments } from '../support/plan-witness.ts';
import { Random } from '../support/random.ts';
import {
  arbitraryEdit,
  NARROW_WORLD,
  POLICY_WORLD,
  type RuleSetPair,
  type World,
} from '../support/rule-sets.ts';
import { runs } from '../support/runs.ts';

/** Nearly all rules meet, so that it matters what is there while a rule is away. */
const CROWDED_WORLD: World = {
  ...NARROW_WORLD,
  protocols: ['tcp'],
  ports: ['all', '22', '1-99'],
  peers: ['0.0.0.0/0', '0.0.0.0/1'],
  priorities: [1, 2, 3, 50, 100],
};
/** With the number of edits to try: there the interesting ones are cheap, and rarer than one in a hundred. */
const WORLDS: ReadonlyArray<readonly [string, World, number]> = [
  ['wide', POLICY_WORLD, 120],
  ['crowded', CROWDED_WORLD, 400],
];
const PACKETS = 60;
const ROOMY = 1000;

interface Case {
  readonly edit: RuleSetPair;
  readonly options: PlanOptions;
  readonly random: Random;
}

/** The actions of the rules that change their priority, mostly so that `fallback` allows it. */
const CHOICES: ReadonlyArray<{
  readonly fallback: PlanOptions['fallback'];
  readonly twinsOf: readonly RuleAction[];
}> = [
  { fallback: 'neverOpen', twinsOf: ['accept'] },
  { fallback: 'neverOpen', twinsOf: ['accept'] },
  { fallback: 'neverCut', twinsOf: ['drop'] },
  { fallback: 'neverCut', twinsOf: ['drop'] },
  { fallback: 'neverOpen', twinsOf: ['accept', 'drop'] },
  { fallback: 'neverCut', twinsOf: ['accept', 'drop'] },
  { fallback: 'refuse', twinsOf: ['accept', 'drop'] },
];

function arbitraryCase(world: World, ways: readonly LegacyPriority[]): fc.Arbitrary<Case> {
  return fc
    .record({
      edit: arbitraryEdit(8, world),
      legacyPriority: fc.constantFrom(...ways),
      choice: fc.constantFrom(...CHOICES),
      free: fc.constantFrom(0, 1, ROOMY, ROOMY, ROOMY),
      seed: fc.integer(),
    })
    .map(({ edit, legacyPriority, choice: { fallback, twinsOf }, free, seed }) => {
      const random = new Random(seed);
      const renumbered = withTwins(edit, twinsOf, random);
      const ruleQuota = Math.max(renumbered.before.length, renumbered.after.length) + free;
      return {
        edit: renumbered,
        options: { ...OPTIONS, legacyPriority, fallback, ruleQuota, groupReferenceQuota: 100 },
        random,
      };
    })
    .filter(({ edit }) => actionsOfTwins(edit).size > 0);
}

/** Gives most rules of these actions another priority; no two rules of one side differ in that alone. */
function withTwins(
  { before, after }: RuleSetPair,
  twinsOf: readonly RuleAction[],
  random: Random,
): RuleSetPair {
  const renumber = (rule: Rule): Rule =>
    twinsOf.includes(rule.action) && random.chance(0.7)
      ? { ...rule, priority: random.pick([1, 2, 3, 50, 100]) }
      : rule;
  return { before: distinctByMore(before), after: distinctByMore(after.map(renumber)) };
}

const butForPriority = (rule: Rule): string => ruleIdentity({ ...rule, priority: 1 });

const distinctByMore = (rules: readonly Rule[]): Rule[] => [
  ...new Map(rules.map((rule) => [butForPriority(rule), rule])).values(),
];

/** The API of 2019 shows no ids; here they stand for the fields by which it names a rule. */
const groupBefore = ({ edit }: Case): DescribedGroup =>
  groupOf(described(edit.before), { apiLevel: 'legacy2019' });

const planOf = (test: Case): GroupPlan => planFor(policyOf(test.edit.after), groupBefore(test), test.options);

/** The actions of old rules that the policy wants with another priority. */
function actionsOfTwins({ before, after }: RuleSetPair): Set<RuleAction> {
  const wanted = new Map(after.map((rule) => [butForPriority(rule), rule.priority]));
  const changed = before.filter((rule) => {
    const priority = wanted.get(butForPriority(rule));
    return priority !== undefined && priority !== rule.priority;
  });
  return new Set(changed.map(({ action }) => action));
}

function mayBeAway({ edit, options }: Case): boolean {
  const actions = actionsOfTwins(edit);
  if (options.legacyPriority !== 'revokeFirst') return true;
  if (options.fallback === 'refuse') return false;
  return !actions.has(options.fallback === 'neverOpen' ? 'drop' : 'accept');
}

function expectKept(test: Case, plan: GroupPlan): void {
  const { edit, options, random } = test;
  const group = groupBefore(test);
  const context = groupContext(group);
  const source = new PacketSource([...edit.before, ...edit.after], context, random);
  const packets = Array.from({ length: PACKETS }, () => source.next());
  const allowed = plan.hitless ? null : options.fallback === 'neverOpen' ? 'cut' : 'opened';
  for (const { at, rules } of moments(group.rules, plan.steps, random)) {
    for (const packet of packets) {
      const found = breach({ ...edit, now: rules }, packet, context);
      if (found !== null) expect(found, at).toBe(allowed);
    }
  }
}

/** Call by call, as a cloud would that takes no rule beside one that differs in priority only. */
function expectTaken({ edit, options }: Case, plan: GroupPlan): void {
  let held = described(edit.before);
  for (const step of plan.steps) {
    held = applySteps(held, [step]);
    expect(held.length).toBeLessThanOrEqual(options.ruleQuota);
    if (options.legacyPriority !== 'revokeFirst') continue;
    expect(new Set(held.map(({ rule }) => butForPriority(rule))).size).toBe(held.length);
  }
  const identities = (rules: readonly Rule[]): string[] => rules.map(ruleIdentity).sort();
  expect(identities(held.map(({ rule }) => rule))).toEqual(identities(edit.after));
}

describe.each(WORLDS)('other priorities in a %s world', (_, world, inSuite) => {
  it('come about within the promise, or the plan says why not', () => {
    const tried = runs(inSuite);
    const counts = { hitless: 0, oneSided: 0, blocked: 0 };
    const ways = ['modify', 'replace', 'revokeFirst', 'revokeFirst', 'revokeFirst', 'revokeFirst'] as const;
    fc.assert(
      fc.property(arbitraryCase(world, ways), (test) => {
        const plan = planOf(test);
        const reasons = plan.blockedBy.map(({ message }) => message);
        expect(reasons.filter((reason) => reason.includes('a bug of Rampart'))).toEqual([]);
        expect(reasons.some((reason) => reason.includes('neither change a priority'))).toBe(!mayBeAway(test));
        if (plan.blockedBy.length > 0) {
          counts.blocked += 1;
          expect(plan.hitless).toBe(false);
          if (mayBeAway(test)) expect(plan.blockedBy).toMatchObject([{ kind: 'quota' }]);
          return;
        }
        counts[plan.hitless ? 'hitless' : 'oneSided'] += 1;
        expectKept(test, plan);
        expectTaken(test, plan);
      }),
      tried,
    );
    for (const count of Object.values(counts)) expect(count).toBeGreaterThan(0.1 * tried.numRuns);
  });

  it('leave each rule away for no longer than a call where there is room', () => {
    fc.assert(
      fc.property(arbitraryCase(world, ['revokeFirst']), (test) => {
        const { steps } = planOf({ ...test, options: { ...test.options, ruleQuota: ROOMY } });
        for (const [at, step] of steps.entries()) {
          if (step.kind !== 'revoke') continue;
          const going = step.targets.map(({ rule }) => butForPriority(rule));
          const next = steps[at + 1];
          const wanted = test.edit.after.map(butForPriority).filter((rule) => going.includes(rule));
          const coming = next?.kind === 'authorize' ? next.rules.map(({ rule }) => butForPriority(rule)) : [];
          expect(coming).toEqual(expect.arrayContaining(wanted));
        }
      }),
      runs(80),
    );
  });
});
