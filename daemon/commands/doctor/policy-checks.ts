// The policies as the daemon would read them, and what git says of them.
import { counted } from '../../../reconciler/model/counted.ts';
import type { DesiredGroup } from '../../../reconciler/model/group.ts';
import { shellWord } from '../../cli/invocation.ts';
import type { Io } from '../../cli/io.ts';
import { withSource } from '../../compose/open-source.ts';
import { openKeeper, problemText, shownPath } from '../../compose/setup.ts';
import type { Config } from '../../config/config.ts';
import { broken, doubtful, fine, type DoctorCheck } from './check.ts';
import { checkoutChecks, remoteChecks } from './git-checks.ts';
import { ofProgram } from './own-command.ts';

export interface ReadOver {
  readonly checks: readonly DoctorCheck[];
  /** Null: there are none, or none that can be read. */
  readonly groups: readonly DesiredGroup[];
}

/** A remote is waited for as long as the cloud is. */
export async function policyChecks(config: Config, timeoutMs: number, io: Io): Promise<ReadOver> {
  const late = AbortSignal.timeout(timeoutMs);
  const patient = { ...io, stopSignal: AbortSignal.any([io.stopSignal, late]) };
  const { loaded, remote } = await withSource(config, patient, async (source) => ({
    loaded: await source.load(),
    remote: source.remote(),
  }));
  const { state, problems } = await openKeeper(config, io).take(loaded);
  const errors = problems.filter(({ severity }) => severity === 'error');
  const git =
    config.policies.git === null
      ? await checkoutChecks(config, loaded, io)
      : remoteChecks(config, { loaded, remote, isLate: late.aborted, timeoutMs }, io);
  const told = { groups: state.groups, files: loaded.files.length, revision: state.revision };
  return {
    checks: [errors.length > 0 ? faulty(errors, config, io) : readWell(told, config, io), ...git],
    groups: errors.length > 0 ? [] : state.groups,
  };
}

type ReadProblems = Awaited<ReturnType<ReturnType<typeof openKeeper>['take']>>['problems'];

function faulty(errors: ReadProblems, config: Config, io: Io): DoctorCheck {
  const [first] = errors;
  const validate = ofProgram('validate', config, io);
  if (first === undefined) throw new Error('policies without an error are not faulty');
  const others = errors.length === 1 ? '' : `, and ${errors.length - 1} more`;
  const hint = first.hint === '' ? `correct ${first.file}` : first.hint;
  return broken(
    'policies',
    `${problemText({ ...first, hint: '' })}${others}`,
    `${hint}; \`${validate}\` shows each error in its place`,
  );
}

interface ToldPolicies {
  readonly groups: readonly DesiredGroup[];
  readonly files: number;
  readonly revision: string;
}

function readWell({ groups, files, revision }: ToldPolicies, config: Config, io: Io): DoctorCheck {
  if (groups.length > 0) {
    const size = `${counted(groups.length, 'group')} in ${counted(files, 'file')}`;
    return fine('policies', `${size}, revision ${revision}`);
  }
  const folder = shellWord(shownPath(config.policies.path, io));
  const cure =
    config.policies.git === null
      ? `\`${ofProgram('import', config, io)} --all --out ${folder}\` writes them from the live groups`
      : 'commit policies to the folder and ref that `policies.git` names';
  return doubtful('policies', 'no policy names a group, so nothing is managed', cure);
}
