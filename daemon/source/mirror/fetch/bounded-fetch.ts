// One fetch from the remote, which is ended when it takes too long or brings too much.
import { err, ok, type Result } from '../../../../reconciler/model/result.ts';
import type { GitFailure } from '../../git/git.ts';
import { complaintText } from './complaint.ts';
import { packBytes } from './mirror-folder.ts';
import type { MirrorGit } from './mirror-git.ts';

export interface Fetch {
  /** Into which it goes. */
  readonly repository: string;
  /** What of the remote goes where, as git writes it. */
  readonly refspec: string;
  /** A flag: how far back. */
  readonly depth: string;
  /** What it takes to talk to the remote. */
  readonly variables: Record<string, string>;
}

export async function boundedFetch(
  git: MirrorGit,
  { repository, refspec, depth, variables }: Fetch,
): Promise<Result<true, GitFailure>> {
  const { bounds, options } = git;
  const tooLarge = new AbortController();
  const measure = async () => {
    if ((await packBytes(repository)) > bounds.bytes) tooLarge.abort();
  };
  const timer = setInterval(() => void measure(), bounds.measureMs);
  const args = ['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', '--no-recurse-submodules', depth];
  try {
    const fetched = await git.run([...args, '--', options.git.url.url, refspec], {
      ...{ cwd: repository, variables },
      timeoutMs: bounds.fetchSeconds * 1000,
      signal: AbortSignal.any([tooLarge.signal, options.signal]),
    });
    if (tooLarge.signal.aborted) return err({ kind: 'too-much', code: null, complaint: '' });
    return fetched.ok ? ok(true) : fetched;
  } finally {
    clearInterval(timer);
  }
}

/** As one line. */
export const fetchFailure = (error: GitFailure, { bounds, options }: MirrorGit) =>
  err(complaintText(error, { git: options.git, seconds: bounds.fetchSeconds }));
