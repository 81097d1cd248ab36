// Whether a commit descends from another, in a mirror that may not reach back that far.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { runGit } from '../git/git.ts';
import type { GitPlace } from '../git/tree.ts';

export type Ancestry =
  /** It does; where that was asked for, all commits between them are there. */
  | 'descends'
  /** It does not: all its ancestors are there. */
  | 'unrelated'
  /** The mirror ends before that can be told. */
  | 'cut'
  /** Likewise, and as many commits are there as may be fetched. */
  | 'too-deep';

export interface AncestryQuestion {
  readonly base: string;
  readonly tip: string;
  /** Whether every commit that the tip has and the base has not must be there. */
  readonly whole: boolean;
  readonly maxDepth: number;
}

const MAX_LIST_BYTES = 64 * 1024 * 1024;

export async function ancestryOf(
  { base, tip, whole, maxDepth }: AncestryQuestion,
  place: GitPlace,
): Promise<Ancestry> {
  const ends = await shallowCommits(place.cwd);
  const isAncestor = await runGit(['merge-base', '--is-ancestor', base, tip], place);
  if (isAncestor.ok) {
    if (!whole || ends.size === 0) return 'descends';
    const between = await commits([tip, `^${base}`], place);
    if (between !== null && !between.some((id) => ends.has(id))) return 'descends';
  }
  const all = await commits([tip], place);
  if (all === null) return 'cut';
  if (!isAncestor.ok && !all.some((id) => ends.has(id))) return 'unrelated';
  return all.length >= maxDepth ? 'too-deep' : 'cut';
}

async function commits(of: readonly string[], place: GitPlace): Promise<string[] | null> {
  const list = await runGit(['rev-list', ...of, '--'], { ...place, maxBytes: MAX_LIST_BYTES });
  return list.ok ? list.value.toString('latin1').trim().split('\n') : null;
}

/** Where the history that was fetched ends though that of the remote goes on. */
export async function shallowCommits(repository: string): Promise<ReadonlySet<string>> {
  try {
    const text = await readFile(path.join(repository, 'shallow'), 'latin1');
    return new Set(text.trim().split('\n'));
  } catch {
    return new Set();
  }
}
