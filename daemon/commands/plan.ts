// `rampart plan`: what would be done, and what it would open and close. Writes nothing anywhere.
import { type Command, Option } from 'commander';
import { renderMarkdown } from '../../reconciler/report/markdown/plan-page.ts';
import { renderText } from '../../reconciler/report/text.ts';
import { formatReport, planReport } from '../../reconciler/report/document.ts';
import { planExitCode, type GroupResult } from '../../reconciler/report/results.ts';
import { type CommitFacts, commitLine } from '../../reconciler/report/commit.ts';
import type { Config } from '../config/config.ts';
import type { JournalDesk } from '../journal/journal.ts';
import type { ExitCode, Io } from '../cli/io.ts';
import { noteUncommitted } from '../compose/committed.ts';
import { withKnownFacts } from '../compose/open-journal.ts';
import { saysOfRevision } from '../compose/revision-brake.ts';
import { judgedRevision, openSession, planAll } from '../compose/session.ts';
import { addCommonFlags, readConfig } from '../compose/setup.ts';
import { READ_ONLY } from './embedded-emulator.ts';
import { planAgainstBase } from './plan/base.ts';
import { formatOf, markerOf, PLAN_FORMATS, type PlanFlags, type PlanFormat } from './plan/flags.ts';

export function addPlanCommand(program: Command, io: Io, done: (code: ExitCode) => void): void {
  addCommonFlags(program.command('plan'))
    .description('Show what would be done. Exit code: 0 nothing to do, 2 changes, 3 blocked, 1 error.')
    .option('--group <ID>', 'only this group')
    .option('--json', 'the same as --format json')
    .addOption(new Option('--format <FORMAT>', 'how to print it').choices(PLAN_FORMATS).default('text'))
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
  try {
    const results = await planAll(session, io, desk ?? session.engine.journal);
    const { isHeld, notes } = await saysOfRevision(judgedRevision(session), desk, io);
    // What could not be read any more is no news of the groups.
    if (io.stopSignal.aborted) return 1;
    io.stdout.write(
      renderPlan(formatOf(flags), {
        revision: session.revision,
        commit: session.loaded.facts,
        results,
        notes,
        marker,
      }),
    );
    const code = planExitCode(results);
    return isHeld && code !== 1 ? 3 : code;
  } finally {
    await session.close();
  }
}

interface ShownPlan {
  readonly revision: string;
  readonly commit: CommitFacts | null;
  readonly results: readonly GroupResult[];
  /** Of the revision as a whole: whoever reads the page of a pull request does not see stderr. */
  readonly notes: readonly string[];
  readonly marker: string | null;
}

function renderPlan(format: PlanFormat, { revision, commit, results, notes, marker }: ShownPlan): string {
  switch (format) {
    case 'text':
      return renderText(revision, results, commit);
    case 'json':
      return formatReport(planReport(revision, results, commit));
    case 'markdown':
      return renderMarkdown(revision, results, {
        notes: [...(commit === null ? [] : [`commit ${commitLine(commit)}`]), ...notes],
        marker,
      });
  }
}
