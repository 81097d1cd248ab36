// Keeps the controller's targets in line with the policies: at start, when files change, when a rule's time
// is up, and now and then, because a name or a tag may come to mean another group. Each account and region is
// resolved and handed over by itself (place-resolver.ts).
import type { CommitFacts } from '../../reconciler/report/commit.ts';
import type { DesiredState, GroupRef } from '../../reconciler/model/group.ts';
import type { HeldRevision } from '../journal/facts.ts';
import type { DesiredUpdate } from '../source/desired.ts';
import { firstLoad } from '../source/first-load.ts';
import type { LoadedPolicies } from '../source/source.ts';
import { isAborted } from '../reconcile/group-run.ts';
import { grantFromCommit } from './commit-approval.ts';
import { Expiries } from './policies/expiries.ts';
import { FreezeWatch } from './freeze-watch.ts';
import { ManagedGroups, type ManagementChanges } from './managed-groups.ts';
import { untilDoneOrLost } from './leases/interrupted.ts';
import { LeftPlaces } from './policies/left-places.ts';
import { Places } from './policies/places.ts';
import { PolicyNews } from './policies/policy-news.ts';
import type { PoliciesStatus, PolicyLoopParts } from './policies/policy-loop-parts.ts';
import { groupsKnown, ReleasedGroups } from './policies/released-groups.ts';
import { PolicyMemory } from './policy-memory.ts';
import { nextNoticeMs, reportExpiries } from './policy-events.ts';
import { heldBySource, heldEvent, heldStatus } from './held-revision.ts';
import { Turns } from './rounds/turns.ts';
import { RevisionGate, type GateVerdict } from './revision-gate.ts';

