// `rampart explain`: why nothing happens to a group, and how to go on.
import type { Command } from 'commander';
import { groupKey, type GroupRef } from '../../reconciler/model/group.ts';
import { isFailed } from '../../reconciler/report/results.ts';
import { line, UsageError, type ExitCode, type Io } from '../cli/io.ts';
import { pausesInForce, withKnownFacts } from '../compose/open-journal.ts';
import { openSession, planAll } from '../compose/session.ts';
import type { Attribution, KnownAttribution } from '../journal/attribution.ts';
import { addCommonFlags, addTimeoutFlag, readConfig, type CommonFlags } from '../compose/setup.ts';
import { READ_ONLY } from './embedded-emulator.ts';
import { fromDaemon, fromPlan, withPauses, type Explanation } from './explain/explanation.ts';
import { ownDaemon, type Known, type Status } from './status/ask-daemon.ts';

interface ExplainFlags extends CommonFlags {
  readonly group: string;
  readonly json?: true;
}

export function addExplainCommand(program: Command, io: Io, done: (code: ExitCode) => void): void {
  addTimeoutFlag(addCommonFlags(program.command('explain')))
    .description(
      'Say why nothing happens to a group, and how to go on: asks the running daemon; without one, plans. Exit code: 0 explained, 1 error.',
    )
    .requiredOption('--group <ID>', 'the group')
    .option('--json', 'print one JSON document')
    .action((flags: ExplainFlags) => runExplain(flags, io).then(done));
}

async function runExplain(flags: ExplainFlags, io: Io): Promise<ExitCode> {
  const known = await askedDaemon(flags, io);
  const status = known?.status ?? null;
  const pauses = known?.pauses ?? (await pausesInForce(readConfig(flags), io));
  const found =
    status === null
      ? await planned(flags, io)
      : status.groups.filter(({ id }) => id === flags.group).map((group) => fromDaemon(group, status));
  const explained = found.map((each) => withPauses(each, pauses));
  if (explained.length === 0) throw new UsageError(whyNone(flags.group, status));
  if (flags.json === true) line(io.stdout, JSON.stringify({ version: 1, groups: explained }, null, 2));
  else for (const each of explained) io.stdout.write(asText(each));
  return 0;
}

const whyNone = (group: string, status: Status | null): string =>
  status?.policies.revision === null
    ? 'no policies are in force yet; `rampart status` says why'
    : `no policy names a group ${group}`;

/** Null if no daemon of this config answers: that is said, since a plan knows less. */
async function askedDaemon(flags: ExplainFlags, io: Io): Promise<Known | null> {
  try {
    return await ownDaemon(flags, io);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    line(io.stderr, `told from a plan made now, and from the journal: ${error.message}`);
    return null;
  }
}

async function planned(flags: ExplainFlags, io: Io): Promise<readonly Explanation[]> {
  const config = readConfig(flags);
  return withKnownFacts(config, io, async (desk) => {
    const session = await openSession(config, flags, io, READ_ONLY);
    try {
      const known = desk ?? session.engine.journal;
      const results = await planAll(session, io, known);
      const drifts = await known.attributions({ id: flags.group });
      return results
        .filter((result) => isFailed(result) || result.id === flags.group)
        .map((result) => fromPlan(result, lastDrift(drifts, result)));
    } finally {
      await session.close();
    }
  });
}

const lastDrift = (known: readonly KnownAttribution[], group: GroupRef): Attribution | null =>
  known.find((each) => groupKey(each.group) === groupKey(group))?.told.at(-1) ?? null;

function asText({ lines, commands, ...group }: Explanation): string {
  return [
    `${groupKey(group)}: ${group.state}`,
    ...lines.map((text) => `  ${text}`),
    ...commands.map((command) => `  to go on: ${command}`),
    '',
  ].join('\n');
}
