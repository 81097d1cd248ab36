// Edits of groups that hold rules of one identity several times over, as the cloud shows them where two differ in host
// bits, in an own side that says "everywhere", or in the text alone.
//
// 1. Every such group has a plan, in every mode and with little room, and none calls itself a bug.
// 2. It keeps what it promises, by the oracle, and the quota after every call.
// 3. The cloud takes every call: no rule is added, or changed in any way, beside another one of its identity.
// 4. The end: in enforce mode each wanted rule once; in additive mode all old rules and all wanted ones. A second plan
//    is empty and says the same of what it leaves alone.
// 5. Additive plans take no rule away.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupContext } from '../../reconciler/exposure/engine/context.ts';
import type { DescribedGroup, DescribedRule, Mode } from '../../reconciler/model/group.ts';
import { ruleIdentity, type Rule } from '../../reconciler/model/rule.ts';
import type { GroupPlan, GroupPolicy, PlanOptions } from '../../reconciler/plan/plan.ts';
import { applySteps } from '../../reconciler/plan/proof/simulate.ts';
import { PacketSource } from '../support/packets.ts';
import { described, groupOf, OPTIONS, planFor, policyOf } from '../support/plan-inputs.ts';
import { breach, moments } from '../support/plan-witness.ts';
import { Random } from '../support/random.ts';
import { arbitraryEdit, NARROW_WORLD, POLICY_WORLD, type World } from '../support/rule-sets.ts';
import { runs } from '../support/runs.ts';

interface Case {
  readonly policy: GroupPolicy;
  readonly group: DescribedGroup;
  readonly options: PlanOptions;
  readonly random: Random;
}

const WORLDS: ReadonlyArray<readonly [string, World]> = [
  ['wide', POLICY_WORLD],
  ['narrow', NARROW_WORLD],
];
const PACKETS = 30;
const ROOMY = 1000;

const withText = (rule: Rule, random: Random): Rule => ({
  ...rule,
  description: random.pick([null, 'one', 'two']),
});

/** Some rules twice or thrice, each with a text of its own. */
function duplicated(rules: readonly Rule[], random: Random): Rule[] {
  const copies = (): number => (random.chance(0.4) ? 1 + random.below(2) : 0);
  return rules.flatMap((rule) => Array.from({ length: 1 + copies() }, (): Rule => withText(rule, random)));
}

const arbitraryCase = (world: World, mode: Mode): fc.Arbitrary<Case> =>
  fc
    .record({
      edit: arbitraryEdit(8, world),
      free: fc.constantFrom(0, 0, 1, ROOMY),
      modify: fc.constantFrom<PlanOptions['modify']>('prefer', 'auto', 'never'),
      fallback: fc.constantFrom<PlanOptions['fallback']>('neverOpen', 'neverCut', 'refuse'),
      apiLevel: fc.constantFrom<DescribedGroup['apiLevel']>('current', 'current', 'legacy2019'),
      seed: fc.integer(),
    })
    .map(({ edit, free, modify, fallback, apiLevel, seed }) => {
      const random = new Random(seed);
      const wanted = edit.after.map((rule) => withText(rule, random));
      const rules = described(duplicated(edit.before, random));
      const ruleQuota = Math.max(rules.length, wanted.length) + free;
      return {
        policy: policyOf(wanted, { mode }),
        group: groupOf(random.shuffle(rules), { apiLevel }),
        options: { ...OPTIONS, modify, fallback, ruleQuota, groupReferenceQuota: 100 },
        random,
      };
    });

const planOf = ({ policy, group, options }: Case): GroupPlan => planFor(policy, group, options);

const wantedOf = ({ policy }: Case): Rule[] =>
  [...(policy.rules.ingress ?? []), ...(policy.rules.egress ?? [])].map(({ rule }) => rule);

const identities = (rules: ReadonlyArray<{ readonly rule: Rule }>): string[] =>
  rules.map(({ rule }) => ruleIdentity(rule)).sort();

