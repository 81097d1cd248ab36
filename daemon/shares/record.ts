// What a store keeps of one lane, and how it serves a request: values in, values out.
//
// Of each holder it is known how many calls it can have in any minute that ends now or later: those it told of, and those
// that it may start, or may have started, without having told yet. The sum of these bounds never exceeds the rate. A bound
// only falls while the holder asks for nothing, so what is free now stays free.
import { SHARE_LASTS_MS, STANDING_LASTS_MS, type ShareAnswer, type ShareRequest } from './share-store.ts';

const AT_LEAST_MS = 60_000;
/** A minute, and what the clocks of two machines differ in pace. */
const COUNTS_MS = 60_100;
/** Calls are counted together that begin within so long, all as the last of them. */
const STEP_MS = 250;
/** Of the rate: the sum of standing shares. */
const STANDING_PARTS = 20;

export interface Holder {
  /** Of its last request. */
  readonly serial: number;
  /** Calls that it told of in all. */
  readonly told: number;
  readonly share: number;
  readonly lapsesMs: number;
  readonly standing: number;
  readonly standsUntilMs: number;
  readonly isShort: boolean;
  /** Calls that it told of, by when they are no longer within a minute: at the latest, and at the earliest. */
  readonly calls: CallsByEnd;
  readonly sureCalls: CallsByEnd;
}

type CallsByEnd = ReadonlyArray<readonly [untilMs: number, calls: number]>;

/** By the name of the holder. */
export type ShareRecord = Readonly<Record<string, Holder>>;

export interface Served {
  readonly record: ShareRecord;
  readonly answer: ShareAnswer;
}

export function served(before: ShareRecord, request: ShareRequest, nowMs: number): Served {
  const record = Object.fromEntries(
    Object.entries(before).flatMap(([name, holder]) => {
      const known = notBeyond(holder, nowMs);
      return countsNoMore(known, nowMs) ? [] : [[name, known]];
    }),
  );
  const mine = record[request.holder] ?? newcomer(request, nowMs);
  const others = Object.entries(record).flatMap(([name, holder]) => (name === request.holder ? [] : holder));
  if (request.serial <= mine.serial)
    return { record, answer: shareAnswer(mine, others, { share: 0, nowMs }) };
  const holder = request.isLast ? leftBy(mine, request, nowMs) : renewed(mine, request, others, nowMs);
  return {
    record: { ...record, [request.holder]: holder },
    answer: shareAnswer(holder, others, { share: holder.share, nowMs }),
  };
}

const newcomer = ({ calls }: ShareRequest, nowMs: number): Holder => ({
  serial: 0,
  told: calls.before,
  share: 0,
  lapsesMs: nowMs,
  standing: 0,
  standsUntilMs: nowMs,
  isShort: false,
  calls: [],
  sureCalls: [],
});

function renewed(mine: Holder, request: ShareRequest, others: readonly Holder[], nowMs: number): Holder {
  const { ratePerMinute, reserve, want, urgent } = request;
  const free = Math.max(0, ratePerMinute - sum(others.map((each) => mostCallsOf(each, nowMs))));
  const wanted = Math.min(want, ratePerMinute - reserve);
  const equal = equalShare(request, atWork(others, nowMs).length + 1);
  const limit = isPressing(others, nowMs) ? equal : ratePerMinute;
  const kept = nowMs < mine.lapsesMs ? Math.min(request.keep, mine.share) : 0;
  const share = Math.max(kept, Math.min(wanted, free - reserve, limit), Math.min(urgent, free), 0);
  return {
    ...toldBy(mine, request, nowMs),
    share,
    lapsesMs: nowMs + SHARE_LASTS_MS,
    standing: mine.standing > 0 ? mine.standing : newStanding(ratePerMinute, others, free),
    standsUntilMs: nowMs + STANDING_LASTS_MS,
    isShort: share < wanted,
  };
}

/** The part of each of so many holders, if all want more than they can have. */
export const equalShare = (
  { ratePerMinute, reserve }: Pick<ShareRequest, 'ratePerMinute' | 'reserve'>,
  holders: number,
): number => Math.max(1, Math.floor((ratePerMinute - reserve) / holders));

/** Half of what is left of the part for standing shares: each newcomer finds some. */
function newStanding(ratePerMinute: number, others: readonly Holder[], free: number): number {
  const left = Math.floor(ratePerMinute / STANDING_PARTS) - sum(others.map(({ standing }) => standing));
  return Math.min(free, Math.max(0, Math.ceil(left / 2)));
}

const leftBy = (mine: Holder, request: ShareRequest, nowMs: number): Holder => ({
  ...toldBy(mine, request, nowMs),
  share: 0,
  lapsesMs: nowMs,
  standing: 0,
  isShort: false,
});

