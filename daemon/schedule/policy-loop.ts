// Keeps the controller's targets in line with the policies: at start, when files change, when a rule's time
// is up, and now and then, because a name or a tag may come to mean another group. Each account and region is
// handed over by itself, so that one in trouble, whose selectors cannot be resolved, holds up no other.
import { isDeepStrictEqual } from 'node:util';
import { placeKey, type DesiredState, type GroupRef } from '../../reconciler/model/group.ts';
import type { Problem } from '../../reconciler/model/problem.ts';
import { describeRule } from '../../reconciler/model/rule-text.ts';
import type { Place } from '../ecs/api.ts';
import type { DesiredKeeper, DesiredUpdate } from '../source/desired.ts';
import type { LoadedPolicies, Source } from '../source/source.ts';
import type { Controller } from './controller.ts';
import type { Engine } from '../reconcile/engine.ts';
import { abandonReleased } from '../reconcile/open-intents.ts';
import { isAborted } from '../reconcile/run-context.ts';
import { expiringRules, selectorText, type TargetResolver, type UnresolvedSelector } from './selectors.ts';

export interface DesiredLoopParts {
  readonly engine: Engine;
  readonly source: Source;
  readonly keeper: DesiredKeeper;
  readonly resolver: TargetResolver;
  readonly controller: Controller;
  /** Longest time between two resolutions of the selectors. */
  readonly resyncMs: number;
  /** Told after each time that the controller got its targets. */
  readonly onProgress: () => void;
}

const DETAILS_IN_EVENTS = 20;
const EXPIRY_NOTICE_MS = 7 * 24 * 60 * 60_000;

