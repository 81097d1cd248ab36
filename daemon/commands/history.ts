// `rampart history`: what was changed in the cloud, when, from which revision, and what came of it.
import type { Command } from 'commander';
import { groupKey, type GroupRef } from '../../reconciler/model/group.ts';
import { compareText } from '../../reconciler/model/problem.ts';
import { err, ok, type Result } from '../../reconciler/model/result.ts';
import { systemClock } from '../clock.ts';
import { attributionText, type Attribution, type KnownAttribution } from '../journal/attribution.ts';
import type { PastApproval } from '../journal/approvals.ts';
import type { HistoryEntry } from '../journal/journal.ts';
import { parseSince } from '../cli/duration.ts';
import { pastApprovalText } from './approve.ts';
import { flagOf, line, type ExitCode, type Io } from '../cli/io.ts';
import { withDesk } from '../compose/open-journal.ts';
import { addCommonFlags, readConfig, type CommonFlags } from '../compose/setup.ts';
import { alignedLines } from '../cli/table.ts';
import { addHead, asksToVerify, verifyHistory } from './history/verify.ts';

interface HistoryFlags extends CommonFlags {
  readonly group?: string;
  /** Unix milliseconds. */
  readonly since?: number;
  readonly limit: number;
  readonly json?: true;
  readonly verify?: true;
  readonly head?: readonly string[];
}

const DEFAULT_LIMIT = 200;
const MAX_LIMIT = 100_000;
const TIME_LENGTH = '2027-01-31T18:00:00.000Z'.length;

export function addHistoryCommand(program: Command, io: Io, done: (code: ExitCode) => void): void {
  addCommonFlags(program.command('history'))
    .description(
      'Show the calls that changed the cloud, what was approved, and who made groups drift, oldest first. Works beside a running daemon. Exit code: 0 shown, 1 error, or with --verify not as written.',
    )
    .option('--group <ID>', 'only of this group')
    .option(
      '--since <WHEN>',
      'not older than a duration (12h, 7d) or an instant (2027-01-31T18:00:00Z)',
      flagOf((text) => parseSince(text, systemClock.nowMs())),
    )
    .option('--limit <N>', 'the newest so many of them all together', flagOf(parseLimit), DEFAULT_LIMIT)
    .option('--json', 'print one JSON document, with the parameters of each call')
    .option(
      '--verify',
      'instead hold all entries against their hashes; ends with 1 where one was changed or is missing',
    )
    .option(
      '--head <HASH>',
      'with --verify: an entry that must be there, as `history.head` of the log named it; may be given several times',
      headFlag,
    )
    .action((flags: HistoryFlags) => runHistory(flags, io).then(done));
}

const headFlag = (text: string, before: readonly string[] = []): readonly string[] =>
  flagOf((each) => addHead(each, before))(text);

async function runHistory(flags: HistoryFlags, io: Io): Promise<ExitCode> {
  if (asksToVerify(flags)) return withDesk(readConfig(flags), (desk) => verifyHistory(desk, flags, io));
  const { since: sinceMs = null, limit } = flags;
  const group = flags.group === undefined ? {} : { id: flags.group };
  // One more than asked for tells whether some are left out.
  const query = { group, sinceMs, limit: limit + 1 };
  const found = await withDesk(readConfig(flags), async (desk) => ({
    calls: await desk.history(query),
    approvals: await desk.pastApprovals(query),
    authors: new Map((await desk.estateFacts()).commits.map(({ id, author }) => [id, author])),
    drifts: driftsSince(await desk.attributions(group), sinceMs),
  }));
  const shown = { ...newest(found, limit), authors: found.authors };
  io.stdout.write(flags.json === true ? asJson(shown) : asText(shown));
  const { calls, approvals, drifts } = found;
  if (calls.length + approvals.length + drifts.length > limit) line(io.stderr, leftOutText(flags));
  return 0;
}

/** What is shown, and who wrote the commits of a git source, by their ids. */
interface Shown extends Past {
  readonly authors: ReadonlyMap<string, string>;
}

/** Each oldest first. */
interface Past {
  readonly calls: readonly HistoryEntry[];
  readonly approvals: readonly PastApproval[];
  readonly drifts: readonly PastDrift[];
}

interface PastDrift extends Attribution {
  readonly group: GroupRef;
  /** When it was written, as far as that is known, or else found; Unix milliseconds. */
  readonly atMs: number;
}

const driftsSince = (known: readonly KnownAttribution[], sinceMs: number | null): PastDrift[] =>
  known
    .flatMap(({ group, told }) => told.map((each) => ({ ...each, group, atMs: writtenMs(each) })))
    .filter(({ atMs }) => sinceMs === null || atMs >= sinceMs)
    .sort((a, b) => a.atMs - b.atMs);

const writtenMs = ({ write, foundMs }: Attribution): number =>
  write === null ? foundMs : Date.parse(write.eventTime);

