// Decides which group is looked at and when; never what is done to it. Level-triggered: a trigger
// names a group, duplicates merge, and one runner at a time owns a group.
//
// A group is always in one of these states:
//   waiting   a wake-up time is set (resync, or back-off after a failure)   -> queued when it comes or on a trigger
//   queued    in the queue of runners of its account and region             -> running when a runner is free
//   running   a reconcile is under way; a trigger now sets `again`          -> queued if `again`, else waiting
// A runner is held for the look at a group only. What is to be done then waits for its turn in the lanes, which let
// small plans go first: so neither large plans nor another account in trouble hold up a look.
//
// A group whose policy changes while it is running is told to stop at the next step, and looked at again. One that
// leaves the policies is let go: if it is running then, it is told the same, and waits in `#leaving` until it has
// stopped: named again before that, it comes back and is queued when the run ends.
import { isDeepStrictEqual } from 'node:util';
import PQueue from 'p-queue';
import { groupKey, placeKey, type GroupRef } from '../../reconciler/model/group.ts';
import type { GroupPolicy } from '../../reconciler/plan/plan.ts';
import { AccountBars, type Bar } from './account-breaker.ts';
import type { Engine } from '../reconcile/engine.ts';
import { newGroupMemory, type GroupMemory } from '../reconcile/group-memory.ts';
import { reconcileGroup } from '../reconcile/reconcile.ts';
import type { ReconcileOutcome } from '../reconcile/reconcile-types.ts';
import type { Cause } from '../reconcile/run-context.ts';

/** A group as the policies want it, of one revision. */
export interface Target {
  readonly policy: GroupPolicy;
  readonly revision: string;
}

export interface ControllerOptions {
  /** Groups of one account and region that are looked at side by side. */
  readonly concurrency: number;
  /** Time between two looks at a group that is as it should be. */
  readonly resyncMs: number;
  /** First wait after a failed reconcile; doubles up to `resyncMs` or `MAX_RETRY_MS`, whichever is more. */
  readonly retryMs: number;
  /** From 0 up to 1: waits are shortened a little by it, lest hundreds of groups come back in one instant. */
  readonly random: () => number;
  /** Told after each reconcile. */
  readonly onProgress: () => void;
}

/** What is known of a group, for `/api/status`. Times are Unix milliseconds. */
export interface GroupStatus {
  readonly account: string;
  readonly region: string;
  readonly id: string;
  /** `pending`: the policy has changed since the last look, so nothing is known of how the group stands to it. */
  readonly outcome: ReconcileOutcome['kind'] | 'not-tried' | 'pending';
  readonly reason: string;
  readonly revision: string;
  readonly lastAttemptMs: number | null;
  readonly lastConvergedMs: number | null;
  readonly failures: number;
}

interface Entry {
  target: Target;
  state: 'waiting' | 'queued' | 'running';
  again: boolean;
  /** What the last reconcile worked by. */
  attempted: GroupPolicy | null;
  failures: number;
  outcome: ReconcileOutcome | null;
  /** The policy that `outcome` is about. */
  judged: GroupPolicy | null;
  lastAttemptMs: number | null;
  lastConvergedMs: number | null;
  /** Ends the current wait. */
  wake: AbortController;
  /** Ends the current run, at its next step. */
  halt: AbortController;
  readonly memory: GroupMemory;
}

const MAX_RETRY_MS = 60_000;
/** Most that a wait is shortened by. */
const JITTER = 0.1;

