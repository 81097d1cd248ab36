// Keeps the controller's targets in line with the policies: at start, when files change, when a rule's time
// is up, and now and then, because a name or a tag may come to mean another group. Each account and region is
// resolved and handed over by itself (place-resolver.ts).
import { placeKey, type DesiredState, type GroupRef } from '../../reconciler/model/group.ts';
import type { DesiredKeeper } from '../source/desired.ts';
import type { Source } from '../source/source.ts';
import type { Engine } from '../reconcile/engine.ts';
import { abandonReleased } from '../reconcile/intents.ts';
import { isAborted } from '../reconcile/group-run.ts';
import type { Controller } from './controller.ts';
import { PlaceResolver, type PlaceResolverParts } from './place-resolver.ts';
import { reportExpiries, reportLoaded, reportProblems } from './policy-events.ts';
import { expiringRules, type TargetResolver } from './selectors.ts';

export interface PolicyLoopParts {
  readonly engine: Engine;
  readonly source: Source;
  readonly keeper: DesiredKeeper;
  readonly resolver: TargetResolver;
  readonly controller: Controller;
  /** Called each time that the controller got targets. */
  readonly onProgress: () => void;
}

export class PolicyLoop {
  readonly #parts: PolicyLoopParts;
  readonly #stopping: AbortSignal;
  readonly #placeParts: PlaceResolverParts;
  #reloadWanted = true;
  #wake = new AbortController();
  /** Expiries of the policies in force that have been announced. */
  #announced: ReadonlySet<string> = new Set();
  /** By account and region: every place that the policies ever named. */
  readonly #places = new Map<string, PlaceResolver>();
  #turn: Promise<void> = Promise.resolve();
  #reportFailure: (error: unknown) => void = () => undefined;
  /** Rejects on a bug or a broken journal. Never resolves. */
  readonly failure = new Promise<never>((_resolve, reject) => (this.#reportFailure = reject));
  #loaded = false;
  #problems = 0;
  #state: DesiredState = { revision: '', groups: [], expectations: [], guardrails: [] };

  constructor(parts: PolicyLoopParts, stopping: AbortSignal) {
    this.#parts = parts;
    this.#stopping = stopping;
    this.#placeParts = {
      ...parts,
      stopping,
      policies: () => ({ revision: this.#state.revision, problems: this.#problems }),
      inTurn: (work) => this.#inTurn(work),
      abandon: (meant) => this.#abandon(meant),
      onHandedOver: () => this.#noteProgress(),
    };
    stopping.addEventListener('abort', () => this.#wake.abort(), { once: true });
  }

  /** Whether policies have come into force and the controller got their groups. A folder of errors is not one of policies. */
  get loaded(): boolean {
    return this.#loaded;
  }

  /** Revision of the policies in force, and how many problems the newest ones have. */
  get policies(): { readonly revision: string | null; readonly problems: number } {
    return { revision: this.#state.revision === '' ? null : this.#state.revision, problems: this.#problems };
  }

  /** Asks for the policy files to be read again. May be called at any time; calls merge. */
  reload(): void {
    this.#reloadWanted = true;
    this.#wake.abort();
  }

  /** Runs until the stop. */
  async run(): Promise<void> {
    while (!this.#stopping.aborted) {
      this.#wake = new AbortController();
      if (this.#reloadWanted) {
        this.#reloadWanted = false;
        await this.#load();
      }
      await this.#handOver();
      if (!isAborted(this.#stopping)) await this.#parts.engine.clock.sleep(this.#waitMs(), this.#wake.signal);
    }
  }

  get #isInForce(): boolean {
    return this.#problems === 0 || this.#state.groups.length > 0;
  }

  async #load(): Promise<void> {
    const { engine, keeper, source } = this.#parts;
    const loaded = await source.load();
    const update = keeper.take(loaded);
    this.#state = update.state;
    this.#problems = update.problems.filter(({ severity }) => severity === 'error').length;
    reportProblems(engine, update);
    if (update.changed && this.#isInForce) reportLoaded(engine, update, loaded);
  }

  async #handOver(): Promise<void> {
    const { engine, resolver, controller } = this.#parts;
    this.#announced = reportExpiries(engine, this.#state, this.#announced);
    resolver.keep(this.#state.groups);
    const named = new Set(this.#state.groups.map(placeKey));
    const isNamed = (group: GroupRef): boolean => named.has(placeKey(group));
    await this.#inTurn(async () => {
      controller.setTargets([], (group) => !isNamed(group));
      if (this.#problems === 0) await this.#abandon(isNamed);
    });
    for (const place of named) this.#places.set(place, this.#placeOf(place));
    for (const [place, placeResolver] of this.#places) {
      placeResolver.setGroups(this.#state.groups.filter((group) => placeKey(group) === place));
      if (!named.has(place)) continue;
      placeResolver.resolve().catch((error: unknown) => this.#reportFailure(error));
    }
    this.#noteProgress();
  }

  #placeOf(place: string): PlaceResolver {
    return this.#places.get(place) ?? new PlaceResolver(place, this.#placeParts);
  }

  /**
   * Places are handed over one after the other: no group becomes known while intents of unknown groups are being
   * closed, or its first reconcile could adopt one of them.
   */
  #inTurn(work: () => Promise<void>): Promise<void> {
    return (this.#turn = this.#turn.then(work));
  }

  /** Closes the intents of groups that are no longer managed, but for those that may be `meant`. */
  #abandon(meant: (group: GroupRef) => boolean): Promise<void> {
    const { engine, controller } = this.#parts;
    return abandonReleased(engine, (group) => meant(group) || controller.knows(group));
  }

  #noteProgress(): void {
    const isHandedOver = this.#state.groups.every(
      (group) => this.#places.get(placeKey(group))?.wasHandedOver === true,
    );
    if (this.#isInForce && isHandedOver) this.#loaded = true;
    this.#parts.onProgress();
  }

  #waitMs(): number {
    const { clock, resyncMs } = this.#parts.engine;
    const nowMs = clock.nowMs();
    const expiring = expiringRules(this.#state).find((rule) => rule.expiresAtMs > nowMs);
    return expiring === undefined ? resyncMs : Math.min(resyncMs, expiring.expiresAtMs - nowMs);
  }
}
