// The pace of one lane as a value: the gate knows when the next call may start, and the lane sleeps until then.
//
//   open ──throttled──> closed ──its time has come, a call starts──> probing ──a call is answered──> open
//                         ^                                             │
//                         └──────────── too many refused probes ────────┘
//
// open      At most `cap` starts in any minute. Calls of the routine may take four fifths of them at once; as soon as
//           one has had to wait, they are spread: evenly, and so that the minute never runs dry before older starts
//           leave it. The rest of the minute is for people who draw on the same budget, and for what cannot wait:
//           a `privileged` call takes any start there is. The routine always leaves a few. The cap starts at the
//           configured rate.
// closed    No start. The vendor counts by minutes of the wall clock: what was refused in minute T is taken
//           again in T+1, so the gate stays shut until then, or as long as the vendor asked for. The first
//           refusal halves the cap: someone else (the console, Terraform) draws on the same budget. Answers
//           of calls that were already under way change nothing.
// probing   One start a second, as the vendor advises, until one is taken. After `MAX_REFUSED_PROBES` in a row
//           the gate closes until the next minute.
// open again: the cap grows by a tenth of the configured rate for each minute without a refusal. Halving and
//           growing by steps (AIMD) is what makes several clients of one budget settle at a fair share.
//
// `nowMs` is monotonic: a step of the system's clock neither stalls a lane nor lets it overshoot. The wall
// clock comes in only with a refusal, to find the end of the vendor's minute.

import {
  countWithin,
  firstWithin,
  MINUTE_MS,
  startsAfter,
  windowWaitMs,
  WINDOW_MS,
  type Starts,
} from './minute.ts';

/** Of the cap: what may go at once, and what the routine always leaves. */
const BURST_SHARE = 0.8;
const RESERVE_SHARE = 0.025;
/**
 * Of the cap: the most that one plan holds, the largest plan that counts as small, and the largest that need not leave
 * the reserve: its slots come back within a quarter of a minute, and side by side such plans use the minute up.
 */
const HELD_SHARE = 0.4;
const SMALL_SHARE = 0.1;
const QUICK_SHARE = 0.25;
/** Below so many calls a minute the reserve would cost the routine more than a twentieth of its pace. */
const LEAST_CAP_WITH_RESERVE = 30;
/** How far the routine may be behind its pace and still make up for it. */
const MAX_CATCH_UP_MS = 1000;
const PROBE_INTERVAL_MS = 1000;
const MAX_REFUSED_PROBES = 10;
const GROWTH_PARTS = 10;
/** Our minute may end a little before the vendor's. */
const MINUTE_MARGIN_MS = 1000;
/** Never trust a hint that would close a lane for longer. */
const MAX_CLOSED_MS = 15 * MINUTE_MS;

export interface Gate {
  readonly mode: 'open' | 'closed' | 'probing';
  /** The configured ceiling, a whole number from 1. */
  readonly ratePerMinute: number;
  /** Starts a minute, from 1 to `ratePerMinute`, as of the last event; `capAt` knows what it has grown to. */
  readonly cap: number;
  /** Of the last minute, and some before it. */
  readonly starts: Starts;
  /** When `closed`: the end of it. */
  readonly closedUntilMs: number;
  readonly refusedProbes: number;
  /** From when the next minute without a refusal counts. */
  readonly calmSinceMs: number;
  /** The routine is spread until then: something of it had to wait within the last minute. */
  readonly spreadUntilMs: number;
  /** When the routine may go on while it is spread. */
  readonly routineAtMs: number;
}

/** A call that wants to start. */
export interface CallDemand {
  /** Slots that others hold. */
  readonly heldBack: number;
  /** Whether it takes any start there is: it is urgent, or a slot is held for it. */
  readonly privileged: boolean;
}

/** A plan that wants slots. */
export interface PlanDemand {
  readonly slots: number;
  /** Slots that others hold. */
  readonly held: number;
  /** Whether it takes what the routine leaves: it is urgent and small. */
  readonly privileged: boolean;
}

export type GateEvent =
  | { readonly kind: 'started'; readonly privileged: boolean }
  /** All starts of the last minute as they are known now, also those of other processes. */
  | { readonly kind: 'known'; readonly starts: Starts }
  /** A plan of the routine was given slots. */
  | { readonly kind: 'granted'; readonly slots: number; readonly held: number }
  /** It gives back what it did not use. */
  | { readonly kind: 'returned'; readonly slots: number }
  /** Something of the routine has to wait for its start. */
  | { readonly kind: 'waited' }
  /** The vendor answered, whatever it said, and did not throttle. */
  | { readonly kind: 'answered' }
  | { readonly kind: 'throttled'; readonly wallMs: number; readonly retryAfterMs: number | null };

