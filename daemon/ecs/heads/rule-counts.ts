// Whether the number of rules that a head tells of a group is news, as a value. What the last look at the group saw is what
// it should be. Clouds may count in a way of their own (a rule with a list, say): a difference that stays though a look
// found nothing new is how this cloud counts, and no news from then on.

/** How many rules there are, and how many of them name a group. */
export interface RuleCounts {
  readonly rules: number;
  readonly naming: number;
}

export interface CountMemory {
  /** As the last look at the group saw them; null: none yet. */
  readonly seen: RuleCounts | null;
  /** What the cloud tells beyond what is seen, where that is no news. */
  readonly usual: RuleCounts;
  /** The same as of the last news, as long as no look has shown what it was about. */
  readonly doubted: RuleCounts | null;
}

const NO_DIFFERENCE: RuleCounts = { rules: 0, naming: 0 };

export const NOTHING_COUNTED: CountMemory = { seen: null, usual: NO_DIFFERENCE, doubted: null };

/** After a look at the group. Only where that finds nothing new may the news have been none. */
export function afterLook({ seen: before, usual, doubted }: CountMemory, seen: RuleCounts): CountMemory {
  const isAsBefore = before !== null && isSame(before, seen);
  return { seen, usual, doubted: isAsBefore ? doubted : null };
}

/** After a head that tells these. */
export function afterHead(
  memory: CountMemory,
  told: RuleCounts,
): { readonly memory: CountMemory; readonly isNews: boolean } {
  const { seen, usual, doubted } = memory;
  if (seen === null) return { memory, isNews: false };
  const difference = lessCounts(told, seen);
  if (isSame(difference, usual)) return { memory: { seen, usual, doubted: null }, isNews: false };
  if (doubted !== null && isSame(difference, doubted)) {
    return { memory: { seen, usual: difference, doubted: null }, isNews: false };
  }
  return { memory: { seen, usual, doubted: difference }, isNews: true };
}

const lessCounts = (a: RuleCounts, b: RuleCounts): RuleCounts => ({
  rules: a.rules - b.rules,
  naming: a.naming - b.naming,
});

const isSame = (a: RuleCounts, b: RuleCounts): boolean => a.rules === b.rules && a.naming === b.naming;