/** The same calls may be told twice: of the first, no answer came. */
function toldBy(mine: Holder, { serial, calls, keep }: ShareRequest, nowMs: number): Holder {
  const fresh = calls.agesMs.slice(Math.max(0, mine.told - calls.before));
  const sentMs = Math.min(calls.sentMs, nowMs);
  const latest = fresh.map((ageMs) => Math.ceil((nowMs - ageMs + COUNTS_MS) / STEP_MS) * STEP_MS);
  const earliest = fresh.map((ageMs) => Math.floor((sentMs - ageMs + AT_LEAST_MS) / STEP_MS) * STEP_MS);
  // The request came after its share had ended: meanwhile it may have started calls that it could not tell of.
  const untold = nowMs < mine.lapsesMs ? 0 : Math.min(keep, untoldBy(mine, nowMs));
  return {
    ...mine,
    serial,
    told: Math.max(mine.told, calls.before + calls.agesMs.length),
    calls: withMore(mine.calls, [...latest, ...Array<number>(untold).fill(mine.lapsesMs + COUNTS_MS)], nowMs),
    sureCalls: withMore(mine.sureCalls, earliest, nowMs),
  };
}

function withMore(counts: CallsByEnd, more: readonly number[], nowMs: number): CallsByEnd {
  const sums = new Map(counts);
  for (const untilMs of more) sums.set(untilMs, (sums.get(untilMs) ?? 0) + 1);
  return [...sums].filter(([untilMs]) => untilMs > nowMs).sort(([a], [b]) => a - b);
}

function shareAnswer(
  { isShort, standing }: Holder,
  others: readonly Holder[],
  { share, nowMs }: { readonly share: number; readonly nowMs: number },
): ShareAnswer {
  return {
    nowMs,
    share,
    standing,
    isShort,
    isPressed: isPressing(others, nowMs),
    holders: atWork(others, nowMs).length + 1,
    others: others.flatMap(({ calls }) =>
      calls
        .filter(([untilMs]) => untilMs > nowMs)
        .map(([untilMs, some]) => [Math.max(0, COUNTS_MS - (untilMs - nowMs)), some] as const),
    ),
  };
}

/** How many calls it can have in any minute that ends at that time or later. */
export function mostCallsOf(holder: Holder, nowMs: number): number {
  const { share, lapsesMs, standing, standsUntilMs, calls } = holder;
  // None has begun since the end of the share, beside those of the standing one.
  const before = Math.max(share, callsAt(calls, Math.min(nowMs, lapsesMs)));
  const most = Math.min(before, callsAt(calls, nowMs) + untoldBy(holder, nowMs));
  return Math.max(most, nowMs < standsUntilMs + COUNTS_MS ? standing : 0);
}

/** Calls that it may yet start, or may have started before its share ended, beside those that it told of. */
function untoldBy({ share, lapsesMs, sureCalls }: Holder, nowMs: number): number {
  if (nowMs < lapsesMs) return share;
  return nowMs < lapsesMs + COUNTS_MS ? Math.max(0, share - callsAt(sureCalls, lapsesMs)) : 0;
}

const callsAt = (counts: CallsByEnd, atMs: number): number =>
  sum(counts.map(([untilMs, some]) => (untilMs > atMs ? some : 0)));

const atWork = (holders: readonly Holder[], nowMs: number): readonly Holder[] =>
  holders.filter(({ lapsesMs, share, isShort }) => nowMs < lapsesMs && (share > 0 || isShort));

const isPressing = (holders: readonly Holder[], nowMs: number): boolean =>
  holders.some(({ lapsesMs, isShort }) => isShort && nowMs < lapsesMs);

/** Nothing of it counts any more. */
const countsNoMore = (holder: Holder, nowMs: number): boolean =>
  nowMs >= holder.lapsesMs + COUNTS_MS &&
  (holder.standing === 0 || nowMs >= holder.standsUntilMs + COUNTS_MS) &&
  holder.calls.every(([untilMs]) => untilMs <= nowMs);

/** Where the clock of the store was set back, or is another one, what lies in the future counts from now. */
function notBeyond(holder: Holder, nowMs: number): Holder {
  const latestMs = nowMs + COUNTS_MS + STEP_MS;
  return {
    ...holder,
    lapsesMs: Math.min(holder.lapsesMs, nowMs + SHARE_LASTS_MS),
    standsUntilMs: Math.min(holder.standsUntilMs, nowMs + STANDING_LASTS_MS),
    calls: holder.calls.map(([untilMs, some]) => [Math.min(untilMs, latestMs), some] as const),
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
