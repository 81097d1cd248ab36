// `rampart pause` and `rampart resume`: a person stops writing, for a reason and a time, and lets it go on.
import type { Command } from 'commander';
import type { GroupRef } from '../../reconciler/model/group.ts';
import { quoted } from '../../reconciler/model/rule-text.ts';
import { systemClock } from '../clock.ts';
import type { Config } from '../config/config.ts';
import type { JournalDesk, Pause } from '../journal/journal.ts';
import { parseDuration } from '../cli/duration.ts';
import { parseReason } from '../cli/reason.ts';
import { flagOf, line, UsageError, type ExitCode, type Io } from '../cli/io.ts';
import { activeFreezes } from '../reconcile/safety/freezes.ts';
import { withDesk } from '../compose/open-journal.ts';
import { loadOnce } from '../compose/open-source.ts';
import { addCommonFlags, openKeeper, readConfig, type CommonFlags } from '../compose/setup.ts';

interface PauseFlags extends CommonFlags {
  readonly group?: string;
  readonly region?: string;
  readonly account: string;
  readonly reason: string;
  /** Milliseconds. */
  readonly for: number;
}

interface ResumeFlags extends CommonFlags {
  readonly group?: string;
  readonly freeze?: string;
  readonly reason?: string;
}

export function addPauseCommand(program: Command, io: Io, done: (code: ExitCode) => void): void {
  addCommonFlags(program.command('pause'))
    .description(
      'Stop writing to all groups, or to one, for a while. They are still read, and drift is reported. Exit code: 0 paused, 1 not.',
    )
    .option('--group <ID>', 'only this group (default: all groups)')
    .option('--region <R>', 'of the group, if neither the policies nor the history tell')
    .option('--account <NAME>', 'goes with --region', 'default')
    .requiredOption('--reason <TEXT>', 'why; it is shown wherever the pause is', flagOf(parseReason))
    .requiredOption('--for <DURATION>', 'how long: 90s, 15m, 2h, 7d', flagOf(parseDuration))
    .addHelpText(
      'after',
      '\nA running daemon obeys at once; a plan that is being carried out is finished first.',
    )
    .action((flags: PauseFlags) => runPause(flags, io).then(done));
}

export function addResumeCommand(program: Command, io: Io, done: (code: ExitCode) => void): void {
  addCommonFlags(program.command('resume'))
    .description(
      'End the pause of all groups, that of one, or a freeze that is in force. Exit code: 0 ended, 1 there was none.',
    )
    .option('--group <ID>', 'the pause of this group (default: that of all groups)')
    .option('--freeze <NAME>', 'this occurrence of the freeze, until it begins again; needs --reason')
    .option('--reason <TEXT>', 'why the freeze ends; it is kept in the journal', flagOf(parseReason))
    .addHelpText('after', '\nA running daemon goes on within seconds.')
    .action((flags: ResumeFlags) =>
      (flags.freeze === undefined ? runResume(flags, io) : endFreeze(flags.freeze, flags, io)).then(done),
    );
}

async function runPause(flags: PauseFlags, io: Io): Promise<ExitCode> {
  const config = readConfig(flags);
  await withDesk(config, async (desk) => {
    const pausedAtMs = systemClock.nowMs();
    const group =
      flags.group === undefined ? null : await findGroup(flags.group, flags, { config, desk, io });
    const pause = { group, reason: flags.reason, pausedAtMs, untilMs: pausedAtMs + flags.for };
    await desk.pause(pause);
    line(io.stdout, `paused: ${pauseText(pause)}`);
  });
  return 0;
}

/** Works with policies that are broken and a cloud that is down: that may be why someone wants to stop us. */
async function findGroup(
  id: string,
  { region, account }: PauseFlags,
  by: { readonly config: Config; readonly desk: JournalDesk; readonly io: Io },
): Promise<GroupRef> {
  const { config, desk, io } = by;
  const { state } = await openKeeper(config, io).take(await loadOnce(config, io));
  const declared = state.groups.find(({ selector }) => selector.kind === 'id' && selector.id === id);
  if (declared !== undefined) return { account: declared.account, region: declared.region, id };
  const [changed] = await desk.history({ group: { id }, sinceMs: null, limit: 1 });
  if (changed !== undefined) return changed.group;
  if (region === undefined) {
    throw new UsageError(`no good policy file names ${id} by its id, and it was never changed: add --region`);
  }
  if (!Object.hasOwn(config.accounts, account)) throw new UsageError(`the config has no account ${account}`);
  return { account, region, id };
}

async function runResume({ group: id, ...flags }: ResumeFlags, io: Io): Promise<ExitCode> {
  return withDesk<ExitCode>(readConfig(flags), async (desk) => {
    const pauses = await desk.pauses(systemClock.nowMs());
    const ended = pauses.filter(({ group }) => (id === undefined ? group === null : group?.id === id));
    for (const pause of ended) {
      await desk.resume(pause.group);
      line(io.stdout, `resumed: ${pausedText(pause)}, which was paused until ${endOfPause(pause)}`);
    }
    if (ended.length === 0)
      line(io.stderr, id === undefined ? 'there is no pause of all groups' : `${id} is not paused`);
    for (const pause of pauses.filter((each) => !ended.includes(each))) {
      line(io.stderr, `still paused: ${pauseText(pause)}`);
    }
    return ended.length === 0 ? 1 : 0;
  });
}

/** Where occurrences overlap all of them end: whoever asks for it wants to go on. */
async function endFreeze(name: string, { reason, ...flags }: ResumeFlags, io: Io): Promise<ExitCode> {
  if (reason === undefined) throw new UsageError('--freeze needs --reason');
  const config = readConfig(flags);
  const freeze = config.reconcile.freeze.find((each) => each.name === name);
  if (freeze === undefined) {
    const names = config.reconcile.freeze.map((each) => each.name).join(', ');
    throw new UsageError(`the config has no freeze ${name}${names === '' ? '' : `; it has ${names}`}`);
  }
  return withDesk<ExitCode>(config, async (desk) => {
    const nowMs = systemClock.nowMs();
    const next = async () => activeFreezes([freeze], await desk.endedFreezes(), nowMs)[0];
    const first = await next();
    if (first === undefined) line(io.stderr, `the freeze ${name} is not in force`);
    for (let active = first; active !== undefined; active = await next()) {
      const { untilMs } = active;
      await desk.endFreeze({ name, untilMs, reason }, nowMs);
      line(
        io.stdout,
        `ended: freeze ${name}, which would have lasted until ${new Date(untilMs).toISOString()}`,
      );
    }
    return first === undefined ? 1 : 0;
  });
}

export const pauseText = (pause: Pause): string =>
  `${pausedText(pause)} until ${endOfPause(pause)}, ${quoted(pause.reason)}`;

const pausedText = ({ group }: Pause): string =>
  group === null ? 'all groups' : `${group.account}/${group.region}/${group.id}`;

const endOfPause = ({ untilMs }: Pause): string => new Date(untilMs).toISOString();
