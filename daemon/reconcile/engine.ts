// What a reconcile needs of the world, bundled once by the commands and by the tests. Ports only:
// the service holds no client, no file and no timer of its own.
import type { Result } from '../../reconciler/model/result.ts';
import type { Invocation } from '../../reconciler/plan/safety.ts';
import type { PlanSettings } from '../../reconciler/plan/plan.ts';
import type { Clock } from '../clock.ts';
import type { DemandsInForce } from './safety/demands.ts';
import type { LiveSettings } from '../config/live-settings.ts';
import type { WriteOperation } from '../../reconciler/model/operation.ts';
import type { EcsApi, Place, WriteRequest } from '../ecs/api.ts';
import type { Failure } from '../ecs/failures/failure.ts';
import type { GroupHeads } from '../ecs/heads/heads.ts';
import type { Urgency } from '../ecs/urgency.ts';
import type { Journal } from '../journal/journal.ts';
import type { ShardOwnership } from '../journal/ownership.ts';
import type { CommonFields, Telemetry } from '../telemetry/events.ts';
import type { KnownLists } from '../learned/list-sizes.ts';

/** Writes at the allowed pace and retries with the same token, within bounds. */
export type PacedWrite = (
  request: WriteRequest,
  context: CommonFields & { readonly rules: number; readonly change: string },
  signal: AbortSignal,
) => Promise<Result<{ readonly requestId: string }, Failure>>;

/** The writes of one plan, whose calls have their places in the lanes. */
export interface PlanWrites {
  readonly write: PacedWrite;
  /** Gives back what was not used. May be called twice. */
  release(): void;
}

export interface SettleTimes {
  /** Wait between the authorizing and the revoking half, for the cloud to carry rules to its hosts. */
  readonly settleMs: number;
  /** How long a just-written rule may be missing from (or a just-revoked one linger in) Describe. */
  readonly lagMs: number;
}

export interface Engine {
  readonly ecs: EcsApi;
  readonly heads: GroupHeads;
  /**
   * Waits until the lanes have room for a whole plan, so that none stops between its halves for lack of budget.
   * Null if `signal` aborted or the lanes closed before.
   */
  readonly reserve: (
    place: Place,
    calls: Readonly<Partial<Record<WriteOperation, number>>>,
    options: { readonly urgency: Urgency; readonly signal: AbortSignal },
  ) => Promise<PlanWrites | null>;
  readonly journal: Journal;
  /** Which groups this process looks after, and may write to. */
  readonly ownership: ShardOwnership;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  readonly planOptions: PlanSettings;
  /** The settings in force now: SIGHUP may change them, so ask at each use. */
  readonly live: () => LiveSettings;
  /** Guardrails and expectations in force. */
  readonly demands: DemandsInForce;
  /** For commands that are printed to be pasted. */
  readonly invocation: Invocation;
  readonly lists: Pick<KnownLists, 'of'>;
  readonly patience: SettleTimes;
  /** Time between two reconciles of a group that is as its policy says. */
  readonly resyncMs: number;
  /** One plan is made a turn of the event loop, the most urgent first. Resolves at once if the signal aborts. */
  readonly planningTurn: (urgency: Urgency, signal: AbortSignal) => Promise<void>;
  /** Until the work is done, plans that can wait have fewer turns: what the policies say now may be more urgent. */
  readonly beforePlans: <T>(work: () => Promise<T>) => Promise<T>;
  /** A short id that ties all events of one reconcile together. */
  readonly newReconcileId: () => string;
}