export class PolicyLoop {
  readonly #parts: PolicyLoopParts;
  readonly #stopping: AbortSignal;
  readonly #memory: PolicyMemory;
  #reloadWanted = true;
  /** Whether the journal failed in the last load: what was new then has not been told. */
  #wasCutShort = false;
  /** When the files are to be read again though nothing has changed, monotonic. */
  #lookAgainAtMs = Infinity;
  #wake = new AbortController();
  /** Expiries of the policies in force that have been announced. */
  #announced: ReadonlySet<string> = new Set();
  readonly #places: Places;
  #turn: Promise<void> = Promise.resolve();
  #reportFailure: (error: unknown) => void = () => undefined;
  /** Rejects on a bug or a broken journal. Never resolves. */
  readonly failure = new Promise<never>((_resolve, reject) => (this.#reportFailure = reject));
  #loaded = false;
  #wasRead = false;
  #problems = 0;
  #state: DesiredState = { revision: '', groups: [], expectations: [], guardrails: [] };
  readonly #gate: RevisionGate;
  readonly #news: PolicyNews;
  readonly #managed: ManagedGroups;
  readonly #released: ReleasedGroups;
  readonly #left: LeftPlaces;
  readonly #freezes: FreezeWatch;
  readonly #expiries = new Expiries();
  /** Others have theirs between the steps of a load, each of which goes over all groups. */
  readonly #turns: Turns;
  /** Groups that stay managed because of a freeze. */
  #frozenReleases = 0;
  #held: HeldRevision | null = null;
  #commit: CommitFacts | null = null;

  constructor(parts: PolicyLoopParts, stopping: AbortSignal) {
    this.#parts = parts;
    this.#stopping = stopping;
    this.#turns = new Turns(parts.engine.clock);
    this.#managed = new ManagedGroups(parts.engine);
    this.#released = new ReleasedGroups(parts.engine, parts.controller);
    this.#left = new LeftPlaces({ ...parts, managed: this.#managed, released: this.#released });
    this.#memory = new PolicyMemory(parts.engine.journal, parts.keeper);
    this.#gate = new RevisionGate(parts.engine, parts.resolver.defaultMode);
    this.#freezes = new FreezeWatch(parts.engine);
    this.#news = new PolicyNews(parts.engine);
    this.#places = new Places({
      ...parts,
      managed: this.#managed,
      stopping,
      inTurn: (work) => this.#inTurn(work),
      abandon: (meant) => this.#released.abandon(meant, this.#managed.left),
      grant: (targets, revision) => this.#gate.grant(targets, revision),
      onHandedOver: () => this.noteProgress(),
    });
    stopping.addEventListener('abort', () => this.#wake.abort(), { once: true });
  }

  /** Whether policies have come into force and the controller got their groups. A folder of errors is not one of policies. */
  get loaded(): boolean {
    return this.#loaded;
  }

  /** Revision of the policies in force, and how many problems the newest ones have. */
  get policies(): PoliciesStatus {
    return {
      revision: this.#state.revision === '' ? null : this.#state.revision,
      problems: this.#problems,
      held: this.#held === null ? null : heldStatus(this.#held, this.#parts.engine.invocation),
      commit: this.#commit,
      remote: this.#parts.source.remote(),
      notes: this.#news.notes,
    };
  }

  /** The newer revision that waits for an approval; null: none. */
  get held(): HeldRevision | null {
    return this.#held;
  }

  /** Groups that came under management or left it since the start. */
  get management(): ManagementChanges {
    return this.#managed.changes;
  }

  /** Whether groups wait for the end of a freeze, or of its hold by a person, to be released. */
  get hasFrozenReleases(): boolean {
    return this.#frozenReleases > 0;
  }

  /** Asks for the policy files to be read again. May be called at any time; calls merge. */
  reload(): void {
    this.#reloadWanted = true;
    this.#wake.abort();
  }

  /** Asks the remote of the policies now, or reads the files again. May be called at any time; calls merge. */
  fetchNow(): void {
    const { source } = this.#parts;
    if (source.remote() === null) this.reload();
    else source.refresh().catch((error: unknown) => this.fail(error));
  }

  /** What watches the policies for it has failed. */
  fail(error: unknown): void {
    this.#reportFailure(error);
  }

  /** Runs until the stop. */
  async run(): Promise<void> {
    await this.#untilAnswered(() => this.#memory.recall());
    await this.#untilAnswered(() => this.#managed.recall());
    while (!this.#stopping.aborted) {
      this.#wake = new AbortController();
      // Plans wait for one try only, and not until a database answers.
      await this.#untilAnswered(() => this.#parts.engine.beforePlans(() => this.#bringUpToDate()));
      if (!isAborted(this.#stopping)) await this.#parts.engine.clock.sleep(this.#waitMs(), this.#wake.signal);
    }
  }

  async #bringUpToDate(): Promise<void> {
    const isThawed = this.#freezes.hasEnded;
    if (this.#reloadWanted || isThawed || this.#parts.engine.clock.monotonicMs() >= this.#lookAgainAtMs) {
      try {
        await this.#load();
      } catch (error) {
        this.#reloadWanted = true;
        this.#wasCutShort = true;
        throw error;
      }
      if (isThawed || this.#wasCutShort) this.#parts.controller.triggerAll();
      this.#wasCutShort = false;
    }
    await this.#handOver();
  }

  get #isInForce(): boolean {
    return this.#problems === 0 || this.#state.groups.length > 0;
  }

  async #load(): Promise<void> {
    const { engine, keeper, source } = this.#parts;
    this.#reloadWanted = false;
    const loaded = await (this.#wasRead ? source.load() : firstLoad(this.#parts, engine.clock));
    this.#wasRead = true;
    await this.#turns.next();
    const update = await keeper.take(loaded);
    await this.#turns.next();
    const verdict = await this.#gated(update, loaded);
    await this.#turns.next();
    this.#state = verdict.state;
    this.#held = verdict.held;
    this.#problems = update.problems.filter(({ severity }) => severity === 'error').length;
    // Whatever the policies say, no group may go beyond the guardrails of the config as it is now.
    const { guardrails } = update.state;
    const areNew = engine.demands.set({ guardrails, expectations: verdict.state.expectations });
    if (areNew) this.#parts.controller.triggerAll();
    // The last good files are those in force, and not those of a revision that is held.
    await this.#remember(verdict, loaded);
    await this.#turns.next();
    this.#lookAgainAtMs = engine.clock.monotonicMs() + (update.lookAgainMs ?? Infinity);
    this.#news.tell({ update, loaded, verdict, wasCutShort: this.#wasCutShort });
  }

  async #remember({ held, state }: GateVerdict, { facts }: LoadedPolicies): Promise<void> {
    await (held?.reason === 'brake' ? this.#memory.recall() : this.#memory.note());
    if (facts === null || facts.id === state.revision) this.#commit = facts;
  }

  /** A folder of errors, with nothing in force before, is no revision. */
  async #gated(
    update: DesiredUpdate,
    { content, facts, held, approval }: LoadedPolicies,
  ): Promise<GateVerdict> {
    const { state, problems } = update;
    const { source, engine } = this.#parts;
    const isNone = state.groups.length === 0 && problems.some(({ severity }) => severity === 'error');
    if (isNone && (await engine.journal.estateFacts()).desired === null) {
      const isHeld = held === null ? null : heldBySource(held, this.#held, engine.clock.nowMs());
      return { state, held: isHeld, released: [], weakened: [] };
    }
    await grantFromCommit(engine, approval);
    const frozen = await this.#freezes.keep(state);
    this.#frozenReleases = frozen.kept;
    const judged = { state: frozen.state, content, source: { facts, held, remote: source.remote() } };
    return this.#gate.judge(judged);
  }

  async #handOver(): Promise<void> {
    const { engine } = this.#parts;
    if (this.#held !== null) engine.telemetry.emit('policies.held', heldEvent(this.#held, engine.invocation));
    this.#announced = reportExpiries(engine, this.#expiries.in(this.#state), this.#announced);
    await this.#turns.next();
    await this.#enforce();
  }

  /** These groups are this replica's to look after from now on. */
  takeUp(isIn: (group: GroupRef) => boolean): void {
    this.#places.expectMore();
    this.#released.expectMore();
    const takenUp = this.#untilAnswered(async () => {
      await this.#inTurn(async () => {
        await this.#managed.recallOf(isIn);
        this.#left.expectMore();
      });
      await this.#enforce();
    });
    takenUp.catch((error: unknown) => this.#reportFailure(error));
  }

  /** Has the groups of the policies in force looked after that are this replica's, and no others. */
  async #enforce(): Promise<void> {
    const { engine, leases, resolver } = this.#parts;
    // Where several replicas divide the estate, also a group that no policy names is some replica's to release.
    const isShared = leases.status() !== null && this.#problems === 0;
    const known = isShared ? await groupsKnown(engine) : [];
    leases.want([...this.#state.groups, ...known]);
    await this.#turns.next();
    // First, so that nothing comes back into a place that is left: what was resolved for it before is not put in force.
    // Other policies may come into force before this has its turn: all of it is about those that the places have.
    const [state, isSure] = [this.#state, this.#problems === 0];
    const places = this.#places.set(state, isSure);
    resolver.keep(state.groups);
    await this.#inTurn(() => this.#left.leave(state, isSure));
    await this.#turns.next();
    for (const place of places) {
      this.#untilAnswered(() => place.resolve()).catch((error: unknown) => this.#reportFailure(error));
    }
    this.noteProgress();
  }

  /**
   * Places are handed over one after the other: no group becomes known while intents of unknown groups are being
   * closed, or its first reconcile could adopt one of them.
   */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(work);
    // Who waits for it hears of a failure; the next one has its turn all the same.
    this.#turn = done.catch(() => undefined);
    return done;
  }

  #untilAnswered(work: () => Promise<void>): Promise<void> {
    return untilDoneOrLost(work, { clock: this.#parts.engine.clock, stopping: this.#stopping });
  }

  noteProgress(): void {
    const isHandedOver = this.#places.wereHandedOver(this.#state.groups);
    if (this.#isInForce && isHandedOver && this.#parts.leases.isSettled) {
      this.#loaded = true;
      this.#managed.endFirstLook();
    }
    this.#parts.onProgress();
  }

  #waitMs(): number {
    const { clock, resyncMs, live } = this.#parts.engine;
    const nowMs = clock.nowMs();
    const noticeMs = nextNoticeMs(this.#expiries.in(this.#state), live().expiryNoticeHours, nowMs) - nowMs;
    const lookAgainMs = Math.max(0, this.#lookAgainAtMs - clock.monotonicMs());
    return Math.min(resyncMs, lookAgainMs, noticeMs, this.#freezes.waitMs);
  }
}
