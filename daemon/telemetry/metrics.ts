// Numbers for Prometheus. What happened is counted from the same events that the log shows; what is so at the
// moment is asked for at each scrape, so that a group that left the policies leaves no number behind.
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { EventCounters } from './event-counters.ts';
import type { Telemetry } from './events.ts';

/** A group as of its last reconcile; times are Unix milliseconds. */
interface GroupSample {
  readonly account: string;
  readonly region: string;
  readonly id: string;
  readonly outcome: string;
  readonly lastAttemptMs: number | null;
  readonly lastConvergedMs: number | null;
  readonly blockedBy: ReadonlyArray<{ readonly kind: string }>;
}

interface LaneSample {
  readonly account: string;
  readonly region: string;
  readonly operation: string;
  readonly waiting: number;
  readonly mode: string;
  readonly callsPerMinute: number;
}

/** The last look at all groups of an account and region. */
interface RoundSample {
  readonly account: string;
  readonly region: string;
  readonly tookMs: number;
  readonly operation: string | null;
  readonly neededPerMinute: number;
}

/** The state of the daemon at the moment of a scrape. */
export interface MetricsView {
  /** `problems` are errors in the newest policies; above zero, older ones are in force. */
  readonly policies: {
    readonly problems: number;
    readonly held: object | null;
    /** Null: there is none. `answeredAtMs` is null before the first answer, `error` while it answers. */
    readonly remote: { readonly answeredAtMs: number | null; readonly error: string | null } | null;
  };
  readonly groups: {
    /** How many groups had which outcome. */
    readonly counts: ReadonlyMap<string, number>;
    /** Infinity: none was looked at. */
    readonly oldestAttemptMs: number;
    /** Those that have series of their own: see `hasSeries`. */
    readonly own: readonly GroupSample[];
  };
  readonly lanes: readonly LaneSample[];
  readonly resyncs: readonly RoundSample[];
  /** Null: this process has everything. `ageMs`: since they were renewed; null: not yet. */
  readonly leases: {
    readonly shards: ReadonlyArray<{ readonly isOurs: boolean }>;
    readonly ageMs: number | null;
  } | null;
}

const OF_GROUP = ['account', 'region', 'group'];
const OF_LANE = ['account', 'region', 'operation'];