export function openGate(ratePerMinute: number, nowMs: number): Gate {
  return {
    mode: 'open',
    ratePerMinute,
    cap: ratePerMinute,
    starts: [],
    closedUntilMs: nowMs,
    refusedProbes: 0,
    calmSinceMs: nowMs,
    spreadUntilMs: nowMs,
    routineAtMs: nowMs,
  };
}

export function nextGate(gate: Gate, event: GateEvent, nowMs: number): Gate {
  switch (event.kind) {
    case 'started':
      return afterStart(calmed(gate, nowMs), nowMs, event.privileged);
    case 'known':
      return { ...gate, starts: event.starts };
    case 'granted':
      return afterGrant(calmed(gate, nowMs), nowMs, event);
    case 'returned':
      return { ...gate, routineAtMs: gate.routineAtMs - (event.slots * MINUTE_MS) / gate.cap };
    case 'waited':
      return { ...gate, spreadUntilMs: nowMs + WINDOW_MS };
    case 'answered':
      return gate.mode === 'probing' ? reopened(gate, nowMs) : calmed(gate, nowMs);
    case 'throttled':
      return afterRefusal(gate, event, nowMs);
  }
}

/** Probes have a pace of their own: what they took, a minute's share each, the routine does not pay for. */
function reopened(gate: Gate, nowMs: number): Gate {
  const routineAtMs = Math.min(gate.routineAtMs, nowMs + Math.ceil(MINUTE_MS / gate.cap));
  return { ...gate, mode: 'open', refusedProbes: 0, calmSinceMs: nowMs, routineAtMs };
}

function afterStart(gate: Gate, nowMs: number, privileged: boolean): Gate {
  const starts = startsAfter(gate.starts, nowMs);
  const started: Gate = { ...gate, starts, mode: gate.mode === 'closed' ? 'probing' : gate.mode };
  return privileged ? started : afterGrant(started, nowMs, { slots: 1, held: 0 });
}

/** The routine took so much, so when may it go on? `held`: slots that are held now, those included. */
function afterGrant(gate: Gate, nowMs: number, by: { readonly slots: number; readonly held: number }): Gate {
  // Timers are late by a little, which would add up.
  const fromMs = isSpread(gate, nowMs) ? Math.max(nowMs - MAX_CATCH_UP_MS, gate.routineAtMs) : nowMs;
  const evenMs = (by.slots * MINUTE_MS) / gate.cap;
  return { ...gate, routineAtMs: fromMs + Math.ceil(Math.max(evenMs, spreadMs(gate, nowMs, by.held))) };
}

function afterRefusal(gate: Gate, event: GateEvent & { kind: 'throttled' }, nowMs: number): Gate {
  const hintMs = Math.min(event.retryAfterMs ?? 0, MAX_CLOSED_MS);
  const closedUntilMs = nowMs + Math.max(hintMs, msToNextMinute(event.wallMs));
  switch (gate.mode) {
    case 'open': {
      const cap = Math.max(1, Math.floor(calmed(gate, nowMs).cap / 2));
      return { ...gate, mode: 'closed', cap, closedUntilMs, refusedProbes: 0, calmSinceMs: nowMs };
    }
    case 'closed':
      return { ...gate, closedUntilMs: Math.max(gate.closedUntilMs, nowMs + hintMs), calmSinceMs: nowMs };
    case 'probing': {
      const refusedProbes = gate.refusedProbes + 1;
      const shut = refusedProbes >= MAX_REFUSED_PROBES || hintMs > PROBE_INTERVAL_MS;
      return shut
        ? { ...gate, mode: 'closed', closedUntilMs, refusedProbes: 0, calmSinceMs: nowMs }
        : { ...gate, refusedProbes, calmSinceMs: nowMs };
    }
  }
}

/** Starts a minute that are allowed by now. */
export const capAt = (gate: Gate, nowMs: number): number => calmed(gate, nowMs).cap;

/** Lets the cap grow for the whole minutes that have passed without a refusal. */
function calmed(gate: Gate, nowMs: number): Gate {
  const minutes = Math.floor((nowMs - gate.calmSinceMs) / MINUTE_MS);
  if (gate.mode !== 'open' || minutes < 1 || gate.cap === gate.ratePerMinute) return gate;
  const grown = gate.cap + minutes * Math.ceil(gate.ratePerMinute / GROWTH_PARTS);
  return {
    ...gate,
    cap: Math.min(gate.ratePerMinute, grown),
    calmSinceMs: gate.calmSinceMs + minutes * MINUTE_MS,
  };
}

/**
 * How long until one call may start; 0 means now. `heldBack` slots of the minute are kept for those who hold them,
 * but never the last one: then no one starves, and no two plans can wait for each other.
 */
