// `rampart rollback`: a person puts an earlier revision in force, until the source moves on.
import type { Command } from 'commander';
import type { CommitFacts } from '../../../reconciler/report/commit.ts';
import { commitLine } from '../../../reconciler/report/commit.ts';
import { quoted } from '../../../reconciler/model/rule-text.ts';
import type { GroupResult } from '../../../reconciler/report/results.ts';
import { PLAIN_TEXT, renderText } from '../../../reconciler/report/text.ts';
import { askYes, canAsk } from '../../cli/ask.ts';
import { flagOf, line, UsageError, type ExitCode, type Io } from '../../cli/io.ts';
import { parseReason } from '../../cli/reason.ts';
import { whoami } from '../../cli/who.ts';
import { systemClock } from '../../clock.ts';
import { withDesk } from '../../compose/open-journal.ts';
import type { Loaded } from '../../compose/open-source.ts';
import { saysOfRevision } from '../../compose/revision-brake.ts';
import { isToldOfPlace, judgedRevision, openSession, planAll } from '../../compose/session.ts';
import { addCommonFlags, readConfig, type CommonFlags } from '../../compose/setup.ts';
import type { Config } from '../../config/config.ts';
import type { JournalDesk } from '../../journal/journal.ts';
import { READ_ONLY } from '../embedded-emulator.ts';

interface RollbackFlags extends CommonFlags {
  readonly to?: string;
  readonly reason?: string;
  readonly end?: true;
  readonly yes?: true;
}

const WHOLE_ID = /^([0-9a-f]{40}|[0-9a-f]{64})$/;
const MAX_LISTED = 10;

export function addRollbackCommand(program: Command, io: Io, done: (code: ExitCode) => void): void {
  addCommonFlags(program.command('rollback'))
    .description(
      'Put an earlier commit of a git source in force, until its remote names another one. Exit code: 0 done, 1 not.',
    )
    .option(
      '--to <REVISION>',
      'that commit; where it was in force before, the beginning of its id or its tag will do',
    )
    .option('--reason <TEXT>', 'why; it is shown wherever the rollback is', flagOf(parseReason))
    .option('--yes', 'do not ask; lifts no block')
    .option('--end', 'end the rollback: what the remote names is taken again')
    .addHelpText(
      'after',
      '\nThe plan is shown first. What the brake holds stays held: approve it as any other plan. A running daemon acts ' +
        'within two seconds.',
    )
    .action((flags: RollbackFlags) => runRollback(flags, io).then(done));
}

function runRollback(flags: RollbackFlags, io: Io): Promise<ExitCode> {
  const config = readConfig(flags);
  if (config.policies.git === null) {
    throw new UsageError('a rollback needs `policies.source: git`; of a folder, put the files back');
  }
  const { to, reason } = flags;
  if (flags.end === true) {
    if (to !== undefined) throw new UsageError('give either --to or --end');
    return withDesk(config, (desk) => endRollback(desk, io));
  }
  if (to === undefined || reason === undefined) {
    throw new UsageError('write --to REVISION --reason TEXT, or --end');
  }
  return withDesk(config, (desk) => rollBack(desk, { config, flags, to, reason }, io));
}

async function endRollback(desk: JournalDesk, io: Io): Promise<ExitCode> {
  const { rollback } = await desk.estateFacts();
  if (rollback === null) {
    line(io.stderr, 'there is no rollback to end');
    return 1;
  }
  await desk.rollBack(null);
  line(io.stdout, `ended: the rollback to ${rollback.to} (${quoted(rollback.reason)})`);
  return 0;
}

interface Wish {
  readonly config: Config;
  readonly flags: RollbackFlags;
  readonly to: string;
  readonly reason: string;
}

async function rollBack(desk: JournalDesk, { config, flags, to, reason }: Wish, io: Io): Promise<ExitCode> {
  requireAnswer(flags, io);
  const id = commitIdOf(to, (await desk.estateFacts()).commits);
  const session = await openSession(config, { ...flags, at: id }, io, READ_ONLY);
  try {
    const { facts, remote } = session.loaded;
    const from = remote?.tip ?? null;
    if (facts?.id !== id || from === null) throw new UsageError(whyNotPut(id, session.loaded));
    if (from === id) throw new UsageError(`${id} is what the remote names now; \`--end\` ends a rollback`);
    const plans = await planAll(session, io, desk);
    const isTold = (result: GroupResult): boolean => isToldOfPlace(session, result);
    io.stdout.write(renderText(session.revision, plans, facts, { ...PLAIN_TEXT, isTold }));
    await saysOfRevision(judgedRevision(session), desk, io);
    await askAboutRollback(flags, io);
    await desk.rollBack({ to: id, from, by: whoami(), reason, atMs: systemClock.nowMs() });
    line(io.stdout, `rolled back: ${id} ${commitLine(facts)}`);
    return 0;
  } finally {
    await session.close();
  }
}

/** Throws where no flag says yes and there is no terminal to ask at. */
function requireAnswer({ yes }: RollbackFlags, io: Io): void {
  if (yes !== true && !canAsk(io)) throw new UsageError('there is no terminal to ask at: add --yes');
}

/** What keeps the commit from being put in force: verification, or a remote that does not hand it out. */
function whyNotPut(id: string, { held, remote }: Loaded): string {
  const nothing = 'nothing was written';
  if (held?.revision === id) return `commit ${id} is not put in force, ${nothing}: ${held.message}`;
  return `commit ${id} cannot be read, ${nothing}: ${remote?.error ?? 'the mirror does not have it'}`;
}

/** Throws unless a person or a flag says yes. */
async function askAboutRollback({ yes }: RollbackFlags, io: Io): Promise<void> {
  if (yes === true) return;
  if (!(await askYes(io, 'Put this revision in force?'))) {
    throw new UsageError('not confirmed: nothing was written');
  }
}

/** One that was in force, by the beginning of its id or by its tag; or any other by its whole id. */
function commitIdOf(text: string, known: readonly CommitFacts[]): string {
  const beginning = text.toLowerCase();
  const found = known.filter(({ id, tag }) => id.startsWith(beginning) || isNamed(tag, text));
  const [only] = found;
  if (only !== undefined && found.length === 1) return only.id;
  if (WHOLE_ID.test(beginning)) return beginning;
  const listed = known
    .slice(-MAX_LISTED)
    .reverse()
    .map((commit) => `  ${commit.id} ${commitLine(commit)}`);
  const what = found.length > 1 ? 'several commits that were' : 'no commit that was';
  const head = `${text} is the tag, or the beginning of the id, of ${what} in force; these were, the newest first:`;
  throw new UsageError([head, ...listed].join('\n'));
}

const isNamed = (tag: string | null, text: string): boolean => tag === text || tag === `refs/tags/${text}`;
