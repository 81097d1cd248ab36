// Fetches older commits until it is known whether the newest one descends from another. A remote need not hand them out.
import { isDeepStrictEqual } from 'node:util';
import { err, ok, type Result } from '../../../../reconciler/model/result.ts';
import type { GitPlace } from '../../git/tree.ts';
import { ancestryOf, shallowCommits, type AncestryQuestion } from '../ancestry.ts';

export const FIRST_DEEPENING = 32;

export interface ReachPorts {
  readonly place: GitPlace;
  /** Fetches so many commits more. The error is one line. */
  readonly deepen: (count: number) => Promise<Result<true, string>>;
}

/** Ok: it can be told, or as many commits are there as may be fetched. */
export async function reachBase(
  question: AncestryQuestion,
  { place, deepen }: ReachPorts,
): Promise<Result<true, string>> {
  const { maxDepth } = question;
  let depth = 1;
  for (let step = FIRST_DEEPENING; depth < maxDepth; step *= 2) {
    if ((await ancestryOf(question, place)) !== 'cut') return ok(true);
    const ends = await shallowCommits(place.cwd);
    const more = Math.min(step, maxDepth - depth);
    const fetched = await deepen(more);
    if (!fetched.ok) return fetched;
    if (isDeepStrictEqual(ends, await shallowCommits(place.cwd))) break;
    depth += more;
  }
  return (await ancestryOf(question, place)) === 'cut' ? err(noHistoryText(question)) : ok(true);
}

const noHistoryText = ({ tip, base }: AncestryQuestion): string =>
  `the remote hands out no more of the history of ${tip.slice(0, 12)}, so it cannot be told whether that descends from ${base.slice(0, 12)}, the commit in force: is it a shallow clone?`;
