// Counts events for Prometheus. Every series is there from the start, at zero, but for those by guardrail.
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { OPERATION_NAMES } from '../../reconciler/model/operation.ts';
import { CATALOG } from './catalog.ts';
import { NotificationCounters } from './notification-counters.ts';
import {
  ACTOR_TYPES,
  DRIFT_CAUSES,
  type CommonFields,
  type EventFields,
  type EventName,
  type Telemetry,
} from './events.ts';

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

const DOORS = ['git', 'events'];
const HOOK_OUTCOMES = ['accepted', 'ignored', 'refused'];

const CALL_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const RECONCILE_SECONDS = [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600];

/** Fields of single events by which they are counted. */
interface LabelFields extends CommonFields {
  /** Of `hook.received` and `hook.refused`. */
  readonly door?: string;
  /** Of `hook.received`. */
  readonly outcome?: string;
  /** Of `drift.detected`. */
  readonly cause?: string;
  /** Of `drift.attributed`; null: no one was found. */
  readonly actorType?: string | null;
  /** Of `guardrail.violated`, as `severity`. */
  readonly guardrail?: string;
  readonly severity?: string;
  /** Of `lease.acquired`, where the shard was not given up. */
  readonly from?: string;
}

export class EventCounters implements Telemetry {
  readonly #events: Counter;
  readonly #calls: Counter;
  readonly #callSeconds: Histogram;
  readonly #reconciles: Counter;
  readonly #reconcileSeconds: Histogram;
  readonly #differences: Counter;
  readonly #attributions: Counter;
  readonly #violations: Counter;
  readonly #hooks: Counter;
  readonly #journalDown: Gauge;
  readonly #failovers: Counter;
  readonly #notifications: NotificationCounters;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#events = new Counter({
      name: 'rampart_events_total',
      help: 'Events by name; docs/log-events.md explains each.',
      labelNames: ['event'],
      registers,
    });
    this.#calls = new Counter({
      name: 'rampart_calls_total',
      help: 'Attempts of ECS calls by how they ended. Reads are counted only when they do not succeed.',
      labelNames: ['operation', 'outcome'],
      registers,
    });
    this.#callSeconds = new Histogram({
      name: 'rampart_call_duration_seconds',
      help: 'Duration of one attempt of a call, without the time in its lane.',
      labelNames: ['operation'],
      buckets: CALL_SECONDS,
      registers,
    });
    this.#reconciles = new Counter({
      name: 'rampart_reconciles_total',
      help: 'Reconciles of a group by how they ended.',
      labelNames: ['outcome'],
      registers,
    });
    this.#reconcileSeconds = new Histogram({
      name: 'rampart_reconcile_duration_seconds',
      help: 'Duration of a reconcile that carried out a plan or found nothing to do.',
      buckets: RECONCILE_SECONDS,
      registers,
    });
    this.#differences = new Counter({
      name: 'rampart_differences_total',
      help: 'Differences found between a group and its policy, by cause.',
      labelNames: ['cause'],
      registers,
    });
    this.#attributions = new Counter({
      name: 'rampart_drift_attributions_total',
      help: 'Writes by someone else that made a group drift, by who wrote; none: no one was found.',
      labelNames: ['actor_type'],
      registers,
    });
    this.#violations = new Counter({
      name: 'rampart_guardrail_violations_total',
      help: 'How often a reconcile found that a group violates a guardrail, by its id.',
      labelNames: ['guardrail', 'severity'],
      registers,
    });
    this.#hooks = new Counter({
      name: 'rampart_hooks_total',
      help: 'Requests at the doors for hooks by what became of them: accepted, ignored, refused.',
      labelNames: ['door', 'outcome'],
      registers,
    });
    this.#journalDown = new Gauge({
      name: 'rampart_journal_unavailable',
      help: '1 while the database of the journal does not answer: no call begins.',
      registers,
    });
    this.#failovers = new Counter({
      name: 'rampart_failovers_total',
      help: 'Shards taken over from a replica that did not give them up.',
      registers,
    });
    this.#notifications = new NotificationCounters(registry);
    this.#startAtZero();
  }

  emit<Name extends EventName>(event: Name, fields: EventFields<Name>): void {
    this.#events.inc({ event });
    if (isKeyOf(CALL_OUTCOMES, event)) this.#countCall(CALL_OUTCOMES[event], fields);
    if (isKeyOf(RECONCILE_OUTCOMES, event)) this.#countReconcile(RECONCILE_OUTCOMES[event], fields);
    const { cause, actorType, guardrail, severity, door, outcome, from }: LabelFields = fields;
    this.#countReplica(event, from);
    if (event === 'hook.received') this.#hooks.inc({ door, outcome });
    if (event === 'hook.refused') this.#hooks.inc({ door, outcome: 'refused' });
    this.#notifications.count(event, fields);
    if (cause !== undefined) this.#differences.inc({ cause });
    if (actorType !== undefined) this.#attributions.inc({ actor_type: actorType ?? 'none' });
    if (guardrail !== undefined && severity !== undefined) this.#violations.inc({ guardrail, severity });
  }

  #countCall(outcome: string, { operation = 'unknown', durationMs }: CommonFields): void {
    this.#calls.inc({ operation, outcome });
    if (durationMs !== undefined) this.#callSeconds.observe({ operation }, durationMs / 1000);
  }

  #countReconcile(outcome: string, { durationMs }: CommonFields): void {
    this.#reconciles.inc({ outcome });
    if (durationMs !== undefined) this.#reconcileSeconds.observe(durationMs / 1000);
  }

  #countReplica(event: EventName, from: string | undefined): void {
    if (event === 'lease.acquired' && from !== undefined) this.#failovers.inc();
    if (event === 'journal.unavailable') this.#journalDown.set(1);
    if (event === 'journal.available') this.#journalDown.set(0);
  }

  #startAtZero(): void {
    this.#journalDown.set(0);
    for (const event of Object.keys(CATALOG)) this.#events.inc({ event }, 0);
    for (const operation of OPERATION_NAMES) {
      for (const outcome of Object.values(CALL_OUTCOMES)) this.#calls.inc({ operation, outcome }, 0);
      this.#callSeconds.zero({ operation });
    }
    for (const outcome of Object.values(RECONCILE_OUTCOMES)) this.#reconciles.inc({ outcome }, 0);
    for (const door of DOORS) for (const outcome of HOOK_OUTCOMES) this.#hooks.inc({ door, outcome }, 0);
    for (const cause of Object.keys(DRIFT_CAUSES)) this.#differences.inc({ cause }, 0);
    for (const actor_type of [...ACTOR_TYPES, 'none']) this.#attributions.inc({ actor_type }, 0);
  }
}

const isKeyOf = <T extends object>(table: T, key: PropertyKey): key is keyof T => Object.hasOwn(table, key);
