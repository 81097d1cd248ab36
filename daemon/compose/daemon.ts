// The long-lived service: starts its parts, keeps them going, and takes them down in order.
import { aborted } from '../cli/io.ts';
import type { Attributor } from '../attribution/attributor.ts';
import type { Lanes } from '../queue/lanes.ts';
import type { DesiredKeeper } from '../source/desired.ts';
import type { Source } from '../source/source.ts';
import { ShardGroups } from '../schedule/leases/shard-groups.ts';
import type { LeasesStatus, ShardLeases } from '../schedule/leases/shard-leases.ts';
import { isUnavailable, patientJournal } from '../journal/patient-journal.ts';
import { ApprovalWatch } from '../schedule/approval-watch.ts';
import { Controller, type ControllerOptions } from '../schedule/controller.ts';
import { HistoryHeads, tellLastHeads } from '../schedule/rounds/history-heads.ts';
import { ResyncRounds, type ResyncSample } from '../schedule/rounds/resync-rounds.ts';
import type { ManagementChanges } from '../schedule/managed-groups.ts';
import { PolicyLoop } from '../schedule/policy-loop.ts';
import type { PoliciesStatus } from '../schedule/policies/policy-loop-parts.ts';
import type { Engine } from '../reconcile/engine.ts';
import type { TargetResolver } from '../schedule/selectors.ts';
import { HeadProbe } from '../ecs/heads/head-probe.ts';

/** How long steps in flight may take to finish after a stop; what is unfinished then is in the journal. */
const SHUTDOWN_GRACE_MS = 20_000;
/** For what a database is told at the very end. If it does not hear it, leases run out, and the last heads are not in the log. */
const LAST_WORDS_MS = 5000;

export interface DaemonParts {
  readonly engine: Engine;
  readonly lanes: Lanes;
  readonly source: Source;
  readonly keeper: DesiredKeeper;
  readonly leases: ShardLeases;
  readonly resolver: TargetResolver;
  readonly controller: Omit<ControllerOptions, 'onProgress' | 'rounds'>;
  /** How often the heads of all groups are read; 0: never. */
  readonly probeMs: number;
  /** Who made groups drift; null if no one is asked. */
  readonly attributor: Attributor | null;
  /** Calls the listener whenever the policies shall be read again (SIGHUP). */
  readonly onReload: (listener: () => void) => void;
  readonly stopSignal: AbortSignal;
  /** Called once, with the revision of the policies that were read first. */
  readonly onFirstRead?: (revision: string) => void;
}

export class Daemon {
  readonly controller: Controller;
  readonly #parts: DaemonParts;
  readonly #policyLoop: PolicyLoop;
  readonly #approvals: ApprovalWatch;
  readonly #probe: HeadProbe;
  readonly #rounds: ResyncRounds;
  readonly #heads: HistoryHeads;
  #announced = false;

