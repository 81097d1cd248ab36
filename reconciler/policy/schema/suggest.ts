// "Did you mean": the word that fewest typing slips away from what was written.

/** Longer words are no slips of a known one, and comparing them costs the square of their length. */
const MAX_WORD_LENGTH = 64;

/** The hint `did you mean "…"?`, or an empty text if no candidate is near enough. */
export function didYouMean(written: string, candidates: Iterable<string>): string {
  const nearest = nearestWord(written, candidates);
  return nearest === null ? '' : `did you mean ${JSON.stringify(nearest)}?`;
}

/** A slip in every third letter is near enough, one at least. */
export function nearestWord(written: string, candidates: Iterable<string>): string | null {
  if (written.length > MAX_WORD_LENGTH) return null;
  const lower = written.toLowerCase();
  let best: string | null = null;
  let bestDistance = Math.max(1, Math.floor(written.length / 3)) + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - written.length) >= bestDistance) continue;
    const distance = editDistance(lower, candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** Fewest insertions, deletions, changes and swaps of neighbours that turn one text into the other. */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const change = a[row - 1] === b[column - 1] ? 0 : 1;
      let cost = Math.min(
        costAt(last, column) + 1,
        costAt(current, column - 1) + 1,
        costAt(last, column - 1) + change,
      );
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) cost = Math.min(cost, costAt(beforeLast, column - 2) + 1);
      current.push(cost);
    }
    [beforeLast, last] = [last, current];
  }
  return costAt(last, b.length);
}

const costAt = (row: readonly number[], column: number): number => row[column] ?? Number.POSITIVE_INFINITY;
