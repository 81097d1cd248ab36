// Rules and refusals come as sets: in which order the cloud, the files or the memory name them says nothing. They are put
// into one order at the door of the planner, so that whatever takes the first of some takes the same one.
import { compareText } from '../model/problem.ts';
import { compareRules, DIRECTIONS } from '../model/rule.ts';
import { compareDescribed, compareDesired } from './diff/diff.ts';
import type { Learned, PlanInput } from './plan-input.ts';

/** The same input, with all that has no order of its own in a fixed one. */
export function inFixedOrder(input: PlanInput): PlanInput {
  const { desired, described, learned } = input;
  const rules = { ...desired.rules };
  for (const direction of DIRECTIONS) rules[direction] = rules[direction]?.toSorted(compareDesired) ?? null;
  return {
    ...input,
    desired: { ...desired, rules },
    described: { ...described, rules: described.rules.toSorted(compareDescribed) },
    ...(learned === undefined ? {} : { learned: learnedInOrder(learned) }),
  };
}

/** A key that is absent stays so. */
function learnedInOrder(learned: Partial<Learned>): Partial<Learned> {
  const { refused, unreadLists } = learned;
  return {
    ...learned,
    ...(refused === undefined ? {} : { refused: refused.toSorted((a, b) => compareRules(a.rule, b.rule)) }),
    ...(unreadLists === undefined ? {} : { unreadLists: unreadLists.toSorted(compareText) }),
  };
}
