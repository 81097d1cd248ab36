// What git must be able to say: of a checkout, which commit it is of; of a remote, what it has.
import { counted } from '../../../reconciler/model/counted.ts';
import { invocationOf, shellWord } from '../../cli/invocation.ts';
import type { Io } from '../../cli/io.ts';
import { shownPath } from '../../compose/setup.ts';
import type { Config } from '../../config/config.ts';
import { heldBySource, heldText, overrideOf } from '../../schedule/held-revision.ts';
import { runGit } from '../../source/git/git.ts';
import { isRepositoryAround } from '../../source/git/repository-around.ts';
import type { LoadedPolicies, RemoteStatus } from '../../source/source.ts';
import { uncommittedProblems } from '../../source/whole/uncommitted.ts';
import { broken, doubtful, fine, type DoctorCheck } from './check.ts';

const INSTALL = 'install git, so that it is found on PATH (Debian: `apt-get install git`)';

/** Of policies in a folder. Without `policies.requireClean` git is only a witness, so what it lacks is a warning. */
export async function checkoutChecks(
  config: Config,
  loaded: LoadedPolicies,
  io: Io,
): Promise<readonly DoctorCheck[]> {
  const { requireClean } = config.policies;
  const worse = requireClean ? broken : doubtful;
  const folder = shownPath(config.policies.path, io);
  if (loaded.commit === null && (await isGitAbsent(io))) {
    const isAround = await isRepositoryAround(config.policies.path);
    if (requireClean || isAround) return [worse('git', 'there is no git on this machine', INSTALL)];
  }
  const unowned = loaded.warnings.filter(({ code }) => code === 'checkout-refused');
  if (unowned.length > 0) return unowned.map(({ message, hint }) => worse('git', message, hint));
  if (requireClean) {
    const [first, ...others] = uncommittedProblems(loaded);
    if (first !== undefined) return [uncommitted(first, others.length, loaded)];
  }
  if (loaded.commit === null)
    return [fine('git', `${folder} is of no commit: what lies there is known by its content`)];
  const state = loaded.dirty ? ', with changes that are not committed' : '';
  return [fine('git', `${folder} is of commit ${loaded.commit.slice(0, 12)}${state}`)];
}

const isGitAbsent = async ({ cwd, env }: Io): Promise<boolean> => {
  const asked = await runGit(['--version'], { cwd, environment: env });
  return !asked.ok && asked.error.kind === 'absent';
};

function uncommitted(
  first: { readonly message: string; readonly hint: string; readonly file: string },
  others: number,
  loaded: LoadedPolicies,
): DoctorCheck {
  if (loaded.commit === null) return broken('git', first.message, first.hint);
  const more = others === 0 ? '' : ` and ${counted(others, 'other file')}`;
  const files = loaded.uncommitted.map(shellWord).join(' ');
  return broken(
    'git',
    `${first.file}${more}: not as in commit ${loaded.commit.slice(0, 12)}, and policies.requireClean is set`,
    `\`git add ${files} && git commit\``,
  );
}

export interface AskedRemote {
  readonly loaded: LoadedPolicies;
  readonly remote: RemoteStatus | null;
  /** Whether it was not waited for any more. */
  readonly isLate: boolean;
  readonly timeoutMs: number;
}

/** Of policies that are fetched. */
export function remoteChecks(config: Config, asked: AskedRemote, io: Io): readonly DoctorCheck[] {
  const { loaded, remote, isLate, timeoutMs } = asked;
  if (remote === null) throw new Error('a git source has a remote');
  const { url, ref } = remote;
  const by = `correct \`policies.git.url\` or \`policies.git.auth\`, until \`git ls-remote ${shellWord(url)}\` answers`;
  if (isLate) {
    const seconds = timeoutMs / 1000;
    return [
      broken(
        'git',
        `${url} has not answered within ${seconds} s`,
        `wait longer with \`--timeout 120\`, or ${by}`,
      ),
    ];
  }
  if (remote.error !== null) return [broken('git', `${url}: ${remote.error}`, by)];
  if (loaded.held !== null && loaded.revision !== '') {
    const held = heldBySource(loaded.held, null, 0);
    const override = overrideOf(held, invocationOf(config.file, io));
    const cure = override === '' ? 'commit what may come into force' : `\`${override}\``;
    return [doubtful('git', heldText(held), cure)];
  }
  return [fine('git', `${url} ${ref} is at commit ${(loaded.commit ?? 'none').slice(0, 12)}`)];
}
