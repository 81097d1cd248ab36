// `rampart journal reshard`: another number of parts for each account and region, while no replica runs.
import type { Command } from 'commander';
import { flagOf, line, UsageError, type ExitCode, type Io } from '../../cli/io.ts';
import { addCommonFlags, readConfig, type CommonFlags } from '../../compose/setup.ts';
import { MOST_SHARDS } from '../../config/sections/journal-schema.ts';
import { databaseOf } from '../../journal/postgres/open.ts';
import { reshardDatabase } from '../../journal/postgres/reshard.ts';
import { err, ok, type Result } from '../../../reconciler/model/result.ts';

interface ReshardFlags extends CommonFlags {
  readonly shards: number;
}

export function addReshardCommand(journal: Command, io: Io, done: (code: ExitCode) => void): void {
  addCommonFlags(journal.command('reshard'))
    .description(
      'Divide each account and region into another number of shards. Every replica must be stopped. Exit code: 0 divided, 1 not.',
    )
    .requiredOption('--shards <N>', `1 to ${MOST_SHARDS}`, flagOf(parseShards))
    .addHelpText(
      'after',
      [
        '\nThen write that number as `journal.shards` of the config, and start the replicas.',
        '\nExample:\n  rampart journal reshard --shards 4',
      ].join('\n'),
    )
    .action((flags: ReshardFlags) => runReshard(flags, io).then(done));
}

function parseShards(text: string): Result<number, string> {
  const shards = Number(text);
  const isFit = /^[0-9]+$/.test(text) && shards >= 1 && shards <= MOST_SHARDS;
  return isFit ? ok(shards) : err(`"${text}" is not a number of shards: write 1 to ${MOST_SHARDS}`);
}

async function runReshard({ shards, ...flags }: ReshardFlags, io: Io): Promise<ExitCode> {
  const target = databaseOf(readConfig(flags).journal);
  if (target === null) {
    throw new UsageError('`journal.url` is a file, which has no shards: they divide what replicas share');
  }
  const resharded = await reshardDatabase(target, shards);
  if (!resharded.ok) throw new UsageError(`${resharded.error.message}. ${resharded.error.advice}`);
  const { before, after } = resharded.value;
  const what = before === after ? `there were ${after} already` : `${before} before, ${after} now`;
  line(io.stdout, `shards of each account and region: ${what}; now write \`journal.shards: ${after}\``);
  return 0;
}
