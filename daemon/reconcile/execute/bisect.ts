// One bad item must cost only itself: a batch that is refused is halved until the bad item is alone.

/** What to do after an attempt: with the halves of the part, with the next part, or with nothing more. */
export type BisectMove = 'halve' | 'goOn' | 'end';

export interface Bisection<Part, Result> {
  readonly attempt: (part: Part) => Promise<Result>;
  /** In order; null if the part cannot be halved. Then `halve` means `goOn`. */
  readonly halve: (part: Part) => readonly [Part, Part] | null;
  readonly moveAfter: (result: Result) => BisectMove;
}

/**
 * Attempts the whole, and where that asks for it its halves, one after the other and in order. `results` are those of
 * the parts that were not halved; `isCutShort`: there were parts left to attempt at the end.
 */
export async function bisect<Part, Result>(
  whole: Part,
  { attempt, halve, moveAfter }: Bisection<Part, Result>,
): Promise<{ readonly results: readonly Result[]; readonly isCutShort: boolean }> {
  const results: Result[] = [];
  let [part, ...ahead]: Part[] = [whole];
  while (part !== undefined) {
    const result = await attempt(part);
    const move = moveAfter(result);
    const halves = move === 'halve' ? halve(part) : null;
    if (halves !== null) ahead = [...halves, ...ahead];
    else results.push(result);
    if (move === 'end') return { results, isCutShort: ahead.length > 0 };
    [part, ...ahead] = ahead;
  }
  return { results, isCutShort: false };
}
