// `rampart approve`: a person lets go on what the brake, a takeover or an opening holds.
import { type Command, Option } from 'commander';
import { groupKey } from '../../reconciler/model/group.ts';
import { err, ok, type Result } from '../../reconciler/model/result.ts';
import { quoted } from '../../reconciler/model/rule-text.ts';
import { parseDuration } from '../cli/duration.ts';
import { flagOf, line, UsageError, type ExitCode, type Io } from '../cli/io.ts';
import { parseReason } from '../cli/reason.ts';
import { whoami } from '../cli/who.ts';
import { HOUR_MS, systemClock } from '../clock.ts';
import { withDesk } from '../compose/open-journal.ts';
import { openSession, planAll } from '../compose/session.ts';
import { addCommonFlags, readConfig, type CommonFlags } from '../compose/setup.ts';
import type { Config } from '../config/config.ts';
import type { GrantedApproval, PastApproval } from '../journal/approvals.ts';
import type { JournalDesk } from '../journal/journal.ts';
import {
  FEWEST_CHARACTERS,
  meant,
  ofHeld,
  ofPlans,
  ofWaiting,
  type ApprovalDraft,
  type ApprovalChoice,
} from './approve/candidates.ts';
import { READ_ONLY } from './embedded-emulator.ts';

interface ApproveFlags extends CommonFlags {
  readonly reason: string;
  /** Milliseconds. */
  readonly for?: number;
  readonly ahead?: true;
}

/** Of the newest approvals, to tell what became of a hash. */
const PAST_LOOKED_AT = 1000;

/** Of a plan, of files, or of the policies of a commit whose repository counts in SHA-256. */
const HASH_DIGITS = 64;
/** Of the policies of a commit in any other repository. */
const GIT_DIGITS = 40;

export function addApproveCommand(program: Command, io: Io, done: (code: ExitCode) => void): void {
  addCommonFlags(program.command('approve'))
    .description(
      'Let a held plan or revision go on. Exit code: 0 approved, 1 nothing of this hash waits (what waits is listed).',
    )
    .argument(
      '<HASH>',
      `of a group's plan, of all plans, or of a held revision; ${FEWEST_CHARACTERS} characters of it are enough`,
      flagOf(parseHash),
    )
    .requiredOption('--reason <TEXT>', 'why; it is shown wherever the approval is', flagOf(parseReason))
    .addOption(
      new Option('--for <DURATION>', 'how long it holds: 90s, 15m, 1h, 7d')
        .argParser(flagOf(parseDuration))
        .default(HOUR_MS, '1h'),
    )
    .option(
      '--ahead',
      'a whole hash, of a group’s plan or of a revision, that the daemon has not planned yet',
    )
    .addHelpText(
      'after',
      '\nWho approves is taken from the operating system (user and host); nothing proves it. A running daemon acts ' +
        'within two seconds. The approval is used up when the group is as its policy says.',
    )
    .action((hash: string, flags: ApproveFlags) => runApprove(hash, flags, io).then(done));
}

async function runApprove(hash: string, flags: ApproveFlags, io: Io): Promise<ExitCode> {
  const config = readConfig(flags);
  return withDesk<ExitCode>(config, async (desk) => {
    const held = (await desk.estateFacts()).held;
    const waiting = [
      ...(await desk.waiting()).map(ofWaiting),
      ...(held === null || held.reason === 'signature' ? [] : [ofHeld(held)]),
    ];
    const known = meant(waiting, hash);
    // Plans of now, only where the daemon knows of none: it costs a look at every group.
    const here = known.length > 0 ? [] : await plansHere(config, { flags, desk, io });
    const found = known.length > 0 ? known : meant(here, hash);
    const approves = draftsMeant(hash, found, flags.ahead === true ? wholeLengths(config) : null);
    if (approves === null) {
      line(io.stderr, `rampart: nothing that waits has the hash ${hash}`);
      listPast(await pastOf(desk, hash), io);
      listWaiting(meant([...waiting, ...here], ''), io);
      return 1;
    }
    for (const each of approves) await approve(desk, each, flags, io);
    return 0;
  });
}

