// Where desired state comes from, as the daemon sees it. A source only reads; what the files mean is the
// business of reconciler/policy, and which of them are in force that of desired.ts.
import path from 'node:path';
import type { CommitFacts, SourceHoldReason } from '../../reconciler/report/commit.ts';
import type { Problem } from '../../reconciler/model/problem.ts';
import type { HeldBytes } from './held-bytes.ts';

/** The bytes of one policy file, read in full while it stood still. */
export interface SourceFile {
  /** Path from the policy folder, with `/`: the same on every machine. */
  readonly path: string;
  /** Path as shown to people: the folder as it was given, then `path`. */
  readonly file: string;
  readonly bytes: Uint8Array;
  /** The same, where they are inflated each time that they are asked for. */
  readonly held?: HeldBytes;
  /** Changes whenever the file is written or replaced. */
  readonly stamp: string;
  /** Where git has these very bytes: in the commit, or staged for the next one; null: in neither, or there is no git. */
  readonly inGit: 'commit' | 'index' | null;
}

/** A file, or a folder with all that lies below it, that could not be read. */
export interface Unreadable {
  /** Path from the policy folder; empty for the whole folder. */
  readonly path: string;
  readonly problem: Problem;
}

/** What kind of thing stands where, so that a folder which gave way to a file is not taken for files that were removed. */
export interface PathKinds {
  /** Where the policies are, as it was given. */
  readonly root: string;
  /** Whether that is one policy file, and not a folder of them. */
  readonly rootIsFile: boolean;
  /** Paths of folders, without the policy folder itself. */
  readonly folders: ReadonlySet<string>;
  /** Paths of what is no folder and has not the name of a policy file. */
  readonly others: ReadonlySet<string>;
}

/** Everything that was found. What stands in neither list is not there. */
export interface PolicyFolder {
  /** In order of path. */
  readonly files: readonly SourceFile[];
  /** In order of path. */
  readonly unreadable: readonly Unreadable[];
  readonly kinds: PathKinds;
}

/** A path that cannot be read, as a problem in its place; `file` is the path as shown. */
export function unreadable(
  path: string,
  { hint = '', ...what }: Pick<Problem, 'file' | 'code' | 'message'> & Partial<Problem>,
): Unreadable {
  return { path, problem: { severity: 'error', line: 1, column: 1, hint, ...what } };
}

/** Path as shown to people of a file of the policy folder; that of a policy file which is the whole is its own. */
export const shownFile = ({ root, rootIsFile }: PathKinds, relative: string): string =>
  rootIsFile || relative === '' ? root : path.join(root, relative);

/** Of a root of which nothing else is known. */
export const noKinds = (root: string): PathKinds => ({
  root,
  rootIsFile: false,
  folders: new Set(),
  others: new Set(),
});

/** A commit that the remote names and that is not taken, while the one before stays in force. */
export interface SourceHold {
  /** Id of its policy tree, which an approval names. */
  readonly hash: string;
  /** Full id of the commit. */
  readonly revision: string;
  readonly reason: SourceHoldReason;
  /** One sentence: which commit, and why. */
  readonly message: string;
}

/** What a commit approves by its message, and who signed it. */
export interface CommitApproval {
  /** Of the policies, as an approval names them. */
  readonly hash: string;
  /** Full id of the commit that says so. */
  readonly commit: string;
  readonly by: string;
}

/** How the remote of a git source answered last. */
export interface RemoteStatus {
  /** Without secrets. */
  readonly url: string;
  readonly ref: string;
  /** Id of the commit that it named last; null: none yet. */
  readonly tip: string | null;
  /** When it last answered, Unix milliseconds; null: not yet. */
  readonly answeredAtMs: number | null;
  /** Why it did not answer the last time; null: it did. */
  readonly error: string | null;
}

export interface LoadedPolicies extends PolicyFolder {
  /** `sha256:…` over names and bytes of the files, or `tree:…` of the commit: equal contents are equal texts. */
  readonly content: string;
  /** Commit id; `<commit>-dirty-<hash>` if the files are not as committed; outside of git the short content hash. */
  readonly revision: string;
  /** Null outside of a git work tree. */
  readonly commit: string | null;
  /** Whether the files differ from `commit`; false outside of a git work tree. */
  readonly dirty: boolean;
  /** Policy files that are not as in `commit`, as shown, removed and untracked ones among them; in order. */
  readonly uncommitted: readonly string[];
  /** The files as in `commit`; null where they were not asked for. */
  readonly atCommit: PolicyFolder | null;
  /** What is known of `commit`; null: it was not asked for. */
  readonly facts: CommitFacts | null;
  /** A newer commit that these policies are not of; null: there is none, or it is taken. */
  readonly held: SourceHold | null;
  /** That `commit` carries; null: it carries none that counts, or is in force already. */
  readonly approval: CommitApproval | null;
  /** What does not keep the policies from being taken, and that a person should know. */
  readonly warnings: readonly Problem[];
}

/** Of policies that git knows nothing of. */
export const OUTSIDE_GIT = {
  commit: null,
  dirty: false,
  uncommitted: [],
  atCommit: null,
  facts: null,
  held: null,
  approval: null,
  warnings: [],
} satisfies Partial<LoadedPolicies>;

/** A running watch. */
export interface Watcher {
  /** Resolves when nothing more will be reported. May be called again. */
  close(): Promise<void>;
}

export interface Source {
  /** Reads everything again. What cannot be read is part of the answer; a rejected promise is a bug. */
  load(): Promise<LoadedPolicies>;
  /**
   * Calls `onChange` after the policies changed since the last load or the last call, possibly late and
   * possibly once for many changes; never says what changed. `onFailure` hears of a bug or a broken journal, once.
   */
  watch(onChange: () => void, onFailure?: (error: unknown) => void): Promise<Watcher>;
  /** Asks the remote now, and not only at the next poll; resolves when it has answered. Nothing to do for a folder. */
  refresh(): Promise<void>;
  /** Null: there is no remote. */
  remote(): RemoteStatus | null;
}