export class Metrics {
  readonly #registry = new Registry();
  readonly #problems = this.#gauge(
    'rampart_policy_problems',
    'Errors in the newest policies; above 0, the last good ones are in force.',
    [],
  );
  readonly #groups = this.#gauge('rampart_groups', 'Groups by what came of their last reconcile.', [
    'outcome',
  ]);
  readonly #oldest = this.#gauge(
    'rampart_groups_oldest_attempt_timestamp_seconds',
    'When the group was last reconciled that has waited longest; without those that were not yet.',
    [],
  );
  readonly #converged = this.#gauge(
    'rampart_group_converged',
    '1 if the last reconcile found or left the group converged.',
    OF_GROUP,
  );
  readonly #attempt = this.#gauge(
    'rampart_group_last_attempt_timestamp_seconds',
    'When the group was last reconciled.',
    OF_GROUP,
  );
  readonly #success = this.#gauge(
    'rampart_group_last_success_timestamp_seconds',
    'When the group was last converged.',
    OF_GROUP,
  );
  readonly #blocked = this.#gauge(
    'rampart_group_blocked',
    '1 for each kind of reason that blocks the plan of the group.',
    [...OF_GROUP, 'kind'],
  );
  readonly #held = this.#gauge(
    'rampart_policies_held',
    '1 while a revision is held, by the brake or by the git source, and what was in force stays.',
    [],
  );
  readonly #remoteUp = this.#gauge(
    'rampart_policies_remote_up',
    '1 if the remote of the policies answered the last time it was asked; only with a git source.',
    [],
  );
  readonly #remoteAnswer = this.#gauge(
    'rampart_policies_remote_last_answer_timestamp_seconds',
    'When the remote of the policies last answered; only with a git source.',
    [],
  );
  readonly #open = this.#gauge('rampart_lane_open', '0 while the cloud throttles this operation.', OF_LANE);
  readonly #pace = this.#gauge('rampart_lane_calls_per_minute', 'Pace of the lane at present.', OF_LANE);
  readonly #waiting = this.#gauge('rampart_lane_waiting', 'Calls that wait for their lane.', OF_LANE);
  readonly #resync = this.#gauge(
    'rampart_resync_duration_seconds',
    'How long the last look at all groups took; above reconcile.resyncSeconds the rate does not hold it.',
    ['account', 'region'],
  );
  readonly #needed = this.#gauge(
    'rampart_resync_needed_calls_per_minute',
    'Calls a minute of the tightest operation that would hold reconcile.resyncSeconds.',
    OF_LANE,
  );
  readonly #leases = this.#gauge(
    'rampart_leases_held',
    'Shards that this replica looks after; only with a journal that replicas share.',
    [],
  );
  readonly #leaseAge = this.#gauge(
    'rampart_lease_age_seconds',
    'Since the leases were last renewed; only with a journal that replicas share.',
    [],
  );
  /** Send it every event. */
  readonly telemetry: Telemetry = new EventCounters(this.#registry);

  /** Adds what Node tells of this process, which it watches from then on. */
  withProcess(): this {
    collectDefaultMetrics({ register: this.#registry });
    return this;
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Prometheus text, of the content type `contentType`. */
  render({ policies, groups, lanes, resyncs, leases }: MetricsView): Promise<string> {
    this.#problems.set(policies.problems);
    this.#held.set(policies.held === null ? 0 : 1);
    this.#showRemote(policies.remote);
    this.#countGroups(groups);
    this.#showGroups(groups.own);
    this.#showLanes(lanes);
    this.#showResyncs(resyncs);
    this.#showLeases(leases);
    return this.#registry.metrics();
  }

  #gauge(name: string, help: string, labelNames: readonly string[]): Gauge {
    return new Gauge({ name, help, labelNames, registers: [this.#registry] });
  }

  #showRemote(remote: MetricsView['policies']['remote']): void {
    for (const each of [this.#remoteUp, this.#remoteAnswer]) each.remove();
    if (remote === null) return;
    this.#remoteUp.set(remote.error === null ? 1 : 0);
    if (remote.answeredAtMs !== null) this.#remoteAnswer.set(remote.answeredAtMs / 1000);
  }

  #showLeases(leases: MetricsView['leases']): void {
    for (const each of [this.#leases, this.#leaseAge]) each.remove();
    if (leases === null) return;
    this.#leases.set(leases.shards.filter(({ isOurs }) => isOurs).length);
    if (leases.ageMs !== null) this.#leaseAge.set(leases.ageMs / 1000);
  }

  #countGroups({ counts, oldestAttemptMs }: MetricsView['groups']): void {
    this.#groups.reset();
    this.#oldest.remove();
    for (const [outcome, count] of counts) if (count > 0) this.#groups.set({ outcome }, count);
    if (oldestAttemptMs < Infinity) this.#oldest.set(oldestAttemptMs / 1000);
  }

  #showGroups(groups: readonly GroupSample[]): void {
    for (const each of [this.#converged, this.#attempt, this.#success, this.#blocked]) each.reset();
    for (const { account, region, id, outcome, lastAttemptMs, lastConvergedMs, blockedBy } of groups) {
      const labels = { account, region, group: id };
      for (const { kind } of blockedBy) this.#blocked.set({ ...labels, kind }, 1);
      this.#converged.set(labels, outcome === 'converged' ? 1 : 0);
      if (lastAttemptMs !== null) this.#attempt.set(labels, lastAttemptMs / 1000);
      if (lastConvergedMs !== null) this.#success.set(labels, lastConvergedMs / 1000);
    }
  }

  #showResyncs(resyncs: readonly RoundSample[]): void {
    for (const each of [this.#resync, this.#needed]) each.reset();
    for (const { account, region, tookMs, operation, neededPerMinute } of resyncs) {
      this.#resync.set({ account, region }, tookMs / 1000);
      if (operation !== null) this.#needed.set({ account, region, operation }, neededPerMinute);
    }
  }

  #showLanes(lanes: readonly LaneSample[]): void {
    for (const each of [this.#open, this.#pace, this.#waiting]) each.reset();
    for (const { account, region, operation, mode, callsPerMinute, waiting } of lanes) {
      const labels = { account, region, operation };
      this.#open.set(labels, mode === 'open' ? 1 : 0);
      this.#pace.set(labels, callsPerMinute);
      this.#waiting.set(labels, waiting);
    }
  }
}

/**
 * Whether a group of this outcome has series of its own. `problems`: those that were looked at and are not converged, so
 * that a scrape does not grow with the estate.
 */
export function hasSeries(outcome: string, perGroup: 'problems' | 'all' | 'none'): boolean {
  switch (perGroup) {
    case 'all':
      return true;
    case 'none':
      return false;
    case 'problems':
      return outcome !== 'converged' && outcome !== 'not-tried';
  }
}
