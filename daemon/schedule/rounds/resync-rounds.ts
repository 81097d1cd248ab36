// How long it takes to look at every group of an account and region once: whether the rate holds the resync that the config
// asks for. A round ends when each of its groups has been looked at since it began; then the next one begins.
import { placeKey, type GroupRef } from '../../../reconciler/model/group.ts';
import type { Clock } from '../../clock.ts';
import type { Place } from '../../ecs/api.ts';
import type { ReconcileOutcome } from '../../reconcile/outcome.ts';
import type { Telemetry } from '../../telemetry/events.ts';

/** Groups wait up to this much longer than asked for without the rate being to blame. */
const LATE = 1.2;
const MS_IN_A_MINUTE = 60_000;
/** Rounds are told of at most once a minute. */
const TOLD_EVERY_MS = MS_IN_A_MINUTE;

/** What the rounds ask of a lane. */
interface LaneCount extends Place {
  readonly operation: string;
  readonly callsPerMinute: number;
  /** Calls since the start of the process. */
  readonly started: number;
}

export interface ResyncParts {
  readonly engine: { readonly clock: Clock; readonly telemetry: Telemetry; readonly resyncMs: number };
  readonly lanes: () => readonly LaneCount[];
}

/** The last round that ended, for the metrics. */
export interface ResyncSample extends Place {
  readonly tookMs: number;
  /** The tightest lane, and what it would have to allow for the resync that the config asks for. */
  readonly operation: string | null;
  readonly neededPerMinute: number;
}

interface Round {
  readonly place: Place;
  readonly groups: Set<string>;
  readonly waiting: Set<string>;
  beganMs: number;
  /** How long it took until no group waited any more; null while one does. */
  tookMs: number | null;
  /** By operation. */
  callsBefore: ReadonlyMap<string, number>;
  changes: number;
  failed: number;
  isLate: boolean;
  last: ResyncSample | null;
}

export class ResyncRounds {
  readonly #parts: ResyncParts;
  readonly #rounds = new Map<string, Round>();

  constructor(parts: ResyncParts) {
    this.#parts = parts;
  }

  samples(): readonly ResyncSample[] {
    return [...this.#rounds.values()].flatMap(({ last }) => (last === null ? [] : [last]));
  }

  /** From now on the group counts; from the next round on, if its place has one under way. */
  follow(group: GroupRef, key: string): void {
    const place = placeKey(group);
    const { account, region } = group;
    const round = this.#rounds.get(place) ?? this.#newRound({ account, region });
    this.#rounds.set(place, round);
    round.groups.add(key);
    if (round.last === null) round.waiting.add(key);
  }

  forget(group: GroupRef, key: string): void {
    const round = this.#rounds.get(placeKey(group));
    if (round === undefined) return;
    round.groups.delete(key);
    round.waiting.delete(key);
    this.#settle(round);
  }

  /** The group was looked at, and this came of it. */
  note(group: GroupRef, key: string, outcome: ReconcileOutcome): void {
    const round = this.#rounds.get(placeKey(group));
    if (round === undefined || outcome.kind === 'aborted') return;
    if (outcome.kind === 'converged') round.changes += outcome.changes;
    if (outcome.kind === 'not-converged') round.failed += 1;
    round.waiting.delete(key);
    this.#settle(round);
  }

  #settle(round: Round): void {
    if (round.waiting.size > 0 || round.groups.size === 0) return;
    const { clock, telemetry } = this.#parts.engine;
    const elapsedMs = Math.round(clock.monotonicMs() - round.beganMs);
    const tookMs = (round.tookMs ??= elapsedMs);
    if (elapsedMs < TOLD_EVERY_MS) return;
    round.last = this.#sampleOf(round, tookMs);
    const groups = round.groups.size;
    const { changes, failed } = round;
    telemetry.emit('resync.finished', { ...round.place, durationMs: tookMs, groups, changes, failed });
    this.#judge(round, round.last);
    this.#begin(round);
  }

  /** Said once, until a round is in time again. */
  #judge(round: Round, { tookMs, operation, neededPerMinute, ...place }: ResyncSample): void {
    const { resyncMs, telemetry } = this.#parts.engine;
    const lane = this.#lanesOf(round.place).find((each) => each.operation === operation);
    const isLate = tookMs > LATE * resyncMs && lane !== undefined && neededPerMinute > lane.callsPerMinute;
    if (isLate && !round.isLate) {
      const { callsPerMinute } = lane;
      const figures = { groups: round.groups.size, resyncSeconds: resyncMs / 1000 };
      const limits = { operation: lane.operation, callsPerMinute, neededPerMinute };
      telemetry.emit('resync.late', { ...place, durationMs: tookMs, ...figures, ...limits });
    }
    round.isLate = isLate;
  }

  /** The lane that comes closest to its limit if the calls of the round are made in the time that is asked for. */
  #sampleOf({ place, callsBefore }: Round, tookMs: number): ResyncSample {
    const minutes = this.#parts.engine.resyncMs / MS_IN_A_MINUTE;
    const needs = this.#lanesOf(place).map(({ operation, started, callsPerMinute }) => {
      const neededPerMinute = Math.ceil((started - (callsBefore.get(operation) ?? 0)) / minutes);
      return { operation, neededPerMinute, share: neededPerMinute / callsPerMinute };
    });
    const [tightest] = needs.sort((a, b) => b.share - a.share);
    const { operation = null, neededPerMinute = 0 } = tightest ?? {};
    return { ...place, tookMs, operation, neededPerMinute };
  }

  #newRound(place: Place): Round {
    const [groups, waiting] = [new Set<string>(), new Set<string>()];
    const counts = { changes: 0, failed: 0, isLate: false, last: null };
    const round = {
      place,
      groups,
      waiting,
      beganMs: 0,
      tookMs: null,
      callsBefore: new Map<string, number>(),
      ...counts,
    };
    this.#begin(round);
    return round;
  }

  #begin(round: Round): void {
    round.beganMs = this.#parts.engine.clock.monotonicMs();
    round.callsBefore = new Map(
      this.#lanesOf(round.place).map(({ operation, started }) => [operation, started]),
    );
    round.tookMs = null;
    round.changes = 0;
    round.failed = 0;
    for (const key of round.groups) round.waiting.add(key);
  }

  #lanesOf({ account, region }: Place): readonly LaneCount[] {
    return this.#parts.lanes().filter((lane) => lane.account === account && lane.region === region);
  }
}
