// How git is run in a mirror, whoever runs it: where, with what, and until when.
import type { Result } from '../../../../reconciler/model/result.ts';
import type { GitSettings } from '../../../config/sections/git-schema.ts';
import { runGit, type GitFailure, type GitRun } from '../../git/git.ts';
import type { GitPlace } from '../../git/tree.ts';
import { MIRROR_BOUNDS, type MirrorBounds } from './bounds.ts';
import { mirrorFolder, type MirrorFolder } from './mirror-folder.ts';
import { mirrorVariables, type AccessPorts } from './remote-access.ts';

export interface MirrorOptions extends AccessPorts {
  readonly git: GitSettings;
  /** For this remote alone; made if need be. */
  readonly folder: string;
  /** Keeps other processes from fetching into the folder; the error is a sentence, for example that one does all the time. */
  readonly lock: () => Promise<Result<() => void, string>>;
  /** Ends what is under way. */
  readonly signal: AbortSignal;
  /** Absent: those that `docs/gitops.md` names. */
  readonly bounds?: MirrorBounds;
}

export class MirrorGit {
  readonly options: MirrorOptions;
  readonly folder: MirrorFolder;
  readonly bounds: MirrorBounds;
  /** Where git reads what was fetched. */
  readonly place: GitPlace;

  constructor(options: MirrorOptions) {
    const { git, folder, environment, bounds = MIRROR_BOUNDS } = options;
    this.options = options;
    this.folder = mirrorFolder(folder);
    this.bounds = bounds;
    this.place = { cwd: this.folder.repository, environment, variables: mirrorVariables(git, folder) };
  }

  run(args: readonly string[], run: Partial<GitRun> = {}): Promise<Result<Buffer, GitFailure>> {
    const { signal } = this.options;
    return runGit(args, { ...this.place, signal, ...run });
  }

  /** Trimmed; null if git fails. */
  async text(args: readonly string[]): Promise<string | null> {
    const done = await this.run(args);
    return done.ok ? done.value.toString('utf8').trim() : null;
  }
}
