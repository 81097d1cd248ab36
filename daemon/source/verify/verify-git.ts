// How git is run to verify: on the objects of the mirror alone. No settings of the machine or of the user, no grafts,
// no replaced objects, no cached history, no network; and the keys are those that were copied for this one question.
import { endOfGit, type Environment, type GitEnd } from '../git/git.ts';

export interface VerifyGit {
  /** Standard output and error, and how it ended. */
  run(args: readonly string[], run?: VerifyRun): Promise<GitEnd>;
}

export interface VerifyRun {
  /** Absent: none. */
  readonly input?: string;
  readonly maxBytes?: number;
  /** Variables of this run alone. */
  readonly variables?: Readonly<Record<string, string>>;
}

/** A private folder for what git and gpg leave behind, and the settings that name the copied keys. */
export interface Workplace {
  readonly folder: string;
  readonly settings: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
}

const FIXED = [
  'core.commitGraph=false',
  'core.fsmonitor=false',
  'core.hooksPath=/dev/null',
  'protocol.allow=never',
  'advice.graftFileDeprecated=false',
  'gpg.program=gpg',
  'gpg.openpgp.program=gpg',
  'gpg.ssh.program=ssh-keygen',
  'gpg.ssh.defaultKeyCommand=',
  'gpg.x509.program=false',
  'gpg.minTrustLevel=undefined',
];

/** Neither settings of the machine or the user, nor anything that shows an object as another one. */
export const NOTHING_FROM_OUTSIDE = {
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_NO_LAZY_FETCH: '1',
  GIT_GRAFT_FILE: '/dev/null',
} as const;

/** Git on this bare repository, in this place. */
export function verifyGit(repository: string, environment: Environment, place: Workplace): VerifyGit {
  const settings = [...FIXED, ...place.settings].flatMap((setting) => ['-c', setting]);
  const variables = {
    HOME: place.folder,
    XDG_CONFIG_HOME: place.folder,
    // Where git puts a signature for gpg or ssh-keygen to read.
    TMPDIR: place.folder,
    GIT_DIR: repository,
    ...NOTHING_FROM_OUTSIDE,
    // The window of a key may be written without a zone; it means the same on every machine.
    TZ: 'UTC',
    ...place.variables,
  };
  return {
    run: (args, run = {}) =>
      endOfGit([...settings, ...args], {
        cwd: place.folder,
        environment,
        ...run,
        variables: { ...variables, ...run.variables },
      }),
  };
}
