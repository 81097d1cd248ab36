import { isSameList } from '../../../reconciler/model/collections.ts';
import type { Problem } from '../../../reconciler/model/problem.ts';
import { systemClock, type Clock } from '../../clock.ts';
import { FolderWatch, WATCH_TIMINGS, type WatchTimings } from './folder-watch.ts';
import { readCommitFiles } from '../git/commit-files.ts';
import type { Environment } from '../git/git.ts';
import { readCommit, readGitState, type GitState } from '../git/git-state.ts';
import { FolderLooks } from './folder-looks.ts';
import { FOLDER_BOUNDS, isSameListing, listPolicyFiles, type Listing } from './listing.ts';
import { FileCache } from './file-cache.ts';
import { readBytes, readListedFiles, readWhileStill, restlessFolder } from './policy-folder.ts';
import { DEFAULT_POLICY_LIMITS, type PolicyLimits } from '../../config/sections/policies-schema.ts';
import { refusedCheckout } from '../git/refused-checkout.ts';
import { contentHash, revisionText } from '../git/revision.ts';
import { HeldFile } from '../held-file.ts';
import {
  OUTSIDE_GIT,
  shownFile,
  type LoadedPolicies,
  type PolicyFolder,
  type Source,
  type SourceFile,
} from '../source.ts';

export interface DirectorySourceOptions {
  /** The policy folder, or a single policy file, as it is to be shown in messages. */
  readonly path: string;
  /** Environment of this process, for finding git. */
  readonly environment: Environment;
  readonly limits?: PolicyLimits;
  /** Whether to read the files of the commit as well where those of the work tree differ. */
  readonly readsCommit?: boolean;
  readonly clock?: Clock;
  readonly timings?: WatchTimings;
  /** How the folder is listed. */
  readonly list?: typeof listPolicyFiles;
}

/** Policies from a folder, with git as the witness of their revision where there is one. */
export function createDirectorySource(options: DirectorySourceOptions): Source {
  const {
    path,
    environment,
    clock = systemClock,
    timings = WATCH_TIMINGS,
    limits = DEFAULT_POLICY_LIMITS,
    list = listPolicyFiles,
  } = options;
  const cache = new FileCache((listed) => readBytes(listed.realPath, limits.bytesPerFile));
  const bounds = { ...FOLDER_BOUNDS, maxFiles: limits.files };
  const looks = new FolderLooks((known) => list(path, bounds, known));
  let loaded: SeenFolder | null = null;

  async function read(listing: Listing): Promise<Reading> {
    const policies = await readListedFiles(listing, limits, cache);
    const git = await readGitState(listing, environment);
    const isWanted = options.readsCommit === true && git !== null && git.uncommitted.length > 0;
    const atCommit = isWanted ? await readCommitFiles(listing, git.commit, { limits, environment }) : null;
    const warnings = git === null ? await refusedCheckout(path, listing.folder, environment) : [];
    return { policies, git, atCommit, warnings };
  }

  async function load(): Promise<LoadedPolicies> {
    const reading = await readWhileStill(looks, read, clock);
    loaded = reading && (await seen(reading.listing, reading.value.git?.commit ?? null));
    const restless = { policies: restlessFolder(path), git: null, atCommit: null, warnings: [] };
    return loadedFrom(reading?.value ?? restless);
  }

  async function seen(listing: Listing, commit: string | null): Promise<SeenFolder> {
    return { listing, contents: await cache.contents(listing.files, limits.bytes), commit };
  }

  return {
    load,
    watch: (onChange) => {
      const see = async (listing: Listing): Promise<SeenFolder> =>
        seen(listing, await readCommit(listing.folder, environment));
      const options = { looks, clock, timings, see, isSame: isSameFolder, known: () => loaded, onChange };
      return Promise.resolve(new FolderWatch(options));
    },
    refresh: () => Promise.resolve(),
    remote: () => null,
  };
}

/** By one look, and by what is known of the files that it shows. */
interface SeenFolder {
  readonly listing: Listing;
  readonly contents: readonly string[];
  readonly commit: string | null;
}

/** A commit of the very same files counts as a change: it is what the state in force is known by. */
const isSameFolder = (a: SeenFolder, b: SeenFolder): boolean =>
  a.commit === b.commit && isSameListing(a.listing, b.listing) && isSameList(a.contents, b.contents);

/** What was found while nothing changed. */
interface Reading {
  readonly policies: PolicyFolder;
  readonly git: GitState | null;
  readonly atCommit: PolicyFolder | null;
  readonly warnings: readonly Problem[];
}

function loadedFrom({ policies, git, atCommit, warnings }: Reading): LoadedPolicies {
  const content = contentHash(policies.files);
  if (git === null) {
    const revision = revisionText(content, null);
    return { ...policies, ...OUTSIDE_GIT, content, revision, atCommit, warnings };
  }
  const { commit } = git;
  // The commit may hold what we could not read.
  const dirty = git.dirty || policies.unreadable.length > 0;
  return {
    ...policies,
    ...OUTSIDE_GIT,
    files: policies.files.map((file) => placedInGit(file, git)),
    content,
    revision: revisionText(content, { commit, dirty }),
    commit,
    dirty,
    uncommitted: git.uncommitted.map((name) => shownFile(policies.kinds, name)),
    atCommit,
  };
}

function placedInGit(file: SourceFile, { placeOf }: GitState): SourceFile {
  const { path, file: shown, stamp, held } = file;
  const place = { path, file: shown, stamp, inGit: placeOf(path) };
  return held === undefined ? { ...place, bytes: file.bytes } : new HeldFile(place, held);
}
