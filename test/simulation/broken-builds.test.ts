// The tests of the tests: a build of the daemon with a mistake in it must violate an invariant within fifty seeds from
// `seed`, which was the first one to do so when it was last looked up.
import { describe, expect, it, vi } from 'vitest';
import type { ControlledGroup } from '../../daemon/schedule/groups/controlled-group.ts';
import type { GroupTally } from '../../daemon/schedule/groups/group-tally.ts';
import type { DescribedRule } from '../../reconciler/model/group.ts';
import { ruleIdentity } from '../../reconciler/model/rule.ts';
import type { diff } from '../../reconciler/plan/diff/diff.ts';
import type { Ownership } from '../../reconciler/plan/diff/ownership.ts';
import type { chooseOrder, ChosenOrder } from '../../reconciler/plan/fit/choose-order.ts';
import { callLimits, type CallLimits, type Changes } from '../../reconciler/plan/order/calls.ts';
import { oneSided } from '../../reconciler/plan/order/one-sided.ts';
import type { GroupPlan, GroupPolicy, Step } from '../../reconciler/plan/plan.ts';
import type { PlanInput } from '../../reconciler/plan/plan-input.ts';
import {
  countsNoRetries,
  heedsNoPause,
  intentAfterCall,
  takesOverAtOnce,
  tokensOfContent,
  tokensWithoutEpoch,
  wayToldOnce,
  writesAfterDeadline,
} from './broken-builds.ts';
import { whereGroupsAreFull, whereOwnersFallSilent, wherePeoplePause } from './draw/worlds.ts';
import type { Breakage, SimulationOptions } from './options.ts';
import type { Violation } from './report.ts';
import { simulate } from './simulation.ts';

// The planner is pure and has no port that could be wrapped: here its module is.
const planner = vi.hoisted(() => ({
  spoil: null as null | ((steps: readonly Step[]) => readonly Step[]),
  takesAllForAlone: false,
  fallsBack: false,
  overwritesIgnored: false,
  neverBrakes: false,
  countsWhatIsGone: false,
}));
vi.mock('../../reconciler/plan/plan-group.ts', async (importOriginal) => {
  const original = await importOriginal<{ planGroup: (input: PlanInput) => GroupPlan }>();
  const planGroup = (input: PlanInput): GroupPlan => {
    const desired = planner.takesAllForAlone ? { ...input.desired, alone: true } : input.desired;
    const { safety } = input;
    const unbraked =
      planner.neverBrakes && safety !== undefined ? { safety: { ...safety, brake: 'off' as const } } : {};
    const plan = original.planGroup({ ...input, desired, ...unbraked });
    return planner.spoil === null ? plan : { ...plan, steps: planner.spoil(plan.steps) };
  };
  return { ...original, planGroup };
});
vi.mock('../../reconciler/plan/fit/choose-order.ts', async (importOriginal) => {
  const original = await importOriginal<{ chooseOrder: ChooseOrder }>();
  const chooseOrder: ChooseOrder = (changes, policy, group, options) => {
    const found = original.chooseOrder(changes, policy, group, options);
    return planner.fallsBack && found.promised === 'hitless'
      ? inFourPhases(found, changes, callLimits(group, options))
      : found;
  };
  return { ...original, chooseOrder };
});
vi.mock('../../reconciler/plan/diff/diff.ts', async (importOriginal) => {
  const original = await importOriginal<{ diff: typeof diff }>();
  const spoiled: typeof diff = (policy, ownership) =>
    original.diff(policy, planner.overwritesIgnored ? owningIgnored(policy, ownership) : ownership);
  return { ...original, diff: spoiled };
});

vi.mock('../../daemon/schedule/groups/group-tally.ts', async (importOriginal) => {
  const original = await importOriginal<{ GroupTally: typeof GroupTally }>();
  class Keeping extends original.GroupTally {
    #gone = 0;
    override note(group: ControlledGroup, isKnown: boolean): void {
      super.note(group, isKnown);
      if (!isKnown) this.#gone += 1;
    }
    override get counts(): GroupTally['counts'] {
      const counts = super.counts;
      const converged = (counts.get('converged') ?? 0) + this.#gone;
      return planner.countsWhatIsGone ? new Map([...counts, ['converged', converged]]) : counts;
    }
  }
  return { ...original, GroupTally: Keeping };
});

type ChooseOrder = typeof chooseOrder;

function inFourPhases(found: ChosenOrder, changes: Changes, limits: CallLimits): ChosenOrder {
  const exceptions = [...found.exceptions, { kind: 'neverOpen', message: 'broken on purpose' } as const];
  return { ...found, steps: oneSided(changes, limits, 'neverOpen'), promised: 'neverOpen', exceptions };
}

