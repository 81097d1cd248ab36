// All lanes: one for each account, region and operation, made when it is first used.
import { setMaxListeners } from 'node:events';
import type { Clock } from '../clock.ts';
import type { Operation } from '../../reconciler/model/operation.ts';
import type { Place } from '../ecs/api.ts';
import type { Telemetry } from '../telemetry/events.ts';
import type { Gate } from './gate.ts';
import type { FlightBounds } from './lane/flight.ts';
import type { SharePorts } from '../shares/share-store.ts';
import type { CallResult, TaskOptions } from './lane/lane-call.ts';
import { Lane, type LaneSharing } from './lane/lane.ts';
import { Reservations, type Reservation, type ReserveOptions } from './reservations.ts';

/** Calls a minute, by operation; `default` is for all others. */
export interface Limits {
  readonly [operation: string]: { readonly ratePerMinute: number } | undefined;
  readonly default: { readonly ratePerMinute: number };
}

export interface LanesOptions {
  readonly limits: Limits;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** Calls of one lane that may be under way at once. */
  readonly underWay: FlightBounds;
  /** Calls of one lane that may wait. */
  readonly maxWaiting: number;
  /** Absent: no other process makes these calls, nor did one within the last minute. */
  readonly shares?: SharePorts | null;
}

export interface LaneStatus extends Place {
  readonly operation: Operation;
  readonly waiting: number;
  /** `closed`: the vendor throttles. `probing`: one call a second, to see whether it still does. */
  readonly mode: Gate['mode'];
  /** The pace at present; below the configured rate after throttling. */
  readonly callsPerMinute: number;
  /** Calls since the start of the process. */
  readonly started: number;
}

type LanePlace = Place & { readonly operation: Operation };

export interface RunOptions extends TaskOptions {
  /** The plan that the call belongs to; its slots are used up first. */
  readonly reservation: Reservation | null;
}

export interface Lanes {
  /**
   * Runs the task when the lane allows it, and learns from its answer: one that says `throttled` closes the
   * lane. A full lane answers `retry` at once. Rejects with `LaneClosed` when the lanes are closed, or the
   * signal aborts, before the task has started; a task that has started always runs to its end.
   */
  run<T>(
    place: Place,
    operation: Operation,
    task: () => Promise<CallResult<T>>,
    options?: Partial<RunOptions>,
  ): Promise<CallResult<T>>;
  /**
   * Waits until the lanes have room for a whole plan and holds it; of a lane at most two fifths of a minute, so that
   * a larger plan goes on as routine, and small ones come in beside it. Rejects with `LaneClosed` like `run`. Always
   * release it.
   */
  reserve(
    place: Place,
    calls: Readonly<Partial<Record<Operation, number>>>,
    options?: Partial<ReserveOptions>,
  ): Promise<Reservation>;
  /** Lane by lane, in the order of their first use. */
  status(): readonly LaneStatus[];
  /** No further call starts: waiting ones are settled with `LaneClosed`. May be called twice. */
  close(): void;
  /** Aborts when the lanes are closed. */
  readonly closing: AbortSignal;
}

export function createLanes(options: LanesOptions): Lanes {
  const lanes = new Map<string, { readonly at: LanePlace; readonly lane: Lane }>();
  const reservations = new Reservations(options.clock);
  const closing = new AbortController();
  // Every read under way listens to it.
  setMaxListeners(0, closing.signal);

  function laneOf(place: Place, operation: Operation): Lane {
    const key = JSON.stringify([place.account, place.region, operation]);
    const known = lanes.get(key);
    if (known !== undefined) return known.lane;
    const at = { account: place.account, region: place.region, operation };
    const lane = new Lane({
      ratePerMinute: (options.limits[operation] ?? options.limits.default).ratePerMinute,
      underWay: options.underWay,
      maxWaiting: options.maxWaiting,
      clock: options.clock,
      sharing: sharingOf(options, at, key),
      onGate: (gate, before) => {
        report(options, at, gate, before);
        reservations.settle();
      },
    });
    if (closing.signal.aborted) lane.close();
    lanes.set(key, { at, lane });
    return lane;
  }

  return {
    run: (place, operation, task, options = {}) => {
      const lane = laneOf(place, operation);
      const { urgency = 'routine', signal = null, reservation = null, onOverdue = IGNORED } = options;
      return lane.run(task, { urgency, signal, onOverdue, slots: reservation?.slotsIn(lane) ?? null });
    },
    reserve: (place, calls, { urgency = 'routine', signal = null } = {}) => {
      const wants = (Object.keys(calls) as Operation[]).map(
        (operation) => [laneOf(place, operation), calls[operation] ?? 0] as const,
      );
      return reservations.reserve(new Map(wants.filter(([, slots]) => slots > 0)), { urgency, signal });
    },
    status: () => [...lanes.values()].map(({ at, lane }) => ({ ...at, ...lane.status() })),
    close: () => {
      reservations.close();
      for (const { lane } of lanes.values()) lane.close();
      closing.abort();
    },
    closing: closing.signal,
  };
}

const IGNORED = (): void => undefined;

function sharingOf({ shares, telemetry }: LanesOptions, at: LanePlace, lane: string): LaneSharing | null {
  if (shares === undefined || shares === null) return null;
  const onUnshared = (error: unknown): void =>
    telemetry.emit('lane.unshared', { ...at, err: error instanceof Error ? error.message : String(error) });
  return { ...shares, lane, onUnshared };
}

function report({ clock, telemetry }: LanesOptions, at: LanePlace, gate: Gate, before: Gate): void {
  const { account, region, operation } = at;
  if (gate.mode === 'closed' && before.mode !== 'closed') {
    const reopensInMs = Math.round(gate.closedUntilMs - clock.monotonicMs());
    telemetry.emit('lane.closed', { account, region, operation, reopensInMs });
  }
  if (gate.mode === 'open' && before.mode !== 'open') {
    telemetry.emit('lane.reopened', { account, region, operation });
  }
}
