// `rampart journal copy`: from the file of one process to the database of several replicas.
import type { Command } from 'commander';
import { counted } from '../../../reconciler/model/counted.ts';
import { flagOf, line, UsageError, type ExitCode, type Io } from '../../cli/io.ts';
import { randomByte } from '../../compose/assemble.ts';
import { addCommonFlags, readConfig, type CommonFlags } from '../../compose/setup.ts';
import { isPostgresUrl, readPostgresUrl, type PostgresTarget } from '../../config/postgres-url.ts';
import { copyToDatabase } from '../../journal/copy/open-copy.ts';
import { err, ok, type Result } from '../../../reconciler/model/result.ts';

interface CopyFlags extends CommonFlags {
  readonly to: { readonly url: string; readonly target: PostgresTarget };
}

export function addCopyCommand(journal: Command, io: Io, done: (code: ExitCode) => void): void {
  addCommonFlags(journal.command('copy'))
    .description(
      'Copy the journal of this config, a file that no daemon works on, into an empty database. The file stays as it is. Exit code: 0 copied, 1 not.',
    )
    .requiredOption(
      '--to <URL>',
      'postgres://USER@HOST:PORT/DATABASE, without a password',
      flagOf(parseTarget),
    )
    .addHelpText(
      'after',
      [
        '\nThen write that URL as `journal.url` of the config, and start the daemon.',
        '\nExample:\n  rampart journal copy --to postgres://rampart@db.internal/rampart',
      ].join('\n'),
    )
    .action((flags: CopyFlags) => runCopy(flags, io).then(done));
}

function parseTarget(url: string): Result<CopyFlags['to'], string> {
  const target = readPostgresUrl(url);
  return target.ok ? ok({ url, target: target.value }) : err(target.error);
}

async function runCopy({ to, ...flags }: CopyFlags, io: Io): Promise<ExitCode> {
  const { journal } = readConfig(flags);
  if (isPostgresUrl(journal.url)) throw new UsageError('`journal.url` names a database already');
  const copied = await copyToDatabase(journal, to.target, randomByte);
  if (!copied.ok) throw new UsageError(`${copied.error.message}. ${copied.error.advice}`);
  const { history = 0, pauses = 0, approvals = 0 } = copied.value;
  const what = [counted(history, 'call'), counted(pauses, 'pause'), counted(approvals, 'approval')].join(
    ', ',
  );
  line(io.stdout, `copied: ${what}, and all that is known of groups; now write \`journal.url: ${to.url}\``);
  return 0;
}
