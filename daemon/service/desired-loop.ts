// Keeps the controller's targets in line with the policies: at start, when files change, when a rule's time
// is up, and now and then, because a name or a tag may come to mean another group.
import type { DesiredState } from '../../reconciler/model/group.ts';
import type { Problem } from '../../reconciler/model/problem.ts';
import { describeRule } from '../../reconciler/plan/render-rule.ts';
import type { DesiredKeeper, DesiredUpdate } from '../source/desired.ts';
import type { LoadedPolicies, Source } from '../source/source.ts';
import type { Controller } from './controller.ts';
import type { Engine } from './engine.ts';
import { abandonReleased } from './open-intents.ts';
import { isAborted } from './run-context.ts';
import { expiringRules, selectorText, type TargetResolver, type UnresolvedSelector } from './targets.ts';

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
  /** Expiries that have been announced, by rule text. */
  readonly #announced = new Set<string>();
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
      if (this.#isInForce) this.#loaded = true;
      this.#parts.onProgress();
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
    const nowMs = engine.clock.nowMs();
    this.#announceExpiries(nowMs);
    const { targets, unresolved } = await resolver.resolve(this.#state, nowMs);
    if (this.#stopping.aborted) return;
    for (const selector of unresolved) reportUnresolved(engine, this.#state.revision, selector);
    controller.setTargets(targets);
    // Only where it is sure which groups the policies mean may a group count as not meant.
    if (this.#problems === 0 && unresolved.length === 0) {
      abandonReleased(engine, (group) => controller.knows(group));
    }
  }

  #announceExpiries(nowMs: number): void {
    const { engine } = this.#parts;
    for (const expiring of expiringRules(this.#state)) {
      const rule = describeRule(expiring.rule);
      const expiresAt = new Date(expiring.expiresAtMs).toISOString();
      const event = expiring.expiresAtMs <= nowMs ? 'rule.expired' : 'rule.expiring';
      const key = `${event} ${expiresAt} ${expiring.source.file} ${rule}`;
      if (expiring.expiresAtMs - nowMs > EXPIRY_NOTICE_MS || this.#announced.has(key)) continue;
      this.#announced.add(key);
      engine.telemetry.emit(event, { revision: this.#state.revision, rule, expiresAt });
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
