// Dates that a signer chooses. The window of an SSH key is checked against them, so they may run neither backward, to
// when a key was still good, nor ahead.
import type { CommitObject } from './objects/commit-object.ts';

export const MAX_AHEAD_MINUTES = 15;

/** What is wrong with the date of a commit; goes on after `commit ID`. Null: nothing. */
export function dateFault(
  { committer, parents }: CommitObject,
  byId: ReadonlyMap<string, CommitObject>,
  nowMs: number,
): string | null {
  const { atSeconds } = committer;
  const cure = 'set the clock of who committed it, and commit again';
  if (isAhead(atSeconds, nowMs)) {
    return `is dated ${shownDate(atSeconds)}, more than ${MAX_AHEAD_MINUTES} minutes ahead of now: ${cure}`;
  }
  const older = parents.some((parent) => (byId.get(parent)?.committer.atSeconds ?? 0) > atSeconds);
  return older ? `is dated ${shownDate(atSeconds)}, before a parent of it: ${cure}` : null;
}

export const isAhead = (atSeconds: number, nowMs: number): boolean =>
  atSeconds * 1000 > nowMs + MAX_AHEAD_MINUTES * 60_000;

/** Git holds dates that no calendar has. */
export function shownDate(atSeconds: number): string {
  const date = new Date(atSeconds * 1000);
  return Number.isNaN(date.getTime()) ? `second ${atSeconds}` : date.toISOString();
}
