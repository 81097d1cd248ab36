// Decides which group is reconciled and when; never what is done to it. When is the table of group-lifecycle.ts, and
// what is known of a group are the values of group-record.ts; here are the map of groups, the runners and the timers.
//
// A runner is held while a group is read. What is to be done then waits for its turn in the lanes, which let
// small plans go first: so neither large plans nor another account in trouble hold up a read. What has changed is read
// before what is only looked at again, and few changes before many.
import { groupKey, placeKey, type GroupRef } from '../../reconciler/model/group.ts';
import { moreUrgent, urgencyOfChanged, type Urgency } from '../ecs/urgency.ts';
import type { ResyncRounds } from './rounds/resync-rounds.ts';
import { Runners, type RunnerSigns } from '../queue/runners.ts';
import type { Engine } from '../reconcile/engine.ts';
import { newGroupMemory } from '../learned/group-memory.ts';
import type { ReconcileRequest } from '../reconcile/group-run.ts';
import { reconcileGroup } from '../reconcile/reconcile.ts';
import { breakerAfter, remainingPauseMs, type OpenBreaker } from './account-breaker.ts';
import { changedTargets, isLeaving, type ControlledGroup } from './groups/controlled-group.ts';
import { next, type LifecycleEffect, type LifecycleEvent } from './group-lifecycle.ts';
import { GroupTally } from './groups/group-tally.ts';
import { atOnce, piecemeal, type Pieces } from './rounds/piecemeal.ts';
import {
  attemptBegun,
  attemptEnded,
  attemptPutOff,
  causeOf,
  isNews,
  newRecord,
  nextWaitMs,
  withTarget,
  type GroupRecord,
  type Target,
  type WaitOptions,
} from './group-record.ts';

export interface ControllerOptions extends Omit<WaitOptions, 'resyncMs'> {
  /** Most groups of one account and region that are read side by side; the lanes bound their calls. */
  readonly concurrency: number;
  /** Called after each reconcile. */
  readonly onProgress: () => void;
  readonly rounds: Pick<ResyncRounds, 'follow' | 'forget' | 'note'>;
}

/** A reason of its own is no error with a stack, which takes long to make. */
const WAKE = 'woken';