/** Call by call, with books of its own: see 2 and 3. */
function expectTaken({ group, options }: Case, { steps }: GroupPlan): void {
  const held = new Map(group.rules.map(({ id, rule }) => [id, ruleIdentity(rule)]));
  const expectNew = (rule: Rule): void => expect([...held.values()]).not.toContain(ruleIdentity(rule));
  let born = 0;
  for (const step of steps) {
    switch (step.kind) {
      case 'authorize':
        for (const { rule } of step.rules) {
          expectNew(rule);
          held.set(`born-${born++}`, ruleIdentity(rule));
        }
        break;
      case 'modify':
        expect(held.delete(step.target.id)).toBe(true);
        expectNew(step.to.rule);
        held.set(step.target.id, ruleIdentity(step.to.rule));
        break;
      case 'revoke':
        for (const { id } of step.targets) expect(held.delete(id)).toBe(true);
    }
    expect(held.size).toBeLessThanOrEqual(options.ruleQuota);
  }
}

function expectKept({ group, random, options }: Case, plan: GroupPlan, end: readonly DescribedRule[]): void {
  const context = groupContext(group);
  const [before, after] = [group.rules, end].map((rules) => rules.map(({ rule }) => rule));
  if (before === undefined || after === undefined) throw new Error('no rules');
  const source = new PacketSource([...before, ...after], context, random);
  const packets = Array.from({ length: PACKETS }, () => source.next());
  const allowed = plan.hitless ? null : options.fallback === 'neverOpen' ? 'cut' : 'opened';
  for (const { at, rules } of moments(group.rules, plan.steps, random)) {
    for (const packet of packets) {
      const found = breach({ before, after, now: rules }, packet, context);
      if (found !== null) expect(found, at).toBe(allowed);
    }
  }
}

/** The rules after the plan, under ids as the cloud would give them. */
function endOf({ group }: Case, { steps }: GroupPlan): DescribedRule[] {
  return applySteps(group.rules, steps).map((item, at) => ({ ...item, id: item.id ?? `new-${at}` }));
}

function expectSettled(test: Case, plan: GroupPlan, end: readonly DescribedRule[]): void {
  const second = planOf({ ...test, group: { ...test.group, rules: end } });
  expect([second.status, second.steps]).toEqual(['converged', []]);
  const leftAlone = ({ exceptions }: GroupPlan): string[] =>
    exceptions.filter(({ kind }) => kind === 'cannot-modify').map(({ message }) => message);
  expect(leftAlone(second)).toEqual(leftAlone(plan));
}

/** Plans the case and holds 1 to 4 against the plan; null if it is blocked for want of room. */
function expectSound(test: Case): { plan: GroupPlan; end: readonly DescribedRule[] } | null {
  const plan = planOf(test);
  expect(plan.blockedBy.map(({ kind }) => kind)).not.toContain('unsafe');
  if (plan.status === 'blocked') return null;
  expectTaken(test, plan);
  const end = endOf(test, plan);
  expectKept(test, plan, end);
  expectSettled(test, plan, end);
  return { plan, end };
}

describe.each(WORLDS)('groups with duplicates in a %s world', (_, world) => {
  it('come down to one rule of each in enforce mode', () => {
    fc.assert(
      fc.property(arbitraryCase(world, 'enforce'), (test) => {
        const sound = expectSound(test);
        if (sound === null) return;
        expect(identities(sound.end)).toEqual(wantedOf(test).map(ruleIdentity).sort());
      }),
      runs(120),
    );
  });

  it('keep all their rules in additive mode', () => {
    let leftAlone = 0;
    const tried = runs(120);
    fc.assert(
      fc.property(arbitraryCase(world, 'additive'), (test) => {
        const sound = expectSound(test);
        if (sound === null) return;
        const { plan, end } = sound;
        if (plan.exceptions.length > 0) leftAlone += 1;
        expect(plan.steps.map(({ kind }) => kind)).not.toContain('revoke');
        expect(identities(end)).toEqual(expect.arrayContaining(wantedOf(test).map(ruleIdentity)));
        expect(end.length).toBeGreaterThanOrEqual(test.group.rules.length);
      }),
      tried,
    );
    expect(leftAlone).toBeGreaterThan(0.03 * tried.numRuns);
  });
});
