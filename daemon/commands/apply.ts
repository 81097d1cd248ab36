// `rampart apply`: plan, carry out, verify; once, in the foreground.
import type { Command } from 'commander';
import PQueue from 'p-queue';
import { counted } from '../../reconciler/model/counted.ts';
import { PLAIN_TEXT, renderText } from '../../reconciler/report/text.ts';
import { planReport, type PlanReport } from '../../reconciler/report/document.ts';
import type { GroupPlan } from '../../reconciler/plan/plan.ts';
import { isFailed, planExitCode, type GroupResult } from '../../reconciler/report/results.ts';
import { groupKey } from '../../reconciler/model/group.ts';
import { JournalError } from '../journal/journal.ts';
import { tellHeads } from '../schedule/rounds/history-heads.ts';
import { RevisionGate } from '../schedule/revision-gate.ts';
import { outcomeReason, type Target } from '../schedule/group-record.ts';
import { newGroupMemory } from '../learned/group-memory.ts';
import { reconcileGroup } from '../reconcile/reconcile.ts';
import { askYes, canAsk } from '../cli/ask.ts';
import { aborted, flagOf, line, UsageError, type ExitCode, type Io } from '../cli/io.ts';
import { lookOf } from '../cli/look.ts';
import { parseReason } from '../cli/reason.ts';
import { approvablePlans, approvePlans } from '../compose/approve-plans.ts';
import { journalFailed, openJournal } from '../compose/open-journal.ts';
import { saysOfRevision } from '../compose/revision-brake.ts';
import {
  isToldOfPlace,
  judgedRevision,
  openSession,
  planAll,
  type Session,
  type SessionFlags,
} from '../compose/session.ts';
import { refuseUncommitted } from '../compose/committed.ts';
import { addCommonFlags, addTimeoutFlag, readConfig } from '../compose/setup.ts';
import { parseHash } from './approve.ts';
import { embeddedEmulator } from './embedded-emulator.ts';

interface ApplyFlags extends SessionFlags {
  readonly plan?: string;
  readonly yes?: true;
  readonly reason?: string;
  readonly json?: true;
}

/** Tries of a group that changed meanwhile, or whose call got no answer, before giving up on it. */
const MAX_ROUNDS = 5;
const ROUND_DELAY_MS = 2000;

export function addApplyCommand(program: Command, io: Io, done: (code: ExitCode) => void): void {
  addTimeoutFlag(addCommonFlags(program.command('apply')))
    .description('Plan, carry out, verify. Exit code: 0 converged, 3 blocked, 1 not converged.')
    .option('--group <ID>', 'only this group')
    .option(
      '--plan <HASH>',
      'only if the plan still has this hash, as `rampart plan` showed it (its last line); approves what waits for that',
      flagOf(parseHash),
    )
    .option('--yes', 'do not ask; lifts no block')
    .option('--reason <TEXT>', 'why; required with --plan if that approves anything', flagOf(parseReason))
    .option('--json', 'print one JSON document with the plan and what came of it')
    .action((flags: ApplyFlags) => runApply(flags, io).then(done));
}

async function runApply(flags: ApplyFlags, io: Io): Promise<ExitCode> {
  const config = readConfig(flags);
  const consent = consentOf(flags, io);
  const stopped = whenStopped(io);
  await refuseUncommitted(config, io);
  const session = await openSession(config, flags, io, {
    journal: () => openJournal(config),
    emulator: embeddedEmulator,
  });
  try {
    const plans = await Promise.race([planAll(session, io), stopped]);
    if (plans === null) return 1;
    const report = planReport(session.revision, plans, session.loaded.facts);
    requireHash(flags.plan, report.hash);
    if ((await saysOfRevision(judgedRevision(session), session.engine.journal, io)).isHeld) return 3;
    if (!(await showAndAsk(session, plans, { flags, consent }, io))) return 1;
    // Yes was said to this plan, and to no other.
    const approvedOnly = flags.plan !== undefined || consent === 'ask';
    const approvable = flags.plan === undefined ? [] : approvablePlans(plans);
    await approvePlans(session.engine, approvable, flags.reason);
    if (flags.group === undefined) await putInForce(session);
    const results = await applyAll(session, { plans, approvable, approvedOnly }, io);
    io.stdout.write(flags.json === true ? resultsJson(report, results) : results.map(resultLine).join(''));
    const approved = new Set<GroupResult>(approvable);
    return exitCode(
      plans.filter((plan) => !approved.has(plan)),
      results,
    );
  } catch (error) {
    throw error instanceof JournalError ? journalFailed(config, error) : error;
  } finally {
    await session.close();
  }
}

/** What is told of an account and region is not told again of each of its groups. */
function show(session: Session, plans: readonly GroupResult[], { json, color }: ApplyFlags, io: Io): void {
  const stream = json === true ? io.stderr : io.stdout;
  const isTold = (result: GroupResult): boolean => isToldOfPlace(session, result);
  const options = { ...PLAIN_TEXT, look: lookOf(stream, io, color), isTold };
  stream.write(renderText(session.revision, plans, session.loaded.facts, options));
}

function requireHash(approved: string | undefined, hash: string): void {
  if (approved === undefined || hash.startsWith(approved)) return;
  throw new UsageError(
    `the plan is not, or no longer, ${approved}: its hash is now ${hash}; \`rampart plan\` shows it`,
  );
}

