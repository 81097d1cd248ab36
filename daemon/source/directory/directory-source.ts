import { systemClock, type Clock } from '../../clock.ts';
import { FolderWatch, WATCH_TIMINGS, type WatchTimings } from './folder-watch.ts';
import { readCommit, readGitState, type Environment } from '../git/git-state.ts';
import { listingFingerprint, listPolicyFiles, type Listing } from './listing.ts';
import { readListedFiles, readWhileStill, restlessFolder } from './policy-folder.ts';
import { contentHash, revisionText } from '../git/revision.ts';
import type { LoadedPolicies, Source } from '../source.ts';

export interface DirectorySourceOptions {
  /** The policy folder, or a single policy file, as it is to be shown in messages. */
  readonly path: string;
  /** Environment of this process, for finding git. */
  readonly environment: Environment;
  readonly clock?: Clock;
  readonly timings?: WatchTimings;
}

/** Policies from a folder, with git as the witness of their revision where there is one. */
export function createDirectorySource(options: DirectorySourceOptions): Source {
  const { path, environment, clock = systemClock, timings = WATCH_TIMINGS } = options;
  let loaded: string | null = null;

  async function load(): Promise<LoadedPolicies> {
    const reading = await readWhileStill(
      () => listPolicyFiles(path),
      async (listing) => ({
        policies: await readListedFiles(listing),
        git: await readGitState(listing, environment),
      }),
      clock,
    );
    const policies = reading?.value.policies ?? restlessFolder(path);
    const git = reading?.value.git ?? null;
    const commit = git?.commit ?? null;
    loaded = reading && fingerprint(reading.listing, commit);
    const content = contentHash(policies.files);
    // The commit may hold what we could not read.
    const dirty = git !== null && (git.dirty || policies.unreadable.length > 0);
    const revision = revisionText(content, git && { commit: git.commit, dirty });
    return { ...policies, content, revision, commit, dirty };
  }

  return {
    load,
    watch: (onChange) => {
      const look = async (listing: Listing): Promise<string> =>
        fingerprint(listing, await readCommit(listing.folder, environment));
      const options = { path, clock, timings, fingerprint: look, known: loaded, onChange };
      return Promise.resolve(new FolderWatch(options));
    },
  };
}

/** A commit of the very same files counts as a change: it is what the state in force is known by. */
const fingerprint = (listing: Listing, commit: string | null): string =>
  `${listingFingerprint(listing)} ${commit ?? ''}`;