/** An ignored rule that the policy has too counts as the policy's. */
function owningIgnored(policy: GroupPolicy, ownership: Ownership): Ownership {
  const wanted = new Set(
    [...(policy.rules.ingress ?? []), ...(policy.rules.egress ?? [])].map(({ rule }) => ruleIdentity(rule)),
  );
  const isWanted = ({ rule }: DescribedRule): boolean => wanted.has(ruleIdentity(rule));
  return {
    ...ownership,
    managed: [...ownership.managed, ...ownership.ignored.filter(isWanted)],
    ignored: ownership.ignored.filter((each) => !isWanted(each)),
  };
}

const unordered = (steps: readonly Step[]): Step[] => [...steps].reverse();

const unchecked = (steps: readonly Step[]): Step[] => steps.map((step) => ({ ...step, checkpoint: false }));

const MOST_SEEDS = 50;
const OWNERS_SEED = 6;

/** Of the first seed that shows one. */
async function firstViolation(
  from: number,
  breakage: () => Breakage,
  options: Pick<SimulationOptions, 'world' | 'brake' | 'replicas' | 'strikeChance'> = {},
): Promise<Violation | null> {
  for (let seed = from; seed < from + MOST_SEEDS; seed += 1) {
    const { violation } = await simulate(seed, { ...options, breakage: breakage() });
    if (violation !== null) return violation;
  }
  return null;
}

describe('a broken build is caught', () => {
  it.each([
    { mistake: 'the intent is written after the call', breakage: intentAfterCall, seed: 1, by: /^\(g\)/ },
    { mistake: 'tokens know nothing of restarts', breakage: tokensWithoutEpoch, seed: 1, by: /^\(b\)/ },
    {
      mistake: 'equal calls have equal tokens',
      breakage: tokensOfContent,
      seed: 6,
      by: /^\(a\)|^liveness|^\(b\)/,
    },
    {
      mistake: 'a call that is tried again is not counted',
      breakage: countsNoRetries,
      seed: 2,
      by: /^own account/,
    },
    {
      mistake: 'a change that is tried in another way is not told again',
      breakage: wayToldOnce,
      seed: 207,
      by: /^told plan/,
    },
  ])('in which $mistake', async ({ breakage, seed, by }) => {
    const caught = await firstViolation(seed, breakage);
    expect(caught?.invariant).toMatch(by);
  });

  // Rare in any world, so that another story of the seed may take many more.
  it.each([
    { mistake: 'a replica writes as long as it knows of no other owner', breakage: writesAfterDeadline },
    { mistake: 'who takes over does not wait for calls of the earlier owner', breakage: takesOverAtOnce },
  ])('in which $mistake', { timeout: 600_000 }, async ({ breakage }) => {
    const world = { world: whereOwnersFallSilent, strikeChance: 0.4, replicas: 3 };
    const caught = await firstViolation(OWNERS_SEED, breakage, world);
    expect(caught?.invariant).toBe('owner');
  });

  it.each([
    { mistake: 'one process heeds no pause', replicas: 1 },
    { mistake: 'three replicas heed no pause', replicas: 3 },
  ])('in which $mistake', async ({ replicas }) => {
    const caught = await firstViolation(1, heedsNoPause, { world: wherePeoplePause, replicas });
    expect(caught?.invariant).toBe('pauses');
  });

  it.each([
    { mistake: 'the steps of a plan go in the wrong order', spoil: unordered, seed: 4, by: /^\(a\)|^\(f\)/ },
    {
      mistake: 'no one looks whether new rules are there before old ones go',
      spoil: unchecked,
      seed: 1,
      by: /^\(f\)|^\(a\)/,
    },
  ])('in which $mistake', async ({ spoil, seed, by }) => {
    planner.spoil = spoil;
    try {
      const caught = await firstViolation(seed, () => ({}));
      expect(caught?.invariant).toMatch(by);
    } finally {
      planner.spoil = null;
    }
  });

  it.each([
    { mistake: 'every plan falls back, though there is room', flaw: 'fallsBack', seed: 1, by: /^hitless/ },
    { mistake: 'every group is taken for alone', flaw: 'takesAllForAlone', seed: 21, by: /^\(a\)/ },
    {
      mistake: "an ignored rule gets the policy's text",
      flaw: 'overwritesIgnored',
      seed: 17,
      by: /^bystanders/,
    },
    {
      mistake: 'groups that no policy names any more are counted',
      flaw: 'countsWhatIsGone',
      seed: 3,
      by: /^own account/,
    },
    { mistake: 'the brake lets every plan pass', flaw: 'neverBrakes', seed: 1, by: /^brake/ },
  ] as const)('in which $mistake', async ({ flaw, seed, by }) => {
    planner[flaw] = true;
    try {
      // A group that has room is never looked for an order that its own decisions alone would show.
      const world = flaw === 'takesAllForAlone' ? { world: whereGroupsAreFull } : {};
      const caught = await firstViolation(seed, () => ({}), { ...world, brake: flaw === 'neverBrakes' });
      expect(caught?.invariant).toMatch(by);
    } finally {
      planner[flaw] = false;
    }
  });
});
