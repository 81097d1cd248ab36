// `rampart reconcile`: asks the running daemon to read and reconcile its groups now, and not first at the next resync.
import type { Command } from 'commander';
import { z } from 'zod';
import { counted } from '../../../reconciler/model/counted.ts';
import { line, UsageError, type ExitCode, type Io } from '../../cli/io.ts';
import { addCommonFlags, type CommonFlags } from '../../compose/setup.ts';
import { RECONCILE_HEADER, RECONCILE_PATH, RECONCILE_WORD } from '../../http/local/reconcile-request.ts';
import { ownDaemon } from '../status/ask-daemon.ts';

interface ReconcileFlags extends CommonFlags {
  readonly group?: string;
}

const ANSWER_WITHIN_MS = 10_000;

const answerSchema = z.looseObject({ version: z.literal(1), groups: z.number() });

export function addReconcileCommand(program: Command, io: Io, done: (code: ExitCode) => void): void {
  addCommonFlags(program.command('reconcile'))
    .description('Ask the running daemon to reconcile now. Exit code: 0 asked, 1 no daemon.')
    .option('--group <ID>', 'only this group (default: the policies and all groups)')
    .addHelpText('after', '\nIt does not wait for the outcome: `rampart status` shows that.')
    .action((flags: ReconcileFlags) => askToReconcile(flags, io).then(done));
}

async function askToReconcile({ group, ...flags }: ReconcileFlags, io: Io): Promise<ExitCode> {
  const { url, status } = await ownDaemon(flags, io);
  const groups = await post(url, group ?? null);
  if (group !== undefined && groups === 0)
    throw new UsageError(whyNotManaged(group, status.policies.revision));
  const what = group ?? counted(groups, 'group');
  line(io.stdout, `asked: the daemon reconciles ${what} now; \`rampart status\` shows the outcome`);
  return 0;
}

const whyNotManaged = (group: string, revision: string | null): string =>
  revision === null
    ? 'no policies are in force yet; `rampart status` says why'
    : `the daemon manages no group ${group}; \`rampart status\` lists those that it does`;

/** How many groups are reconciled now. */
async function post(statusUrl: string, group: string | null): Promise<number> {
  const url = new URL(RECONCILE_PATH, statusUrl);
  if (group !== null) url.searchParams.set('group', group);
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { [RECONCILE_HEADER]: RECONCILE_WORD },
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      redirect: 'error',
    });
    const text = await response.text();
    if (response.status === 202) return answerSchema.parse(JSON.parse(text)).groups;
    throw new UsageError(
      response.status === 404
        ? `the daemon at ${url.origin} is an older one that cannot be asked; send it SIGHUP instead`
        : `the daemon at ${url.origin} refuses: ${text.trim()}`,
    );
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(
      `the daemon at ${url.origin} does not answer: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
