import { systemClock, type Clock } from '../../clock.ts';
import { FolderWatch, WATCH_TIMINGS, type WatchTimings } from './folder-watch.ts';
import { readCommitFiles } from '../git/commit-files.ts';
import type { Environment } from '../git/git.ts';
import { readCommit, readGitState } from '../git/git-state.ts';
import { FOLDER_BOUNDS, listingFingerprint, listPolicyFiles, type Listing } from './listing.ts';
import {
  FOLDER_LIMITS,
  readListedFiles,
  readWhileStill,
  restlessFolder,
  type FolderLimits,
} from './policy-folder.ts';
import { contentHash, revisionText } from '../git/revision.ts';
import { shownFile, type LoadedPolicies, type Source } from '../source.ts';

export interface DirectorySourceOptions {
  /** The policy folder, or a single policy file, as it is to be shown in messages. */
  readonly path: string;
  /** Environment of this process, for finding git. */
  readonly environment: Environment;
  readonly limits?: FolderLimits;
  /** Whether to read the files of the commit as well where those of the work tree differ. */
  readonly readsCommit?: boolean;
  readonly clock?: Clock;
  readonly timings?: WatchTimings;
}

/** Policies from a folder, with git as the witness of their revision where there is one. */
export function createDirectorySource(options: DirectorySourceOptions): Source {
  const { path, environment, clock = systemClock, timings = WATCH_TIMINGS, limits = FOLDER_LIMITS } = options;
  const list = (): Promise<Listing> => listPolicyFiles(path, { ...FOLDER_BOUNDS, maxFiles: limits.files });
  let loaded: string | null = null;

  async function load(): Promise<LoadedPolicies> {
    const reading = await readWhileStill(
      list,
      async (listing) => {
        const git = await readGitState(listing, environment);
        const isWanted = options.readsCommit === true && git !== null && git.uncommitted.length > 0;
        return {
          policies: await readListedFiles(listing, limits),
          git,
          atCommit: isWanted ? await readCommitFiles(listing, git.commit, { limits, environment }) : null,
        };
      },
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
    return {
      ...policies,
      files: policies.files.map((file) => ({ ...file, inGit: git?.placeOf(file.path) ?? null })),
      content,
      revision,
      commit,
      dirty,
      uncommitted: (git?.uncommitted ?? []).map((name) => shownFile(path, policies.kinds, name)),
      atCommit: reading?.value.atCommit ?? null,
    };
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
