// The tests of the tests: a build of the daemon with a mistake in it must violate an invariant within fifty seeds from
// `seed`, which was the first one to do so when it was last looked up.
import { describe, expect, it, vi } from 'vitest';
import type { GroupPlan, Step } from '../../reconciler/plan/plan.ts';
import { intentAfterCall, tokensOfContent, tokensWithoutEpoch } from './broken-builds.ts';
import { simulate, type Breakage, type Violation } from './simulation.ts';

// The planner is pure and has no port that could be wrapped: here its module is.
const planner = vi.hoisted(() => ({ spoil: null as null | ((steps: readonly Step[]) => readonly Step[]) }));
vi.mock('../../reconciler/plan/plan-group.ts', async (importOriginal) => {
  const original = await importOriginal<{ planGroup: (...inputs: unknown[]) => GroupPlan }>();
  const planGroup = (...inputs: unknown[]): GroupPlan => {
    const plan = original.planGroup(...inputs);
    return planner.spoil === null ? plan : { ...plan, steps: planner.spoil(plan.steps) };
  };
  return { ...original, planGroup };
});

const picture = vi.hoisted(() => ({ isAwaited: true }));
vi.mock('../../daemon/reconcile/recent-writes.ts', async (importOriginal) => {
  const original = await importOriginal<{ showsRecentWrites: (...inputs: unknown[]) => Promise<boolean> }>();
  const showsRecentWrites = (...inputs: unknown[]) =>
    picture.isAwaited ? original.showsRecentWrites(...inputs) : Promise.resolve(true);
  return { ...original, showsRecentWrites };
});

const unordered = (steps: readonly Step[]): Step[] => [...steps].reverse();

const unchecked = (steps: readonly Step[]): Step[] => steps.map((step) => ({ ...step, checkpoint: false }));

const MOST_SEEDS = 50;

/** Of the first seed that shows one. */
async function firstViolation(from: number, breakage: () => Breakage): Promise<Violation | null> {
  for (let seed = from; seed < from + MOST_SEEDS; seed += 1) {
    const { violation } = await simulate(seed, { breakage: breakage() });
    if (violation !== null) return violation;
  }
  return null;
}

describe('a broken build is caught', () => {
  it.each([
    { mistake: 'the intent is written after the call', breakage: intentAfterCall, seed: 1, by: /^\(g\)/ },
    { mistake: 'tokens know nothing of restarts', breakage: tokensWithoutEpoch, seed: 2, by: /^\(b\)/ },
    { mistake: 'equal calls have equal tokens', breakage: tokensOfContent, seed: 17, by: /^liveness|^\(b\)/ },
  ])('in which $mistake', async ({ breakage, seed, by }) => {
    const caught = await firstViolation(seed, breakage);
    expect(caught?.invariant).toMatch(by);
  });

  it.each([
    { mistake: 'the steps of a plan go in the wrong order', spoil: unordered, seed: 3, by: /^\(a\)|^\(f\)/ },
    {
      mistake: 'nobody looks whether new rules are there before old ones go',
      spoil: unchecked,
      seed: 3,
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

  // Rare: one in some four thousand seeds shows it.
  it('in which a plan is made from a picture without what was done lately', async () => {
    picture.isAwaited = false;
    try {
      const { violation } = await simulate(101_752);
      expect(violation?.invariant).toMatch(/^\(a\)/);
    } finally {
      picture.isAwaited = true;
    }
  });
});
