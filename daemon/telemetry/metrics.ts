// Numbers for Prometheus. What happened is counted from the same events that the log shows; what is so at the
// moment is asked for at each scrape, so that a group that left the policies leaves no number behind.
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { OPERATION_NAMES } from '../../reconciler/model/operation.ts';
import { CATALOG } from './catalog.ts';
import type { CommonFields, EventName, Telemetry } from './events.ts';

/** A group as of its last look; times are Unix milliseconds. */
export interface GroupSample {
  readonly account: string;
  readonly region: string;
  readonly id: string;
  readonly outcome: string;
  readonly lastAttemptMs: number | null;
  readonly lastConvergedMs: number | null;
}

export interface LaneSample {
  readonly account: string;
  readonly region: string;
  readonly operation: string;
  readonly waiting: number;
  readonly mode: string;
  readonly callsPerMinute: number;
}

/** The state of the daemon at the moment of a scrape. */
export interface MetricsView {
  /** `problems` are errors in the newest policies; above zero, older ones are in force. */
  readonly policies: { readonly problems: number };
  readonly groups: readonly GroupSample[];
  readonly lanes: readonly LaneSample[];
}

export interface Metrics {
  /** Send it every event. */
  readonly telemetry: Telemetry;
  /** Prometheus text, of the content type `contentType`. */
  render(view: MetricsView): Promise<string>;
  readonly contentType: string;
}

const CALL_OUTCOMES = {
  'call.succeeded': 'succeeded',
  'call.retried': 'retried',
  'call.throttled': 'throttled',
  'call.unknown': 'unknown',
  'call.failed': 'failed',
} as const satisfies Partial<Record<EventName, string>>;

const RECONCILE_OUTCOMES = {
  'group.converged': 'converged',
  'group.not_converged': 'not_converged',
  'group.describe_failed': 'describe_failed',
  'plan.blocked': 'blocked',
} as const satisfies Partial<Record<EventName, string>>;

const CAUSES = ['policy', 'drift', 'start'] as const;
const CALL_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const RECONCILE_SECONDS = [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600];

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const emit = countEvents(registry);
  const show = showState(registry);
  return {
    telemetry: { emit },
    render: (view) => {
      show(view);
      return registry.metrics();
    },
    contentType: registry.contentType,
  };
}

/** Counters; every one of them is there from the start, at zero. */
function countEvents(registry: Registry): Telemetry['emit'] {
  const registers = [registry];
  const events = new Counter({
    name: 'rampart_events_total',
    help: 'Events by name; docs/log-events.md explains each.',
    labelNames: ['event'],
    registers,
  });
  const calls = new Counter({
    name: 'rampart_calls_total',
    help: 'Attempts of ECS calls by how they ended. Reads are counted only when they do not succeed.',
    labelNames: ['operation', 'outcome'],
    registers,
  });
  const callSeconds = new Histogram({
    name: 'rampart_call_duration_seconds',
    help: 'Duration of one attempt of a call, without the time in its lane.',
    labelNames: ['operation'],
    buckets: CALL_SECONDS,
    registers,
  });
  const reconciles = new Counter({
    name: 'rampart_reconciles_total',
    help: 'Looks at a group by how they ended.',
    labelNames: ['outcome'],
    registers,
  });
  const reconcileSeconds = new Histogram({
    name: 'rampart_reconcile_duration_seconds',
    help: 'Duration of a look at a group that carried out a plan or found nothing to do.',
    buckets: RECONCILE_SECONDS,
    registers,
  });
  const differences = new Counter({
    name: 'rampart_differences_total',
    help: 'Differences found between a group and its policy, by cause.',
    labelNames: ['cause'],
    registers,
  });

  for (const event of Object.keys(CATALOG)) events.inc({ event }, 0);
  for (const operation of OPERATION_NAMES) {
    for (const outcome of Object.values(CALL_OUTCOMES)) calls.inc({ operation, outcome }, 0);
    callSeconds.zero({ operation });
  }
  for (const outcome of Object.values(RECONCILE_OUTCOMES)) reconciles.inc({ outcome }, 0);
  for (const cause of CAUSES) differences.inc({ cause }, 0);

  return (event, fields) => {
    const { operation = 'unknown', durationMs, cause }: CommonFields & { readonly cause?: string } = fields;
    events.inc({ event });
    if (isKeyOf(CALL_OUTCOMES, event)) {
      calls.inc({ operation, outcome: CALL_OUTCOMES[event] });
      if (durationMs !== undefined) callSeconds.observe({ operation }, durationMs / 1000);
    }
    if (isKeyOf(RECONCILE_OUTCOMES, event)) {
      reconciles.inc({ outcome: RECONCILE_OUTCOMES[event] });
      if (durationMs !== undefined) reconcileSeconds.observe(durationMs / 1000);
    }
    if (cause !== undefined) differences.inc({ cause });
  };
}

/** Gauges: emptied and filled again at each scrape. */
function showState(registry: Registry): (view: MetricsView) => void {
  const gauge = (name: string, help: string, labelNames: readonly string[]) =>
    new Gauge({ name, help, labelNames, registers: [registry] });
  const ofGroup = ['account', 'region', 'group'];
  const ofLane = ['account', 'region', 'operation'];
  const problems = gauge(
    'rampart_policy_problems',
    'Errors in the newest policies; above 0, the last good ones are in force.',
    [],
  );
  const converged = gauge(
    'rampart_group_converged',
    '1 if the last look found or left the group as its policy says.',
    ofGroup,
  );
  const attempt = gauge(
    'rampart_group_last_attempt_timestamp_seconds',
    'When the group was last looked at.',
    ofGroup,
  );
  const success = gauge(
    'rampart_group_last_success_timestamp_seconds',
    'When the group was last as its policy says.',
    ofGroup,
  );
  const open = gauge('rampart_lane_open', '0 while the cloud throttles this operation.', ofLane);
  const pace = gauge('rampart_lane_calls_per_minute', 'Pace of the lane at present.', ofLane);
  const waiting = gauge('rampart_lane_waiting', 'Calls that wait for their lane.', ofLane);

  return ({ policies, groups, lanes }) => {
    problems.set(policies.problems);
    for (const each of [converged, attempt, success, open, pace, waiting]) each.reset();
    for (const { account, region, id, outcome, lastAttemptMs, lastConvergedMs } of groups) {
      const labels = { account, region, group: id };
      converged.set(labels, outcome === 'converged' ? 1 : 0);
      if (lastAttemptMs !== null) attempt.set(labels, lastAttemptMs / 1000);
      if (lastConvergedMs !== null) success.set(labels, lastConvergedMs / 1000);
    }
    for (const { account, region, operation, mode, callsPerMinute, waiting: calls } of lanes) {
      const labels = { account, region, operation };
      open.set(labels, mode === 'open' ? 1 : 0);
      pace.set(labels, callsPerMinute);
      waiting.set(labels, calls);
    }
  };
}

const isKeyOf = <T extends object>(table: T, key: PropertyKey): key is keyof T => Object.hasOwn(table, key);
