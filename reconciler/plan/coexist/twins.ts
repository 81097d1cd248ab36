// Rules that are equal but for priority, found among others.
import { groupBy } from '../../model/collections.ts';
import { identityWithoutPriority, type Rule } from '../../model/rule.ts';

/** Items of equal rules under one key, whatever their priorities; most of them alone. */
export const twinsByKey = <T extends { readonly rule: Rule }>(items: readonly T[]): Map<string, T[]> =>
  groupBy(items, twinKey);

/** Equal for twins. */
export const twinKey = ({ rule }: { readonly rule: Rule }): string => identityWithoutPriority(rule);