/** So many of all of them together. */
function newest({ calls, approvals, drifts }: Past, limit: number): Past {
  const times = [
    ...calls.map(({ closedAtMs }) => closedAtMs),
    ...[...approvals, ...drifts].map(({ atMs }) => atMs),
  ];
  const oldestFirst = times.map((atMs, index) => ({ atMs, index })).sort((a, b) => a.atMs - b.atMs);
  const kept = new Set(oldestFirst.slice(-limit).map(({ index }) => index));
  const isKept = (before: number) => (_: unknown, index: number) => kept.has(before + index);
  return {
    calls: calls.filter(isKept(0)),
    approvals: approvals.filter(isKept(calls.length)),
    drifts: drifts.filter(isKept(calls.length + approvals.length)),
  };
}

/** How to see more; nothing is advised that `--limit` refuses. */
export function leftOutText({ group, limit }: Pick<HistoryFlags, 'group' | 'limit'>): string {
  const leftOut = 'older entries are left out';
  if (limit < MAX_LIMIT) return `${leftOut}; --limit ${Math.min(2 * limit, MAX_LIMIT)} shows more`;
  const most = `${leftOut}: ${MAX_LIMIT} are the most that are shown at once`;
  return group === undefined ? `${most}; --group ID shows those of one group` : most;
}

/** The calls as a table, and in the order of time between them what people approved and others changed. */
function asText({ calls, approvals, drifts, authors }: Shown): string {
  const lines = [...drifts.map(driftLine), ...approvals.map(approvalLine), ...callLines(calls, authors)];
  // The time stands first in each line; what happened at the same one stays as it is.
  return lines
    .sort((a, b) => compareText(a.slice(0, TIME_LENGTH), b.slice(0, TIME_LENGTH)))
    .map((text) => `${text}\n`)
    .join('');
}

const approvalLine = (approval: PastApproval): string =>
  `${isoTime(approval.atMs)}  approved ${pastApprovalText(approval)}`;

const driftLine = ({ atMs, group, ...drift }: PastDrift): string =>
  `${isoTime(atMs)}  drift of ${groupKey(group)}: ${attributionText(drift)}`;

const callLines = (entries: readonly HistoryEntry[], authors: Shown['authors']): string[] =>
  alignedLines(
    entries.map(({ closedAtMs, group, operation, result, code, revision, requestId }) => [
      isoTime(closedAtMs),
      group.account,
      group.region,
      group.id,
      operation,
      code === null || code === '' ? result : `${result} (${code})`,
      writtenBy(revision, authors),
      requestId ?? '-',
    ]),
  );

const isoTime = (ms: number): string => new Date(ms).toISOString();

function writtenBy(revision: string, authors: Shown['authors']): string {
  const author = authors.get(revision);
  return author === undefined ? shortRevision(revision) : `${shortRevision(revision)} by ${author}`;
}

/** A commit id as people know it; a mark that the files differed from it stays. */
const shortRevision = (revision: string): string => revision.replace(/^([0-9a-f]{12})[0-9a-f]{28}/, '$1');

function asJson({ calls, approvals, drifts, authors }: Shown): string {
  const documents = calls.map(({ group: { account, region, id }, ...entry }) => ({
    at: new Date(entry.closedAtMs).toISOString(),
    openedAt: new Date(entry.openedAtMs).toISOString(),
    account,
    region,
    group: id,
    revision: entry.revision,
    ...(authors.has(entry.revision) ? { author: authors.get(entry.revision) } : {}),
    operation: entry.operation,
    result: entry.result,
    requestId: entry.requestId,
    code: entry.code,
    clientToken: entry.clientToken,
    planHash: entry.planHash,
    reconcileId: entry.reconcileId,
    step: entry.step,
    params: entry.params,
  }));
  const given = approvals.map(({ group, planHash, by, reason, atMs, untilMs, usedAtMs }) => ({
    at: new Date(atMs).toISOString(),
    until: new Date(untilMs).toISOString(),
    usedAt: usedAtMs === null ? null : new Date(usedAtMs).toISOString(),
    ...(group === null ? {} : { account: group.account, region: group.region, group: group.id }),
    planHash,
    by,
    reason,
  }));
  const drift = drifts.map(({ atMs, foundMs, group: { account, region, id }, write, reason }) => ({
    at: isoTime(atMs),
    foundAt: isoTime(foundMs),
    ...{ account, region, group: id },
    ...(write ?? { actor: null, reason }),
  }));
  return `${JSON.stringify({ version: 1, calls: documents, approvals: given, drift }, null, 2)}\n`;
}

function parseLimit(text: string): Result<number, string> {
  const limit = /^[1-9]\d{0,5}$/.test(text) ? Number(text) : NaN;
  return limit <= MAX_LIMIT ? ok(limit) : err(`write a whole number from 1 to ${MAX_LIMIT}`);
}
