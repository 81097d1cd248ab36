// The rules with an end, of all groups: looked for in a group once, not in every rule at every turn.
import type { DesiredGroup, DesiredRule, DesiredState } from '../../../reconciler/model/group.ts';
import { DIRECTIONS } from '../../../reconciler/model/rule.ts';

type EndingRule = DesiredRule & { readonly expiresAtMs: number };

export interface RulesWithEnds {
  readonly revision: string;
  readonly rules: readonly EndingRule[];
}

export class Expiries {
  /** Of groups that have such rules, and those that have none. */
  readonly #known = new WeakMap<DesiredGroup, readonly EndingRule[]>();

  /** Every rule with an end, soonest first. */
  in({ revision, groups }: Pick<DesiredState, 'revision' | 'groups'>): RulesWithEnds {
    const ending: EndingRule[] = [];
    for (const group of groups) for (const rule of this.#of(group)) ending.push(rule);
    return { revision, rules: ending.sort((a, b) => a.expiresAtMs - b.expiresAtMs) };
  }

  #of(group: DesiredGroup): readonly EndingRule[] {
    const known = this.#known.get(group);
    if (known !== undefined) return known;
    const found: EndingRule[] = [];
    for (const direction of DIRECTIONS) {
      for (const rule of group.rules[direction] ?? []) if (hasEnd(rule)) found.push(rule);
    }
    const ending = found.length === 0 ? NO_ENDING : found;
    this.#known.set(group, ending);
    return ending;
  }
}

const hasEnd = (rule: DesiredRule): rule is EndingRule => rule.expiresAtMs !== null;

const NO_ENDING: readonly EndingRule[] = [];
