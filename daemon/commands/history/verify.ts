// `rampart history --verify`: whether the history still is as it was written, and if not, from which entry on.
import { groupKey } from '../../../reconciler/model/group.ts';
import { printable } from '../../../reconciler/policy/report/printable.ts';
import { err, ok, type Result } from '../../../reconciler/model/result.ts';
import {
  isWhole,
  type BrokenEntry,
  type ChainVerdict,
  type HistoryVerdict,
  type NamedEntry,
  type UnlinkedVerdict,
} from '../../journal/chain/verdict.ts';
import type { JournalDesk } from '../../journal/journal.ts';
import { isTty, UsageError, type ExitCode, type Io } from '../../cli/io.ts';

interface VerifyFlags {
  readonly verify?: true;
  readonly head?: readonly string[];
  readonly group?: string;
  /** Unix milliseconds. */
  readonly since?: number;
  readonly json?: true;
}

/** To the terminal, after a count of what was read. */
const CLEARED_LINE = '\r\u001b[K';

/** More than accounts and regions have chains. */
const MAX_HEADS = 1000;

/** The value of `--head`, which may be given several times. */
export function addHead(text: string, before: readonly string[]): Result<readonly string[], string> {
  const hash = text.toLowerCase();
  if (!/^[0-9a-f]{64}$/.test(hash)) return err('write the 64 digits of `hash` of a line history.head');
  return before.length < MAX_HEADS ? ok([...before, hash]) : err(`${MAX_HEADS} are the most`);
}

/** Whether the history is to be verified. Throws on flags that do not go together. */
export function asksToVerify({ verify, head, group, since }: VerifyFlags): boolean {
  if (verify === true) {
    if (group === undefined && since === undefined) return true;
    throw new UsageError('--verify looks at the whole history: leave out --group and --since');
  }
  if (head === undefined) return false;
  throw new UsageError('--head is for --verify: add --verify, or leave out --head');
}

export async function verifyHistory(
  desk: JournalDesk,
  { head = [], json }: VerifyFlags,
  io: Io,
): Promise<ExitCode> {
  const isShown = isTty(io.stderr);
  const verdict = await desk.verifyHistory(head, (read, total) => {
    if (isShown) io.stderr.write(`\r${read} of ${total} entries read`);
  });
  if (isShown) io.stderr.write(CLEARED_LINE);
  io.stdout.write(json === true ? verdictJson(verdict) : verdictText(verdict));
  return isWhole(verdict) ? 0 : 1;
}

function verdictText({ chains, unlinked, heads }: HistoryVerdict): string {
  const lines = [
    ...chains.map(chainText),
    ...(unlinked.entries === 0 ? [] : [unlinkedText(unlinked)]),
    ...heads.map(({ hash, found }) =>
      found === null
        ? `head ${hash}: NOT FOUND in what is whole: entries up to it were changed, cut off or written again, or have gone by their age`
        : `head ${hash}: entry ${found.number} of ${found.chain}`,
    ),
  ];
  return lines.length === 0 ? 'the history is empty\n' : lines.map((text) => `${printable(text)}\n`).join('');
}

function chainText({ chain, entries, sinceMs, anchor, head, broken }: ChainVerdict): string {
  const first = (anchor?.number ?? 0) + 1;
  const gone = anchor === null ? '' : `, those before went by their age`;
  if (broken !== null) {
    const upTo = head === null ? 'no entry before it is whole' : `whole up to entry ${head.number}`;
    return `${chain}: BROKEN: ${brokenText(broken)}; ${upTo}`;
  }
  if (entries === 0 || sinceMs === null || head === null) return `${chain}: whole, without entries${gone}`;
  return `${chain}: whole, entries ${first} to ${head.number} since ${isoOf(sinceMs)}${gone}; head ${head.hash}`;
}

function brokenText({ kind, number, expected, entry }: BrokenEntry): string {
  const name = entry === null ? '' : `, ${entryText(entry)}`;
  switch (kind) {
    case 'changed':
      return `entry ${number}${name}, is not as Rampart wrote it`;
    case 'missing':
      return `${entriesText(expected, number - 1)} missing before entry ${number}${name}`;
    case 'out-of-order':
      return `entry ${number}${name}, stands in the place of entry ${expected}`;
    case 'cut-off':
      return `${entriesText(expected, number)} missing at the end`;
  }
}

const entriesText = (from: number, to: number): string =>
  from >= to ? `entry ${from} is` : `entries ${from} to ${to} are`;

function unlinkedText({ entries, sinceMs, untilMs, broken }: UnlinkedVerdict): string {
  if (broken !== null) {
    return `without a hash: BROKEN: ${entryText(broken)}, has no hash, although entries before it have one`;
  }
  const times = sinceMs === null || untilMs === null ? '' : ` from ${isoOf(sinceMs)} to ${isoOf(untilMs)}`;
  return `before the chain: ${entries === 1 ? '1 entry' : `${entries} entries`}${times}, written by an older Rampart without a hash: a change of them cannot be noticed`;
}

const entryText = ({ group, clientToken, closedAtMs }: NamedEntry): string =>
  `${isoOf(closedAtMs)} on ${groupKey(group)} with the token ${clientToken}`;

/** Also of a number that no date has: someone may have written it there. */
function isoOf(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? `at ${ms} ms` : date.toISOString();
}

function verdictJson(verdict: HistoryVerdict): string {
  const { chains, unlinked, heads } = verdict;
  const document = {
    version: 1,
    whole: isWhole(verdict),
    chains: chains.map(({ chain, entries, sinceMs, anchor, head, broken }) => ({
      chain,
      entries,
      since: timeOrNull(sinceMs),
      anchor: anchor && { number: anchor.number, hash: anchor.hash },
      head: head && { number: head.number, hash: head.hash },
      broken: broken && {
        kind: broken.kind,
        number: broken.number,
        expected: broken.expected,
        ...(broken.entry === null ? {} : entryFields(broken.entry)),
      },
    })),
    beforeChain: {
      entries: unlinked.entries,
      since: timeOrNull(unlinked.sinceMs),
      until: timeOrNull(unlinked.untilMs),
      broken: unlinked.broken && entryFields(unlinked.broken),
    },
    heads: heads.map(({ hash, found }) => ({
      hash,
      found: found && { chain: found.chain, number: found.number },
    })),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

const timeOrNull = (ms: number | null): string | null => (ms === null ? null : isoOf(ms));

const entryFields = ({ group: { account, region, id }, clientToken, closedAtMs }: NamedEntry) => ({
  at: isoOf(closedAtMs),
  ...{ account, region, group: id },
  clientToken,
});