export class Controller {
  readonly #engine: Engine;
  readonly #options: ControllerOptions;
  /** By account and region. */
  readonly #runners = new Map<string, Runners<ControlledGroup>>();
  readonly #runs = new Map<Promise<void>, GroupRef>();
  /** The groups that the policies name, and those whose last run has not ended yet. */
  readonly #entries = new Map<string, ControlledGroup>();
  readonly #tally = new GroupTally();
  /** By account. */
  readonly #breakers = new Map<string, OpenBreaker | null>();
  #isStopping = false;
  #reportFailure: (error: unknown) => void = () => undefined;
  /** Rejects when a run ends in a bug or a broken journal: nothing may be written any more. Never resolves. */
  readonly failure = new Promise<never>((_resolve, reject) => (this.#reportFailure = reject));

  constructor(engine: Engine, options: ControllerOptions) {
    this.#engine = engine;
    this.#options = options;
  }

  /**
   * Replaces what the policies want of the groups that are `meant`. New and changed groups are reconciled now; groups
   * that are not named any more are no longer managed. What is not meant stays as it is, named or not.
   */
  setTargets(targets: readonly Target[], meant: (group: GroupRef) => boolean = () => true): void {
    atOnce(this.settingTargets(targets, meant));
  }

  /** The same, in pieces; nothing else may set targets meanwhile. What is `meant` may change between two of them. */
  *settingTargets(targets: readonly Target[], meant: (group: GroupRef) => boolean): Pieces<void> {
    const wanted = new Map(targets.map((target) => [groupKey(target.policy), target]));
    if (this.#isStopping) return;
    for (const [key, entry] of this.#entries) {
      if (!wanted.has(key) && meant(entry.record.target.policy)) this.#take(entry, 'released');
    }
    const changed = changedTargets(wanted, this.#entries);
    // The first groups of all are just looked at.
    const urgency = this.#entries.size === 0 ? 'routine' : urgencyOfChanged(changed.size);
    for (const [key, target] of new Map([...changed, ...wanted])) {
      yield;
      if (meant(target.policy)) this.#setTarget(key, target, urgency);
    }
  }

  #setTarget(key: string, target: Target, urgency: Urgency): void {
    if (this.#isStopping) return;
    const known = this.#entries.get(key);
    if (known === undefined) {
      const memory = newGroupMemory(this.#engine.clock.monotonicMs());
      const record = newRecord(target, memory);
      const ends = { wake: null, halt: null };
      const entry: ControlledGroup = { key, state: 'waiting', record, urgency, reading: null, ...ends };
      this.#entries.set(key, entry);
      this.#options.rounds.follow(target.policy, key);
      this.#trigger(entry, 'triggered', urgency);
      return;
    }
    const changed = isNews(known.record, target);
    known.record = withTarget(known.record, target);
    if (isLeaving(known)) this.#trigger(known, 'namedAgain', urgency);
    else if (changed) this.#trigger(known, 'targetChanged', urgency);
  }

  /** Ends the runs of these groups at their next step; they stay managed. */
  halt(isIn: (group: GroupRef) => boolean): void {
    for (const entry of this.#entries.values())
      if (isIn(entry.record.target.policy)) this.#take(entry, 'halted');
  }

  /** These groups are no longer managed here. Resolves when nothing is under way for any of them. */
  async release(isIn: (group: GroupRef) => boolean): Promise<void> {
    this.setTargets([], isIn);
    await Promise.all([...this.#runs].flatMap(([run, group]) => (isIn(group) ? [run] : [])));
  }

  /** Whether the group is one that the policies name, or one whose last run has not ended yet. */
  knows(group: GroupRef): boolean {
    return this.#entries.has(groupKey(group));
  }

  /** Null: no policy names it. */
  recordOf(group: GroupRef): GroupRecord | null {
    const entry = this.#entries.get(groupKey(group));
    return entry === undefined || isLeaving(entry) ? null : entry.record;
  }

  /**
   * Reconciles the group as soon as its turn comes; one that is running, once more after that. Of many groups at once
   * say so: see `urgencyOfChanged`.
   */
  trigger(group: GroupRef, urgency: Urgency = 'fix'): void {
    const entry = this.#entries.get(groupKey(group));
    if (entry !== undefined) this.#trigger(entry, 'triggered', urgency);
  }

  /** The same for all of these groups. */
  triggerIn(isIn: (group: GroupRef) => boolean): void {
    const entries = [...this.#tally.named].filter(({ record }) => isIn(record.target.policy));
    for (const entry of entries) this.#trigger(entry, 'triggered', urgencyOfChanged(entries.length));
  }

  /** Reconciles every group as soon as a runner is free; one that is running, once more after that. Takes turns with others. */
  triggerAll(): void {
    piecemeal(this.#triggeringAll(), this.#engine.clock).catch(this.#reportFailure);
  }

  *#triggeringAll(): Pieces<void> {
    for (const entry of this.#entries.values()) {
      yield;
      if (!this.#isStopping) this.#trigger(entry, 'triggered', 'routine');
    }
  }

  /** Reconciles every group whose plan is blocked, as soon as a runner is free. */
  triggerBlocked(): void {
    const blocked = [...this.#tally.blocked];
    for (const entry of blocked) this.#trigger(entry, 'triggered', urgencyOfChanged(blocked.length));
  }

  get hasBlocked(): boolean {
    return this.#tally.blocked.size > 0;
  }

  /** Whether every group has been tried at least once since it became known. */
  get everyGroupTried(): boolean {
    return this.#tally.untried.size === 0;
  }

  /** What is counted of the groups that the policies name. */
  get tally(): Pick<GroupTally, 'counts' | 'listed' | 'records' | 'status'> {
    return this.#tally;
  }

  /** Takes no more work, lets the steps in flight finish, and resolves when no runner is left. May be called twice. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    for (const entry of this.#entries.values()) this.#take(entry, 'stopping');
    for (const runners of this.#runners.values()) runners.clear();
    await Promise.all(this.#runs.keys());
  }

  /** Something says that the group is to be looked at, and how urgent that is. */
  #trigger(entry: ControlledGroup, event: LifecycleEvent, urgency: Urgency): void {
    entry.urgency = moreUrgent(entry.urgency, urgency);
    this.#take(entry, event);
    if (entry.state === 'queued') this.#enqueue(entry);
    // A read that waits behind others would hold up the next one, which need not wait.
    const { state, reading } = entry;
    const isHeldUp =
      state === 'runningThenQueue' && reading !== null && reading !== moreUrgent(reading, urgency);
    if (isHeldUp) entry.halt?.abort();
  }

  /** Moves the group on and does what that takes, but for `reconcile`, which the free runner waits for. */
  #take(entry: ControlledGroup, event: LifecycleEvent): LifecycleEffect {
    const [state, effect] = next(entry.state, event);
    entry.state = state;
    if (state !== 'waiting') entry.wake?.abort(WAKE);
    switch (effect) {
      case 'enqueue':
        this.#enqueue(entry);
        break;
      case 'halt':
        entry.halt?.abort();
        break;
      case 'wait':
        void this.#wait(entry);
        break;
      case 'forget':
        this.#entries.delete(entry.key);
        this.#options.rounds.forget(entry.record.target.policy, entry.key);
        break;
      case 'reconcile':
      case 'none':
        break;
    }
    this.#tally.note(entry, this.#entries.get(entry.key) === entry);
    return effect;
  }

  /** One that waits in the queue already moves up if it has become more urgent. */
  #enqueue(entry: ControlledGroup): void {
    const place = placeKey(entry.record.target.policy);
    const runners =
      this.#runners.get(place) ??
      new Runners<ControlledGroup>(this.#options.concurrency, (next, signs) => this.#run(next, signs));
    this.#runners.set(place, runners);
    runners.add(entry, entry.urgency);
  }

  async #wait(entry: ControlledGroup): Promise<void> {
    const delayMs = nextWaitMs(entry.record, { ...this.#options, resyncMs: this.#engine.resyncMs });
    const { signal } = (entry.wake = new AbortController());
    entry.record = { ...entry.record, nextAttemptMs: this.#engine.clock.nowMs() + delayMs };
    await this.#engine.clock.sleep(delayMs, signal);
    if (!signal.aborted) this.#trigger(entry, 'woken', entry.record.failures > 0 ? 'retry' : 'routine');
  }

  #run(entry: ControlledGroup, signs: RunnerSigns): void {
    if (this.#take(entry, 'runnerFree') !== 'reconcile') {
      signs.read();
      return;
    }
    const { urgency } = entry;
    entry.urgency = 'routine';
    entry.reading = urgency;
    const onRead = (): void => {
      entry.reading = null;
      signs.read();
    };
    const run = this.#reconcile(entry, { urgency, onRead, onStalled: signs.stalled })
      .catch((error: unknown) => this.#reportFailure(error))
      .finally(() => {
        this.#runs.delete(run);
        signs.read();
      });
    this.#runs.set(run, entry.record.target.policy);
  }

  async #reconcile(
    entry: ControlledGroup,
    signs: Pick<ReconcileRequest, 'urgency' | 'onRead' | 'onStalled'>,
  ): Promise<void> {
    const { clock } = this.#engine;
    const { policy, revision } = entry.record.target;
    const { account } = policy;
    const breaker = this.#breakers.get(account) ?? null;
    const pauseMs = remainingPauseMs(breaker, clock.monotonicMs());
    if (breaker !== null && pauseMs > 0) {
      const reason = `no calls to account ${account} for now: ${breaker.reason}`;
      this.#settle(entry, attemptPutOff(entry.record, reason, pauseMs));
      return;
    }
    const cause = causeOf(entry.record);
    entry.record = attemptBegun(entry.record, clock.nowMs());
    const { signal } = (entry.halt = new AbortController());
    const { memory } = entry.record;
    const request = { policy, revision, cause, memory, approvedPlan: null, ...signs };
    const reconciled = await reconcileGroup(this.#engine, request, signal);
    const before = this.#breakers.get(account) ?? null;
    this.#breakers.set(account, breakerAfter(before, reconciled.outcome, clock.monotonicMs()));
    this.#settle(entry, attemptEnded(entry.record, reconciled, clock.nowMs()));
  }

  #settle(entry: ControlledGroup, record: GroupRecord): void {
    entry.record = record;
    entry.reading = null;
    entry.halt = null;
    this.#tally.note(entry, this.#entries.get(entry.key) === entry);
    const { outcome, target } = record;
    if (outcome !== null) this.#options.rounds.note(target.policy, entry.key, outcome);
    this.#options.onProgress();
    this.#take(entry, 'settled');
  }
}