/** Whether a person has to say yes first. Throws where no flag says it and there is no terminal to ask at. */
function consentOf({ plan, yes }: ApplyFlags, io: Io): 'given' | 'ask' {
  if (yes === true || plan !== undefined) return 'given';
  if (canAsk(io)) return 'ask';
  throw new UsageError(
    'there is no terminal to ask at: add --yes to carry out whatever the plan is, or --plan HASH to carry out ' +
      'only the plan that `rampart plan` showed, by the hash in its last line',
  );
}

/** Whether there is anything to go on with: not where all groups are told of their account and region alone. */
async function showAndAsk(
  session: Session,
  plans: readonly GroupResult[],
  { flags, consent }: { readonly flags: ApplyFlags; readonly consent: 'given' | 'ask' },
  io: Io,
): Promise<boolean> {
  const isUnread = plans.length > 0 && plans.every((plan) => isToldOfPlace(session, plan));
  if (isUnread && flags.json !== true) return false;
  // Who is asked sees the plan even if the data is for a program.
  if (flags.json !== true || consent === 'ask') show(session, plans, flags, io);
  if (consent === 'ask') await askFirst(plans, io);
  return true;
}

/** Throws unless the person at the terminal says yes. Does not ask where there is nothing to carry out. */
async function askFirst(plans: readonly GroupResult[], io: Io): Promise<void> {
  const pending = pendingPlans(plans);
  if (pending.length === 0) return;
  const calls = pending.reduce((sum, { steps }) => sum + steps.length, 0);
  const question = `Carry out ${counted(calls, 'call')} on ${counted(pending.length, 'group')}?`;
  if (!(await askYes(io, question))) throw new UsageError('not confirmed: nothing was written');
}

/** Null once the process is to stop. Reads need not be waited for; a write that is under way is. */
async function whenStopped({ stderr, stopSignal }: Io): Promise<null> {
  await aborted(stopSignal);
  const signal = String(stopSignal.reason);
  const news = `rampart: stopping on ${signal}: calls under way come to their end, no new one starts`;
  if (signal !== 'failure') line(stderr, news);
  return null;
}

const pendingPlans = (plans: readonly GroupResult[]): readonly GroupPlan[] =>
  plans.flatMap((plan) => (isFailed(plan) || plan.status !== 'pending' ? [] : [plan]));

/** The next revision is compared with this one. */
async function putInForce({ engine, desired, loaded, targets, config }: Session): Promise<void> {
  const gate = new RevisionGate(engine, config.reconcile.mode);
  await gate.judge({ state: desired, content: loaded.content, source: loaded });
  await gate.grant(
    targets.map(({ policy }) => policy),
    desired.revision,
  );
}

/** What became of one group. */
type AppliedGroup = Awaited<ReturnType<typeof applyOne>>;

/** Carries out the plans that are pending. A plan that was approved by its hash may not become another one. */
async function applyAll(
  session: Session,
  given: {
    readonly plans: readonly GroupResult[];
    readonly approvable: readonly GroupPlan[];
    readonly approvedOnly: boolean;
  },
  io: Io,
): Promise<AppliedGroup[]> {
  const hashes = new Map(
    [...given.approvable, ...pendingPlans(given.plans)].map((plan) => [groupKey(plan), plan.hash]),
  );
  const runners = new PQueue({ concurrency: session.config.reconcile.concurrency });
  const results = await Promise.all(
    session.targets
      .filter(({ policy }) => hashes.has(groupKey(policy)))
      .map((target) => {
        const approved = given.approvedOnly ? (hashes.get(groupKey(target.policy)) ?? null) : null;
        return runners.add(() => applyOne(session, target, approved, io.stopSignal));
      }),
  );
  if (results.length > 0) await tellHeads(session.engine);
  return results;
}

const BROKEN_OFF = 'some of the calls may have been made; apply again to make the others';

async function applyOne(
  { engine }: Session,
  target: Target,
  approvedPlan: string | null,
  signal: AbortSignal,
) {
  const request = { ...target, cause: 'policy', approvedPlan } as const;
  let memory = newGroupMemory(engine.clock.monotonicMs());
  let round = 1;
  for (;;) {
    const reconciled = await reconcileGroup(engine, { ...request, memory }, signal);
    const { outcome } = reconciled;
    memory = reconciled.memory;
    const goesOn = outcome.next === 'retry' || outcome.next === 'backoff';
    if (!goesOn || round === MAX_ROUNDS || signal.aborted) {
      const { account, region, id } = target.policy;
      const changes = outcome.kind === 'converged' ? outcome.changes : 0;
      const reason = outcome.kind === 'aborted' ? BROKEN_OFF : outcomeReason(outcome);
      return { account, region, id, outcome: outcome.kind, changes, reason };
    }
    await engine.clock.sleep(ROUND_DELAY_MS * round, signal);
    // A round that left less to do does not count.
    if (outcome.next === 'backoff') round += 1;
  }
}

const resultsJson = (plan: PlanReport, results: readonly AppliedGroup[]): string =>
  `${JSON.stringify({ version: 1, plan, results }, null, 2)}\n`;

function resultLine({ account, region, id, outcome, changes, reason }: AppliedGroup): string {
  const tail = outcome === 'converged' ? counted(changes, 'call') : reason;
  return `${account}/${region}/${id}: ${outcome}${tail === '' ? '' : `, ${tail}`}\n`;
}

/** `plans`: those that were not approved here. */
function exitCode(plans: readonly GroupResult[], results: readonly AppliedGroup[]): ExitCode {
  if (plans.some(isFailed)) return 1;
  if (results.some(({ outcome }) => outcome !== 'converged' && outcome !== 'blocked')) return 1;
  const isBlocked = planExitCode(plans) === 3 || results.some(({ outcome }) => outcome === 'blocked');
  return isBlocked ? 3 : 0;
}
