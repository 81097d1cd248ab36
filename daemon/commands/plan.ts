// `rampart plan`: what would be done, and what it would open and close. Writes nothing anywhere.
import { type Command, Option } from 'commander';
import { Tally } from '../../reconciler/report/tally.ts';
import type { Config } from '../config/config.ts';
import type { JournalDesk } from '../journal/journal.ts';
import { invocationOf } from '../cli/invocation.ts';
import type { ExitCode, Io } from '../cli/io.ts';
import { lookOf } from '../cli/look.ts';
import { noteUncommitted } from '../compose/committed.ts';
import { withKnownFacts } from '../compose/open-journal.ts';
import { saysOfRevision } from '../compose/revision-brake.ts';
import {
  givenUpLines,
  isToldOfPlace,
  judgedRevision,
  openSession,
  planOneByOne,
} from '../compose/session.ts';
import { addCommonFlags, addTimeoutFlag, readConfig } from '../compose/setup.ts';
import { READ_ONLY } from './embedded-emulator.ts';
import { planAgainstBase } from './plan/base.ts';
import { formatOf, markerOf, PLAN_FORMATS, type PlanFlags, type PlanFormat } from './plan/flags.ts';
import { PlanPage } from './plan/page.ts';
import { StreamedJson, StreamedText } from './plan/streamed.ts';

export function addPlanCommand(program: Command, io: Io, done: (code: ExitCode) => void): void {
  addTimeoutFlag(addCommonFlags(program.command('plan')))
    .description('Show what would be done. Exit code: 0 nothing to do, 2 changes, 3 blocked, 1 error.')
    .option('--group <ID>', 'only this group')
    .option('--json', 'the same as --format json')
    .addOption(new Option('--format <FORMAT>', 'how to print it').choices(PLAN_FORMATS).default('text'))
    .option('--calls', 'as text: with the calls of each group')
    .option('--all', 'as text: with the groups that are as their policies say')
    .option('--base <REV>', 'what the policies change against this commit, without the cloud')
    .option(
      '--marker <ID>',
      'with markdown: a comment that is found again by this, cut to what platforms take',
    )
    .addHelpText(
      'after',
      '\nWith --base the policies are compared with those of another commit of their repository: no cloud, no' +
        '\ncredentials and no journal. Exit code then: 0 no difference, 2 differences, 3 the revision would be held, 1 error.',
    )
    .action((flags: PlanFlags) => runPlan(flags, io).then(done));
}

async function runPlan(flags: PlanFlags, io: Io): Promise<ExitCode> {
  const marker = markerOf(flags);
  const format = formatOf(flags);
  const config = readConfig(flags);
  const { base } = flags;
  if (base !== undefined) return planAgainstBase(config, { ...flags, base, format, marker }, io);
  await noteUncommitted(config, io);
  return withKnownFacts(config, io, (desk) => planBeside(desk, { config, flags, marker }, io));
}

async function planBeside(
  desk: JournalDesk | null,
  {
    config,
    flags,
    marker,
  }: { readonly config: Config; readonly flags: PlanFlags; readonly marker: string | null },
  io: Io,
): Promise<ExitCode> {
  const session = await openSession(config, flags, io, READ_ONLY);
  const format = formatOf(flags);
  const { revision } = session;
  const commit = session.loaded.facts;
  const page = pageOf(format, { flags, marker }, io);
  const tally = new Tally();
  try {
    await planOneByOne(session, { io, desk: desk ?? session.engine.journal }, (result) => {
      tally.add(result);
      // A program wants each of its groups; a person wants to be told once.
      if (format === 'json' || !isToldOfPlace(session, result)) page.add(result);
    });
    const { isHeld, notes } = await saysOfRevision(judgedRevision(session), desk, io);
    // What could not be read any more is no news of the groups.
    if (io.stopSignal.aborted) return 1;
    const unread =
      format === 'markdown'
        ? givenUpLines(
            session.patience,
            session.targets.map(({ policy }) => policy),
          )
        : [];
    await page.print({ revision, commit, notes: [...notes, ...unread], tally }, io.stdout);
    const code = tally.exitCode;
    return isHeld && code !== 1 ? 3 : code;
  } finally {
    page.close();
    await session.close();
  }
}

function pageOf(
  format: PlanFormat,
  { flags, marker }: { readonly flags: PlanFlags; readonly marker: string | null },
  io: Io,
): PlanPage | StreamedText | StreamedJson {
  switch (format) {
    case 'markdown':
      return new PlanPage(marker);
    case 'json':
      return new StreamedJson();
    case 'text':
      return new StreamedText({
        look: lookOf(io.stdout, io, flags.color),
        calls: flags.calls === true,
        all: flags.all === true,
        apply: applyCommand(flags, io),
      });
  }
}

/** What carries out just this plan, but for its hash. */
function applyCommand({ config, group }: PlanFlags, io: Io): string {
  const { program, flags } = invocationOf(config ?? null, io);
  return `${program} apply${flags}${group === undefined ? '' : ` --group ${group}`} --plan`;
}
