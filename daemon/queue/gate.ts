// The pace of one lane as a value: the gate knows when the next call may start, and the lane sleeps until then.
//
//   open ──throttled──> closed ──its time has come, a call starts──> probing ──a call is answered──> open
//                         ^                                             │
//                         └──────────── too many refused probes ────────┘
//
// open      At most `cap` starts in any minute, and at most a quarter of them in any quarter of a minute. A
//           whole minute's budget at once would make a one-step fix of another group wait for a minute; a
//           quarter still lets a usual plan go out in one burst. The cap starts at the configured rate.
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

const MINUTE_MS = 60_000;
/** Timers and clocks round to a millisecond: without slack a window could hold one call too many. */
const SLACK_MS = 5;
export const WINDOW_MS = MINUTE_MS + SLACK_MS;
const BURST_PARTS = 4;
const BURST_WINDOW_MS = MINUTE_MS / BURST_PARTS + SLACK_MS;
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
  /** Monotonic times of the starts of the last minute, oldest first. */
  readonly starts: readonly number[];
  /** When `closed`: the end of it. */
  readonly closedUntilMs: number;
  readonly refusedProbes: number;
  /** From when the next minute without a refusal counts. */
  readonly calmSinceMs: number;
}

export type GateEvent =
  | { readonly kind: 'started' }
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
  };
}

export function nextGate(gate: Gate, event: GateEvent, nowMs: number): Gate {
  switch (event.kind) {
    case 'started':
      return afterStart(calmed(gate, nowMs), nowMs);
    case 'answered':
      return gate.mode === 'probing'
        ? { ...gate, mode: 'open', refusedProbes: 0, calmSinceMs: nowMs }
        : calmed(gate, nowMs);
    case 'throttled':
      return afterRefusal(gate, event, nowMs);
  }
}

function afterStart(gate: Gate, nowMs: number): Gate {
  const starts = [...gate.starts.filter((startMs) => nowMs - startMs < WINDOW_MS), nowMs];
  return { ...gate, starts, mode: gate.mode === 'closed' ? 'probing' : gate.mode };
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
 * How long until one call may start; 0 means now. `heldBack` slots of the minute are kept for those who
 * reserved them, but never the last one: then no one starves, and no two plans can wait for each other.
 */
export function msToNextStart(gate: Gate, nowMs: number, heldBack: number): number {
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
    case 'open':
      return Math.max(
        waitForSlots(current, nowMs, 1 + Math.min(heldBack, cap - 1)),
        windowWaitMs(starts, burstOf(cap), BURST_WINDOW_MS, nowMs),
      );
  }
}

/**
 * How long until `slots` calls fit into the minute at once; Infinity if they exceed the cap. A lane that has
 * been closed long enough counts as open: someone has to probe.
 */
export function waitForSlots(gate: Gate, nowMs: number, slots: number): number {
  const { cap, starts, mode, closedUntilMs } = calmed(gate, nowMs);
  if (slots > cap) return Infinity;
  const closedMs = mode === 'closed' ? closedUntilMs - nowMs : 0;
  return Math.max(closedMs, windowWaitMs(starts, cap - slots + 1, WINDOW_MS, nowMs));
}

/**
 * How many of the slots that a plan wants it may hold: half a minute's budget at most. The rest of a large plan goes on
 * at the lane's pace. To hold all of it the lane would have to lie idle for a minute first, and no one else could come
 * in for another.
 */
export const holdable = (gate: Gate, nowMs: number, wanted: number): number =>
  Math.min(wanted, Math.ceil(capAt(gate, nowMs) / 2));

/** How long until fewer than `limit` of the starts lie within the window; `limit` is at least 1. */
function windowWaitMs(starts: readonly number[], limit: number, windowMs: number, nowMs: number): number {
  const blocker = starts.at(-limit);
  return blocker === undefined ? 0 : Math.max(0, blocker + windowMs - nowMs);
}

const burstOf = (cap: number): number => Math.ceil(cap / BURST_PARTS);

const msToNextMinute = (wallMs: number): number =>
  MINUTE_MS - (((wallMs % MINUTE_MS) + MINUTE_MS) % MINUTE_MS) + MINUTE_MARGIN_MS;
