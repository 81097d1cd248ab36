// What an entry of the policies says of each group that it means, as the same object as long as it says the same: who
// holds an older one tells by `===` whether anything is new.
import type { DesiredGroup, Mode } from '../../../reconciler/model/group.ts';
import { DIRECTIONS } from '../../../reconciler/model/rule.ts';
import { groupPolicy } from '../../../reconciler/plan/group-policy.ts';
import type { GroupPolicy } from '../../../reconciler/plan/plan.ts';

/** A group that the policies mean: what they want of it, and the entry that says so. */
export interface MeantGroup {
  readonly group: GroupPolicy;
  readonly by: DesiredGroup;
}

/** And the time during which that is right: no rule ends within it. Unix milliseconds. */
interface Dated extends MeantGroup {
  readonly fromMs: number;
  readonly untilMs: number;
}

export class GroupPolicies {
  readonly #mode: Mode;
  /** By entry and group id. An entry that no policy holds any more takes them with it. */
  readonly #known = new WeakMap<DesiredGroup, Map<string, Dated>>();

  /** @param mode of groups whose policy names none */
  constructor(mode: Mode) {
    this.#mode = mode;
  }

  of(by: DesiredGroup, id: string, nowMs: number): MeantGroup {
    const known = this.#known.get(by) ?? new Map<string, Dated>();
    const before = known.get(id);
    if (before !== undefined && before.fromMs <= nowMs && nowMs < before.untilMs) return before;
    const ends = endTimesOf(by);
    const dated = {
      group: groupPolicy(by, id, { mode: this.#mode, nowMs }),
      by,
      fromMs: ends.reduce((last, end) => (end <= nowMs ? Math.max(last, end) : last), -Infinity),
      untilMs: ends.reduce((next, end) => (end > nowMs ? Math.min(next, end) : next), Infinity),
    };
    known.set(id, dated);
    this.#known.set(by, known);
    return dated;
  }
}

function endTimesOf({ rules }: DesiredGroup): number[] {
  const ends: number[] = [];
  for (const direction of DIRECTIONS) {
    for (const { expiresAtMs } of rules[direction] ?? []) if (expiresAtMs !== null) ends.push(expiresAtMs);
  }
  return ends;
}