export class DesiredLoop {
  readonly #parts: DesiredLoopParts;
  readonly #stopping: AbortSignal;
  #reloadWanted = true;
  #wake = new AbortController();
  /** Expiries of the policies in force that have been announced, by rule text. */
  readonly #announced = new Set<string>();
  /** Places (account and region) that are being handed over; true: to be handed over once more after that. */
  readonly #handing = new Map<string, boolean>();
  #turn: Promise<void> = Promise.resolve();
  /** Places that have been handed over. */
  readonly #handed = new Set<string>();
  #reportFailure: (error: unknown) => void = () => undefined;
  /** Rejects on a bug or a broken journal. Never resolves. */
  readonly failure = new Promise<never>((_resolve, reject) => (this.#reportFailure = reject));
  #loaded = false;
  #problems = 0;
  #state: DesiredState = { revision: '', groups: [] };

  constructor(parts: DesiredLoopParts, stopping: AbortSignal) {
    this.#parts = parts;
    this.#stopping = stopping;
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

  /** Asks for a fresh look at the policy files. May be called at any time; calls merge. */
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
      await this.#hand();
      if (!isAborted(this.#stopping)) await this.#parts.engine.clock.sleep(this.#restMs(), this.#wake.signal);
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

  async #hand(): Promise<void> {
    const { engine, resolver, controller } = this.#parts;
    this.#announceExpiries(engine.clock.nowMs());
    resolver.keep(this.#state.groups);
    const places = new Set(this.#state.groups.map(placeKey));
    await this.#inTurn(async () => {
      controller.setTargets([], (group) => !places.has(placeKey(group)));
      if (this.#problems === 0) await this.#abandon((group) => places.has(placeKey(group)));
    });
    for (const place of places) this.#handPlace(place);
    this.#noteProgress();
  }

  /** Once more after the time that is under way, if one is. */
  #handPlace(place: string): void {
    const isUnderWay = this.#handing.has(place);
    this.#handing.set(place, isUnderWay);
    if (isUnderWay) return;
    this.#resolvePlace(place).catch((error: unknown) => this.#reportFailure(error));
  }

  async #resolvePlace(place: string): Promise<void> {
    const { engine, resolver, controller } = this.#parts;
    const inPlace = (group: Place): boolean => placeKey(group) === place;
    const groups = this.#state.groups.filter(inPlace);
    const isSure = this.#problems === 0;
    const { targets, unresolved } = await resolver.resolve(groups, engine.clock.nowMs());
    await this.#inTurn(async () => {
      if (this.#stopping.aborted) return;
      const { revision } = this.#state;
      for (const selector of unresolved) reportUnresolved(engine, revision, selector);
      // What the policies said before they changed is not put in force any more.
      if (isDeepStrictEqual(groups, this.#state.groups.filter(inPlace))) {
        controller.setTargets(
          targets.map((policy) => ({ policy, revision })),
          inPlace,
        );
        this.#handed.add(place);
        // Only where it is sure which groups the policies mean may a group count as not meant.
        if (isSure && unresolved.length === 0) await this.#abandon((group) => !inPlace(group));
        this.#noteProgress();
      }
    });
    if (this.#stopping.aborted) return;
    const again = this.#handing.get(place) === true;
    this.#handing.delete(place);
    if (again) this.#handPlace(place);
  }

  /**
   * Places are handed over one after the other: no group becomes known while intents of unknown groups are being
   * closed, or its first reconcile could adopt one of them.
   */
  #inTurn(work: () => Promise<void>): Promise<void> {
    return (this.#turn = this.#turn.then(work));
  }

  /** Closes the intents of groups that nobody knows of any more, but for those that may be `meant`. */
  #abandon(meant: (group: GroupRef) => boolean): Promise<void> {
    const { engine, controller } = this.#parts;
    return abandonReleased(engine, (group) => meant(group) || controller.knows(group));
  }

  #noteProgress(): void {
    const isHanded = this.#state.groups.every((group) => this.#handed.has(placeKey(group)));
    if (this.#isInForce && isHanded) this.#loaded = true;
    this.#parts.onProgress();
  }

  #announceExpiries(nowMs: number): void {
    const { engine } = this.#parts;
    const before = new Set(this.#announced);
    this.#announced.clear();
    for (const expiring of expiringRules(this.#state)) {
      if (expiring.expiresAtMs - nowMs > EXPIRY_NOTICE_MS) continue;
      const rule = describeRule(expiring.rule);
      const expiresAt = new Date(expiring.expiresAtMs).toISOString();
      const event = expiring.expiresAtMs <= nowMs ? 'rule.expired' : 'rule.expiring';
      const key = `${event} ${expiresAt} ${expiring.source.file} ${rule}`;
      this.#announced.add(key);
      if (!before.has(key)) engine.telemetry.emit(event, { revision: this.#state.revision, rule, expiresAt });
    }
  }

  #restMs(): number {
    const { engine, resyncMs } = this.#parts;
    const nowMs = engine.clock.nowMs();
    const next = expiringRules(this.#state).find((rule) => rule.expiresAtMs > nowMs);
    return next === undefined ? resyncMs : Math.min(resyncMs, next.expiresAtMs - nowMs);
  }
}

function reportProblems(engine: Engine, update: DesiredUpdate): void {
  const errors = update.problems.filter((problem) => problem.severity === 'error');
  if (errors.length === 0) return;
  engine.telemetry.emit('policies.rejected', {
    revision: update.state.revision,
    problems: errors.length,
    details: errors.slice(0, DETAILS_IN_EVENTS).map(problemLine),
    keptGroups: update.keptGroups.length,
  });
}

function reportLoaded(engine: Engine, update: DesiredUpdate, loaded: LoadedPolicies): void {
  const { groups, revision } = update.state;
  const rules = groups.flatMap((group) => [...(group.rules.ingress ?? []), ...(group.rules.egress ?? [])]);
  engine.telemetry.emit('policies.loaded', {
    revision,
    files: loaded.files.length,
    groups: groups.length,
    rules: rules.length,
    ...(loaded.commit === null ? {} : { commit: loaded.commit, dirty: loaded.dirty }),
    ...(update.releasedGroups.length === 0
      ? {}
      : { released: update.releasedGroups.map(({ selector }) => selectorText(selector)) }),
  });
}

function reportUnresolved(engine: Engine, revision: string, unresolved: UnresolvedSelector): void {
  const { account, region, selector, failure, reason } = unresolved;
  engine.telemetry.emit('group.describe_failed', {
    account,
    region,
    group: selector,
    revision,
    kind: failure?.kind ?? 'rejected',
    err: reason,
    ...(failure === null ? {} : { code: failure.code }),
  });
}

export function problemLine(problem: Problem): string {
  return `${problem.file}:${problem.line}:${problem.column}: ${problem.message}`;
}