  constructor(parts: DaemonParts) {
    this.#parts = parts;
    const onProgress = () => {
      this.#announceReady();
      this.#approvals.look();
    };
    const { engine, lanes } = parts;
    const rounds = new ResyncRounds({ engine, lanes: () => lanes.status() });
    this.#rounds = rounds;
    this.#heads = new HistoryHeads(engine, parts.stopSignal);
    this.controller = new Controller(engine, { ...parts.controller, onProgress, rounds });
    const patient = { ...engine, journal: patientJournal(engine.journal, engine.clock, parts.stopSignal) };
    this.#policyLoop = new PolicyLoop(
      { ...parts, engine: patient, controller: this.controller, onProgress },
      parts.stopSignal,
    );
    parts.leases.listen(
      new ShardGroups({
        controller: this.controller,
        policyLoop: this.#policyLoop,
        heads: engine.heads,
        attributor: parts.attributor,
      }),
    );
    this.#probe = new HeadProbe({
      engine: parts.engine,
      probeMs: parts.probeMs,
      onNews: (group, urgency) => this.controller.trigger(group, urgency),
      stopping: parts.stopSignal,
    });
    this.#approvals = new ApprovalWatch({
      engine: patient,
      isWaiting: () => this.#heedsDecisions || this.controller.hasBlocked,
      onNews: () => {
        if (this.#heedsDecisions) this.#policyLoop.reload();
        this.controller.triggerBlocked();
      },
      stopping: parts.stopSignal,
    });
  }

  /** Whether a person's word would put other policies in force: of a git source a rollback does at any time. */
  get #heedsDecisions(): boolean {
    const isGit = this.#parts.source.remote() !== null;
    return isGit || this.#policyLoop.held !== null || this.#policyLoop.hasFrozenReleases;
  }

  /** Policies loaded, and a first reconcile of every group tried. */
  get ready(): boolean {
    return this.#policyLoop.loaded && this.#parts.leases.isSettled && this.controller.everyGroupTried;
  }

  get policies(): PoliciesStatus {
    return this.#policyLoop.policies;
  }

  /** How long the last look at all groups took, by account and region. */
  get resyncs(): readonly ResyncSample[] {
    return this.#rounds.samples();
  }

  /** Who holds which shards; null: this process has everything. */
  get leases(): LeasesStatus | null {
    return this.#parts.leases.status();
  }

  get management(): ManagementChanges {
    return this.#policyLoop.management;
  }

  /** Asks the remote of the policies now, or reads the files again. May be called at any time; calls merge. */
  fetchNow(): void {
    this.#policyLoop.fetchNow();
  }

  /**
   * As a person asks for it: the groups of this id as soon as their turn comes, or (null) all of them and the policies
   * before. Answers how many groups there are.
   */
  reconcileNow(id: string | null): number {
    const groups = this.controller.tally.listed().filter((group) => id === null || group.id === id);
    if (groups.length > 0 || id === null) {
      const { telemetry } = this.#parts.engine;
      telemetry.emit('reconcile.requested', { groups: groups.length, ...(id === null ? {} : { group: id }) });
    }
    if (id === null) this.#readAllAgain();
    else for (const group of groups) this.controller.trigger(group);
    return groups.length;
  }

  #readAllAgain(): void {
    this.#parts.resolver.listAgain();
    this.#policyLoop.fetchNow();
    this.#policyLoop.reload();
    this.controller.triggerAll();
  }

  /** Resolves after a clean stop. Rejects on a bug or a broken journal, with all work stopped. */
  async run(): Promise<void> {
    const { source, stopSignal, engine, onReload } = this.#parts;
    await this.#unlessStopped(async () => {
      await this.#approvals.start();
      await this.#parts.attributor?.takeUp((group) => engine.ownership.looksAfter(group));
    });
    this.#probe.start();
    this.#heads.start();
    const watcher = await source.watch(
      () => this.#policyLoop.reload(),
      (error) => this.#policyLoop.fail(error),
    );
    onReload(() => this.#readAllAgain());
    try {
      // Not waiting for the loop to notice the stop: it may be reading, and trying again, for minutes.
      const { attributor } = this.#parts;
      const failures = [
        this.controller,
        this.#policyLoop,
        this.#parts.leases,
        this.#approvals,
        this.#probe,
        this.#heads,
        ...(attributor === null ? [] : [attributor]),
      ].map(({ failure }) => failure);
      await this.#unlessStopped(() => Promise.race([...failures, this.#policyLoop.run()]));
    } finally {
      const signal = typeof stopSignal.reason === 'string' ? stopSignal.reason : 'failure';
      engine.telemetry.emit('daemon.stopping', { signal });
      await Promise.all([this.#stopWork(), watcher.close()]);
      await this.#within(LAST_WORDS_MS, Promise.all([this.#parts.leases.stop(), tellLastHeads(engine)]));
    }
  }

  /** What a database would have answered that is waited for no longer is missed by no one. */
  async #unlessStopped(work: () => Promise<void>): Promise<void> {
    try {
      await Promise.race([work(), aborted(this.#parts.stopSignal)]);
    } catch (error) {
      if (!(this.#parts.stopSignal.aborted && isUnavailable(error))) throw error;
    }
  }

  #announceReady(): void {
    if (this.#announced || !this.ready || this.#parts.stopSignal.aborted) return;
    this.#announced = true;
    this.#parts.engine.telemetry.emit('daemon.ready', { groups: this.controller.tally.listed().length });
  }

  async #stopWork(): Promise<void> {
    const { lanes, attributor } = this.#parts;
    attributor?.stop();
    const stopped = this.controller.stop();
    lanes.close();
    await this.#within(SHUTDOWN_GRACE_MS, stopped);
  }

  async #within(longestMs: number, work: Promise<unknown>): Promise<void> {
    const done = new AbortController();
    await Promise.race([work, this.#parts.engine.clock.sleep(longestMs, done.signal)]);
    done.abort();
  }
}