const wholeLengths = ({ policies }: Config): readonly number[] =>
  policies.git === null ? [HASH_DIGITS] : [HASH_DIGITS, GIT_DIGITS];

/**
 * Null if the hash means nothing that could be approved.
 *
 * @param ahead how long the hash of what is not planned yet may be; null: that is not asked for
 */
function draftsMeant(
  hash: string,
  found: readonly ApprovalChoice[],
  ahead: readonly number[] | null,
): readonly ApprovalDraft[] | null {
  const [only] = found;
  if (found.length > 1) {
    throw new UsageError(
      `${hash} is the beginning of ${found.length} hashes; give more of it: ${found.map((each) => each.hash).join(', ')}`,
    );
  }
  if (only !== undefined) return only.approves;
  if (ahead === null) return null;
  if (!ahead.includes(hash.length)) {
    const ofCommit = ahead.includes(GIT_DIGITS) ? ` (${GIT_DIGITS} of the policies of a commit)` : '';
    throw new UsageError(
      `--ahead takes the whole hash, ${HASH_DIGITS} characters${ofCommit}, and ${hash} has ${hash.length}: what is not ` +
        'planned yet cannot be told by a beginning. Give the `hash` of the group as `rampart plan --json` prints it',
    );
  }
  return [{ planHash: hash, group: null, desiredHash: null, losing: null, opening: null }];
}

async function plansHere(
  config: Config,
  { flags, desk, io }: { readonly flags: ApproveFlags; readonly desk: JournalDesk; readonly io: Io },
): Promise<readonly ApprovalChoice[]> {
  if (flags.ahead === true) return [];
  const session = await openSession(config, flags, io, READ_ONLY);
  try {
    return ofPlans(await planAll(session, io, desk));
  } finally {
    await session.close();
  }
}

async function approve(desk: JournalDesk, what: ApprovalDraft, flags: ApproveFlags, io: Io): Promise<void> {
  const atMs = systemClock.nowMs();
  const approval: GrantedApproval = {
    ...what,
    by: whoami(),
    reason: flags.reason,
    atMs,
    untilMs: atMs + (flags.for ?? HOUR_MS),
  };
  await desk.approve(approval);
  line(io.stdout, `approved: ${approvalText(approval)}`);
}

/** Approvals that the hash means, used up or not. */
async function pastOf(desk: JournalDesk, hash: string): Promise<readonly PastApproval[]> {
  const past = await desk.pastApprovals({ group: {}, sinceMs: null, limit: PAST_LOOKED_AT });
  return past.filter(({ planHash }) => planHash.startsWith(hash));
}

function listPast(past: readonly PastApproval[], { stderr }: Io): void {
  for (const each of past) line(stderr, `it was approved: ${pastApprovalText(each)}`);
  if (past.length === 0) {
    line(stderr, 'to approve a plan before a daemon makes it, give its whole hash and --ahead');
  }
}

function listWaiting(candidates: readonly ApprovalChoice[], { stderr }: Io): void {
  if (candidates.length === 0) line(stderr, 'nothing waits for an approval');
  for (const { hash, text } of candidates) line(stderr, `waiting: ${hash} ${text}`);
}

function approvalText({ group, planHash, by, reason, untilMs }: GrantedApproval): string {
  const what = group === null ? 'the plan or revision' : groupKey(group);
  const until = new Date(untilMs).toISOString();
  return `${what} of hash ${planHash.slice(0, FEWEST_CHARACTERS)} until ${until}, by ${by} (as the system says), ${quoted(reason)}`;
}

export const pastApprovalText = ({ usedAtMs, ...approval }: PastApproval): string =>
  `${approvalText(approval)}${usedAtMs === null ? '' : `, used up at ${new Date(usedAtMs).toISOString()}`}`;

/** Of a plan or a held revision, or its beginning. */
export function parseHash(text: string): Result<string, string> {
  const hash = text.toLowerCase().replace(/^sha256:/, '');
  const isGood = /^[0-9a-f]+$/.test(hash) && hash.length >= FEWEST_CHARACTERS && hash.length <= 64;
  return isGood ? ok(hash) : err(`write ${FEWEST_CHARACTERS} to 64 hexadecimal characters`);
}
