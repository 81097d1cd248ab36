// The closing part of plans for the groups that plans are recorded of: modes, ignore patterns, rules of others, directions
// that no policy manages, what the cloud refused before, lists, full groups, and an API without rule ids.
//
// 1. At every moment the group accepts at most what it accepted before, whatever the plan promises.
// 2. At the end, and where the plan is hitless at every moment, it accepts at least what it accepted before and would accept
//    as its policy says, with all that the policy leaves alone.
// 3. Looked at again it changes a second time at most, of which the same is true, and then no more.
import { expect, it } from 'vitest';
import { groupContext } from '../../reconciler/exposure/engine/context.ts';
import type { DescribedGroup, DescribedRule } from '../../reconciler/model/group.ts';
import { DIRECTIONS, type Rule } from '../../reconciler/model/rule.ts';
import { openingChanges } from '../../reconciler/plan/diff/closing.ts';
import { ownershipOf } from '../../reconciler/plan/diff/ownership.ts';
import { planGroup } from '../../reconciler/plan/plan-group.ts';
import type { PlanInput } from '../../reconciler/plan/plan-input.ts';
import type { GroupPlan, Step } from '../../reconciler/plan/plan.ts';
import { applySteps } from '../../reconciler/plan/proof/simulate.ts';
import { oracleDecide } from '../support/packet-oracle.ts';
import { PacketSource } from '../support/packets.ts';
import { fullCase, planCase, type PlanCase } from '../support/plan-cases.ts';
import { moments } from '../support/plan-witness.ts';
import { Random } from '../support/random.ts';
import { runs } from '../support/runs.ts';

/** Rounds of looks that change something. */
const MOST_ROUNDS = 2;
const PACKETS = 40;

const rulesOf = (items: ReadonlyArray<{ readonly rule: Rule }>): Rule[] => items.map(({ rule }) => rule);

/** The case with ids for its rules, so that a bystander can follow them; some belong to others. */
function inputOf({ policy, group, quarantined, options }: PlanCase, random: Random): PlanInput {
  const rules = group.rules.map((rule, at) => ({ ...rule, id: `sgr-${at}` }));
  const { listSizes = {}, legacyPriority = 'modify', ...settings } = options;
  const isDeclared = group.apiLevel === 'current' && random.chance(0.2);
  return {
    desired: { ...policy, mode: policy.mode === 'observe' ? 'enforce' : policy.mode, ...owned(isDeclared) },
    described: { ...group, serviceManaged: false, rules },
    settings,
    ownedRules: new Set(rules.filter(() => random.chance(0.6)).map(({ id }) => id)),
    learned: {
      quarantined: { desired: new Set(quarantined.desired), described: new Set(quarantined.described) },
      ...{ listSizes, legacyPriority },
    },
    nowMs: 0,
  };
}

const owned = (isDeclared: boolean) => (isDeclared ? { ownership: 'declared' as const } : {});

function closingPlan(input: PlanInput): GroupPlan {
  const opening = openingChanges(input);
  const before = input.learned?.quarantined;
  const quarantined = {
    desired: new Set([...(before?.desired ?? []), ...opening.desired]),
    described: new Set([...(before?.described ?? []), ...opening.described]),
  };
  return planGroup({ ...input, learned: { ...input.learned, quarantined } });
}

/** The rules that the group would have if all of its policy were carried out. */
function wholeOf({ desired, described, ownedRules }: PlanInput): Rule[] {
  const declared = rulesOf(DIRECTIONS.flatMap((direction) => desired.rules[direction] ?? []));
  if (desired.mode === 'additive') return [...rulesOf(described.rules), ...declared];
  const { ignored, foreign } = ownershipOf(desired, described, { owned: ownedRules });
  const unmanaged = described.rules.filter(({ rule }) => desired.rules[rule.direction] === null);
  return [...declared, ...rulesOf(ignored), ...rulesOf(foreign), ...rulesOf(unmanaged)];
}

/** The group after the calls; what they brought is ours. */
function after(input: PlanInput, steps: readonly Step[], round: number): PlanInput {
  const rules: DescribedRule[] = applySteps(input.described.rules, steps).map((rule, at) => ({
    ...rule,
    id: rule.id ?? `new-${round}-${at}`,
  }));
  const described: DescribedGroup = { ...input.described, rules };
  const brought = rules.flatMap(({ id }) => (id?.startsWith('new-') === true ? [id] : []));
  return { ...input, described, ownedRules: new Set([...(input.ownedRules ?? []), ...brought]) };
}

function expectClosing(number: number): void {
  const random = new Random(number);
  const isFull = random.chance(0.3);
  const input = inputOf(isFull ? fullCase(number % 500, random.below(2)) : planCase(number), random);
  const context = groupContext(input.described);
  const [before, whole] = [rulesOf(input.described.rules), wholeOf(input)];
  const source = new PacketSource([...before, ...whole], context, random);
  const packets = Array.from({ length: PACKETS }, () => source.next());
  const accepted = (rules: readonly Rule[]) =>
    packets.map((packet) => oracleDecide(rules, packet, context) === 'accept');
  const [old, wanted] = [accepted(before), accepted(whole)];
  const expectNothingElse = (rules: readonly Rule[], at: string, mayCut: boolean): void => {
    for (const [packet, isAccepted] of accepted(rules).entries()) {
      if (isAccepted) expect(old[packet], `case ${number}, ${at}: opened`).toBe(true);
      else if (!mayCut)
        expect(old[packet] === true && wanted[packet] === true, `case ${number}, ${at}: cut`).toBe(false);
    }
  };
  let now = input;
  for (let round = 0; ; round += 1) {
    const plan = closingPlan(now);
    if (plan.status !== 'pending') break;
    expect(round, `case ${number}: rounds`).toBeLessThan(MOST_ROUNDS);
    // A batch that is applied as a whole has no moments between its rules.
    const mayCut = !plan.hitless || input.settings.batchesAtomic;
    for (const { at, rules } of moments(now.described.rules, plan.steps, random))
      expectNothingElse(rules, at, mayCut);
    now = after(now, plan.steps, round);
    expectNothingElse(rulesOf(now.described.rules), `end of round ${round}`, false);
  }
}

it('the closing part of a plan opens nothing, cuts nothing that both sides accept, and comes to an end', () => {
  for (let number = 0; number < runs(300).numRuns; number += 1) expectClosing(number);
});