export class Controller {
  readonly #engine: Engine;
  readonly #options: ControllerOptions;
  /** By account and region. */
  readonly #runners = new Map<string, PQueue>();
  readonly #underWay = new Set<Promise<void>>();
  readonly #entries = new Map<string, Entry>();
  /** Groups that were let go, and whose run has not ended yet. */
  readonly #leaving = new Map<string, Entry>();
  readonly #bars = new AccountBars();
  readonly #stopping = new AbortController();
  #reportFailure: (error: unknown) => void = () => undefined;
  /** Rejects when a run ends in a bug or a broken journal: nothing may be written any more. Never resolves. */
  readonly failure = new Promise<never>((_resolve, reject) => (this.#reportFailure = reject));

  constructor(engine: Engine, options: ControllerOptions) {
    this.#engine = engine;
    this.#options = options;
  }

  /**
   * Replaces what the policies want of the groups that are `meant`. New and changed groups are looked at now; groups
   * that are not named any more are let go.
   */
  setTargets(targets: readonly Target[], meant: (group: GroupRef) => boolean = () => true): void {
    const wanted = new Map(targets.map((target) => [groupKey(target.policy), target]));
    for (const [key, entry] of this.#entries) {
      if (!wanted.has(key) && meant(entry.target.policy)) this.#letGo(key, entry);
    }
    for (const [key, target] of wanted) {
      const entry = this.#entries.get(key);
      // Only what a policy says is news; its revision changes with every commit, whatever it touched.
      const isNews = entry === undefined || !isDeepStrictEqual(entry.target.policy, target.policy);
      if (entry === undefined) this.#entries.set(key, this.#returning(key, target) ?? this.#newEntry(target));
      else entry.target = isNews ? target : { ...target, policy: entry.target.policy };
      if (!isNews) continue;
      // What it is doing may be what the new policy takes back.
      if (entry?.state === 'running') entry.halt.abort();
      this.trigger(key);
    }
  }

  #newEntry(target: Target): Entry {
    return {
      target,
      state: 'waiting',
      again: false,
      attempted: null,
      failures: 0,
      outcome: null,
      judged: null,
      lastAttemptMs: null,
      lastConvergedMs: null,
      wake: new AbortController(),
      halt: new AbortController(),
      memory: newGroupMemory(this.#options.resyncMs, this.#engine.clock.monotonicMs()),
    };
  }

  #letGo(key: string, entry: Entry): void {
    this.#entries.delete(key);
    entry.wake.abort();
    entry.halt.abort();
    if (entry.state === 'running') this.#leaving.set(key, entry);
  }

  /** The entry of a group that is named again while its last run still goes on: no second run beside it. */
  #returning(key: string, target: Target): Entry | null {
    const entry = this.#leaving.get(key);
    if (entry === undefined) return null;
    this.#leaving.delete(key);
    entry.target = target;
    return entry;
  }

  /** Whether the group is one that the policies name, or one whose last run has not ended yet. */
  knows(group: GroupRef): boolean {
    return this.#entries.has(groupKey(group)) || this.#leaving.has(groupKey(group));
  }

  /** Looks at a group as soon as a runner is free; during a run, once more after it. Unknown keys are ignored. */
  trigger(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined || this.#stopping.signal.aborted) return;
    switch (entry.state) {
      case 'running':
        entry.again = true;
        return;
      case 'queued':
        return;
      case 'waiting':
        entry.wake.abort();
        entry.state = 'queued';
        void this.#runnersOf(entry.target.policy).add(() => this.#run(key, entry));
    }
  }

