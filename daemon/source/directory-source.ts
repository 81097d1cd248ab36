import { systemClock, type Clock } from '../clock.ts';
import { FolderWatch, WATCH_TIMINGS, type WatchTimings } from './folder-watch.ts';
import { readGitState, type Environment } from './git-state.ts';
import { listingFingerprint, listPolicyFiles } from './listing.ts';
import { readListedFiles, readWhileStill, restlessFolder } from './policy-folder.ts';
import { contentHash, revisionText } from './revision.ts';
import type { LoadedPolicies, Source } from './source.ts';

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
    loaded = reading === null ? null : listingFingerprint(reading.listing);
    const policies = reading?.value.policies ?? restlessFolder(path);
    const git = reading?.value.git ?? null;
    const content = contentHash(policies.files);
    // The commit may hold what we could not read.
    const dirty = git !== null && (git.dirty || policies.unreadable.length > 0);
    const revision = revisionText(content, git && { commit: git.commit, dirty });
    return { ...policies, content, revision, commit: git?.commit ?? null, dirty };
  }

  return {
    load,
    watch: (onChange) => Promise.resolve(new FolderWatch({ path, clock, timings, known: loaded, onChange })),
  };
}
