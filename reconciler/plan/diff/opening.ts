// Which accept rules let through more than other rules do already.
import { contains } from '../../exposure/ask/contains.ts';
import type { GroupContext } from '../../exposure/engine/context.ts';
import type { Rule } from '../../model/rule.ts';

/** The rules that are there anyway. */
export interface Beside {
  readonly rules: readonly Rule[];
  readonly context: GroupContext;
}

/** Questions about rules that open something. What is not asked any more counts as opening. */
const MAX_OPENING_QUESTIONS = 200;

/** Of these accepts those that, put beside the rules, let through what the rules alone do not. */
export function openingBeside<T>(
  accepts: readonly T[],
  ruleOf: (item: T) => Rule,
  beside: Beside,
): ReadonlySet<T> {
  const left = { questions: MAX_OPENING_QUESTIONS };
  // Beside the rules some accepts together open something exactly if one of them does.
  const openingOf = (some: readonly T[]): readonly T[] => {
    if (some.length === 0) return [];
    if (left.questions === 0) return some;
    left.questions -= 1;
    const { rules, context } = beside;
    if (contains(rules, [...rules, ...some.map(ruleOf)], context).kind === 'holds') return [];
    if (some.length === 1) return some;
    const half = Math.ceil(some.length / 2);
    return [...openingOf(some.slice(0, half)), ...openingOf(some.slice(half))];
  };
  return new Set(openingOf(accepts));
}