  #runnersOf(group: GroupRef): PQueue {
    const place = placeKey(group);
    const runners = this.#runners.get(place) ?? new PQueue({ concurrency: this.#options.concurrency });
    this.#runners.set(place, runners);
    return runners;
  }

  triggerAll(): void {
    for (const key of this.#entries.keys()) this.trigger(key);
  }

  /** Whether every group has been tried at least once since it became known. */
  get everyGroupTried(): boolean {
    return [...this.#entries.values()].every((entry) => entry.outcome !== null);
  }

  status(): GroupStatus[] {
    return [...this.#entries.keys()].sort().flatMap((key) => {
      const entry = this.#entries.get(key);
      return entry === undefined ? [] : [entryStatus(entry)];
    });
  }

  /** Takes no more work, lets the steps in flight finish, and resolves when no runner is left. May be called twice. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    for (const entry of this.#entries.values()) {
      entry.wake.abort();
      entry.halt.abort();
    }
    await Promise.all([...this.#runners.values()].map((runners) => runners.onIdle()));
    await Promise.all(this.#underWay);
  }

  /** Resolves as soon as the group has been looked at; never rejects. */
  #run(key: string, entry: Entry): Promise<void> {
    return new Promise((looked) => {
      const run = this.#reconcile(key, entry, looked)
        .catch((error: unknown) => this.#reportFailure(error))
        .finally(() => {
          this.#underWay.delete(run);
          looked();
        });
      this.#underWay.add(run);
    });
  }

  async #reconcile(key: string, entry: Entry, onLooked: () => void): Promise<void> {
    if (this.#stopping.signal.aborted || this.#entries.get(key) !== entry) return;
    entry.state = 'running';
    entry.again = false;
    entry.halt = new AbortController();
    const { policy, revision } = entry.target;
    const bar = this.#bars.barOf(policy.account, this.#engine.clock.monotonicMs());
    if (bar !== null) {
      this.#rest(key, entry, bar);
      return;
    }
    const cause = causeOf(entry);
    if (cause === 'policy') entry.memory.quarantine.clear();
    entry.attempted = policy;
    entry.lastAttemptMs = this.#engine.clock.nowMs();
    const outcome = await reconcileGroup(
      this.#engine,
      { policy, revision, cause, memory: entry.memory, approvedPlan: null, onLooked },
      entry.halt.signal,
    );
    if (!this.#leaving.delete(key)) this.#settle(key, entry, outcome);
  }

  /** Puts the look off until the account may be called again. */
  #rest(key: string, entry: Entry, { reason, remainingMs }: Bar): void {
    entry.outcome = { kind: 'not-converged', reason, failure: null, setAside: false };
    entry.judged = entry.target.policy;
    entry.state = 'waiting';
    this.#options.onProgress();
    void this.#wait(key, entry, remainingMs);
  }

  #settle(key: string, entry: Entry, outcome: ReconcileOutcome): void {
    entry.outcome = outcome;
    entry.judged = entry.attempted;
    this.#bars.note(entry.target.policy.account, outcome, this.#engine.clock.monotonicMs());
    if (outcome.kind !== 'not-converged') entry.failures = 0;
    else entry.failures = outcome.setAside ? 1 : entry.failures + 1;
    if (outcome.kind === 'converged') entry.lastConvergedMs = this.#engine.clock.nowMs();
    entry.state = 'waiting';
    this.#options.onProgress();
    if (entry.again) this.trigger(key);
    else void this.#wait(key, entry, this.#delayMs(entry));
  }

  async #wait(key: string, entry: Entry, delayMs: number): Promise<void> {
    if (this.#stopping.signal.aborted) return;
    entry.wake = new AbortController();
    const { signal } = entry.wake;
    await this.#engine.clock.sleep(delayMs, signal);
    if (!signal.aborted && this.#entries.get(key) === entry) this.trigger(key);
  }

  #delayMs(entry: Entry): number {
    const { resyncMs } = this.#options;
    const { outcome } = entry;
    const restMs = outcome !== null && 'restMs' in outcome ? outcome.restMs : null;
    if (restMs !== null) return outcome?.kind === 'blocked' ? Math.min(restMs, resyncMs) : restMs;
    if (entry.failures === 0) return this.#jittered(resyncMs);
    const cap = Math.max(resyncMs, MAX_RETRY_MS);
    const delayMs = Math.min(this.#options.retryMs * 2 ** (entry.failures - 1), cap);
    return this.#jittered(delayMs);
  }

  #jittered(delayMs: number): number {
    return delayMs * (1 - JITTER * this.#options.random());
  }
}

function causeOf(entry: Entry): Cause {
  if (entry.attempted === null) return 'start';
  return isDeepStrictEqual(entry.attempted, entry.target.policy) ? 'drift' : 'policy';
}

const isPending = ({ outcome, judged, target }: Entry): boolean =>
  outcome !== null && judged !== target.policy;

function entryStatus(entry: Entry): GroupStatus {
  const { account, region, id } = entry.target.policy;
  return {
    account,
    region,
    id,
    ...(isPending(entry)
      ? { outcome: 'pending', reason: 'the policy has changed since the last look' }
      : { outcome: entry.outcome?.kind ?? 'not-tried', reason: outcomeReason(entry.outcome) }),
    revision: entry.target.revision,
    lastAttemptMs: entry.lastAttemptMs,
    lastConvergedMs: entry.lastConvergedMs,
    failures: entry.failures,
  };
}

function outcomeReason(outcome: ReconcileOutcome | null): string {
  switch (outcome?.kind) {
    case 'not-converged':
    case 'quarantined':
      return outcome.reason;
    case 'blocked':
      return outcome.reasons.join('; ');
    case undefined:
    case 'converged':
    case 'observed':
    case 'aborted':
      return '';
  }
}