export function msToNextStart(gate: Gate, nowMs: number, { heldBack, privileged }: CallDemand): number {
  const current = calmed(gate, nowMs);
  const { starts, ratePerMinute, cap } = current;
  switch (current.mode) {
    case 'closed':
      return Math.max(current.closedUntilMs - nowMs, windowWaitMs(starts, ratePerMinute, WINDOW_MS, nowMs));
    case 'probing':
      return Math.max(
        windowWaitMs(starts, 1, PROBE_INTERVAL_MS, nowMs),
        windowWaitMs(starts, ratePerMinute, WINDOW_MS, nowMs),
      );
    case 'open': {
      if (privileged) return roomMs(current, nowMs, Math.min(heldBack, cap - 1) + 1);
      if (fitsBurst(current, nowMs, heldBack + 1)) return 0;
      const wanted = Math.min(heldBack + reserveOf(cap), cap - 1) + 1;
      return Math.max(0, current.routineAtMs - nowMs, roomMs(current, nowMs, wanted));
    }
  }
}

/**
 * How long until a plan may have its slots, all at once; 0 means now, Infinity that others hold them. A lane that has
 * been closed long enough counts as open: someone has to probe.
 */
export function msToGrant(gate: Gate, nowMs: number, { slots, held, privileged }: PlanDemand): number {
  const current = calmed(gate, nowMs);
  const { cap, mode, closedUntilMs } = current;
  const isQuick = privileged || slots <= cap * QUICK_SHARE;
  const wanted = held + slots + (isQuick ? 0 : reserveOf(cap));
  if (wanted > cap) return Infinity;
  const closedMs = mode === 'closed' ? closedUntilMs - nowMs : 0;
  const isFree = privileged || mode !== 'open' || fitsBurst(current, nowMs, held + slots);
  const spreadMs = isFree ? 0 : current.routineAtMs - nowMs;
  return Math.max(0, closedMs, spreadMs, roomMs(current, nowMs, wanted));
}

/** How long until so many calls fit into the minute at once; at most the cap. */
const roomMs = ({ starts, cap }: Gate, nowMs: number, calls: number): number =>
  windowWaitMs(starts, cap - calls + 1, WINDOW_MS, nowMs);

function fitsBurst(gate: Gate, nowMs: number, calls: number): boolean {
  if (isSpread(gate, nowMs)) return false;
  return countWithin(gate.starts, nowMs) + calls <= burstOf(gate.cap);
}

const isSpread = ({ spreadUntilMs }: Gate, nowMs: number): boolean => nowMs < spreadUntilMs;

/**
 * The time from one call of the routine to the next while it is spread: the fastest even pace at which no call has to
 * wait for room, and no faster than the cap's. The call after those that are free now needs the oldest start to have
 * left the minute; the one after it the second oldest; and so on.
 */
function spreadMs({ cap, starts }: Gate, nowMs: number, held: number): number {
  const first = firstWithin(starts, nowMs);
  const free = cap - reserveOf(cap) - (starts.length - first) - held;
  let longest = MINUTE_MS / cap;
  for (let at = first; at < starts.length; at += 1) {
    const calls = free + at - first + 1;
    if (calls >= 1) longest = Math.max(longest, ((starts[at] ?? nowMs) + WINDOW_MS - nowMs) / calls);
  }
  return longest;
}

/**
 * How many of the slots that a plan wants it may hold: two fifths of a minute's at most. The rest of a large plan goes
 * on as routine. To hold all of it the lane would have to lie idle for a minute first, and no one else could come in
 * for another. Where several processes are at work each plan may hold as large a part of what is theirs.
 */
export const holdable = (gate: Gate, nowMs: number, wanted: number, processes = 1): number =>
  Math.min(wanted, Math.ceil((capAt(gate, nowMs) * HELD_SHARE) / processes));

/** Whether so many calls are few beside a minute's: only then may they take what the routine leaves. */
export const isSmall = (gate: Gate, nowMs: number, calls: number): boolean =>
  calls <= Math.max(1, Math.floor(capAt(gate, nowMs) * SMALL_SHARE));

const burstOf = (cap: number): number => Math.max(1, Math.floor(cap * BURST_SHARE));

/** How many calls of so many a minute the routine leaves. */
export const reserveOf = (cap: number): number =>
  cap < LEAST_CAP_WITH_RESERVE ? 0 : Math.max(1, Math.floor(cap * RESERVE_SHARE));

const msToNextMinute = (wallMs: number): number =>
  MINUTE_MS - (((wallMs % MINUTE_MS) + MINUTE_MS) % MINUTE_MS) + MINUTE_MARGIN_MS;
