// Resolves the selectors of one account and region and hands its groups to the controller. Each place has a resolver of
// its own, so that one in trouble, whose selectors cannot be resolved, holds up no other.
import { isSameList } from '../../reconciler/model/collections.ts';
import { isSamePlace, type DesiredGroup, type GroupRef } from '../../reconciler/model/group.ts';
import type { GroupPolicy } from '../../reconciler/plan/plan.ts';
import type { Place } from '../ecs/api.ts';
import type { Engine } from '../reconcile/engine.ts';
import type { Controller } from './controller.ts';
import type { ManagedGroups } from './managed-groups.ts';
import type { MeantGroup } from './policies/group-policies.ts';
import { piecemeal } from './rounds/piecemeal.ts';
import { Turns } from './rounds/turns.ts';
import { reportUnresolved } from './policy-events.ts';
import type { Resolution, TargetResolver } from './selectors.ts';

export interface PlaceResolverParts {
  readonly engine: Engine;
  readonly resolver: TargetResolver;
  readonly controller: Controller;
  readonly managed: ManagedGroups;
  readonly stopping: AbortSignal;
  /** Closes the intents of the groups that are no longer managed, but for those that may be `meant`. */
  readonly abandon: (meant: (group: GroupRef) => boolean) => Promise<void>;
  /** Passes on to groups what the approval of their revision lifts. */
  readonly grant: (targets: readonly GroupPolicy[], revision: string) => Promise<void>;
  /** Runs the work alone: no group becomes known while intents of unknown groups are being closed. */
  readonly inTurn: (work: () => Promise<void>) => Promise<void>;
  /** Called each time that the controller got the targets of the place. */
  readonly onHandedOver: () => void;
}

export class PlaceResolver {
  readonly #place: Place;
  readonly #parts: PlaceResolverParts;
  #groups: readonly DesiredGroup[] = [];
  #revision = '';
  #isSure = false;
  /** Grows when the policies want other groups here: what was resolved for the ones before is not put in force. */
  #generation = 0;
  readonly #turns: Turns;
  #isUnderWay = false;
  #isWantedAgain = false;
  #wasHandedOver = false;
  /** How often this replica came to look after more groups. */
  #gains = 0;

  constructor(place: Place, parts: PlaceResolverParts) {
    this.#place = place;
    this.#parts = parts;
    this.#turns = new Turns(parts.engine.clock);
  }

  /** Whether the controller got the targets of the place at least once. */
  get wasHandedOver(): boolean {
    return this.#wasHandedOver;
  }

  /** This replica looks after other groups than before: what was handed over is not all. */
  expectMore(): void {
    this.#wasHandedOver = false;
    this.#gains += 1;
  }

  /**
   * What the policies want here now. Newer ones may be read already: the revision is told by who tells the groups, and so is
   * whether these are all that there are (`isSure`: no file is broken or unread).
   */
  setGroups(
    groups: readonly DesiredGroup[],
    { revision, isSure }: { readonly revision: string; readonly isSure: boolean },
  ): void {
    this.#revision = revision;
    this.#isSure = isSure;
    if (isSameList(groups, this.#groups)) return;
    this.#groups = groups;
    this.#generation += 1;
  }

  /** Resolves and hands over; if that is under way, once more after it. Rejects on a bug or a broken journal. */
  async resolve(): Promise<void> {
    this.#isWantedAgain = this.#isUnderWay;
    if (this.#isUnderWay) return;
    this.#isUnderWay = true;
    try {
      do {
        this.#isWantedAgain = false;
        await this.#resolveOnce();
      } while (this.#isWanted());
    } finally {
      this.#isUnderWay = false;
    }
  }

  /** Read again each time, as `isWantedAgain` changes while a resolution is awaited. */
  #isWanted(): boolean {
    return this.#isWantedAgain && !this.#parts.stopping.aborted;
  }

  async #resolveOnce(): Promise<void> {
    const { engine, resolver, inTurn } = this.#parts;
    // Whoever looks after no group here has no use for what names and tags mean.
    const isOthers = this.#groups.every((group) => !engine.ownership.looksAfterSome(group));
    if (isOthers && this.#groups.length > 0) {
      this.#wasHandedOver = true;
      this.#parts.onHandedOver();
      return;
    }
    const [generation, isSure] = [this.#generation, this.#isSure];
    const resolved = await resolver.resolve(this.#groups, engine.clock.nowMs());
    await inTurn(() => engine.beforePlans(() => this.#handOver(resolved, { generation, isSure })));
  }

  async #handOver(
    { meant, unresolved }: Resolution,
    { generation, isSure }: { readonly generation: number; readonly isSure: boolean },
  ): Promise<void> {
    const { engine, controller, stopping } = this.#parts;
    await this.#turns.next();
    if (stopping.aborted) return;
    const [revision, gains] = [this.#revision, this.#gains];
    for (const selector of unresolved) reportUnresolved(engine, revision, selector);
    if (generation !== this.#generation) return;
    await this.#parts.grant(policiesOf(meant), revision);
    const isOurs = (group: GroupRef): boolean => engine.ownership.looksAfter(group);
    const inPlace = (group: GroupRef): boolean => isSamePlace(group, this.#place) && isOurs(group);
    const ours = new Map<string, MeantGroup>();
    for (const [key, found] of meant) if (isOurs(found.group)) ours.set(key, found);
    this.#parts.managed.update({
      inPlace,
      groups: ours,
      desired: this.#groups,
      revision,
      isSure: isSure && unresolved.length === 0,
    });
    await this.#turns.next();
    // First, so that the reads to come share their calls.
    const policies = policiesOf(ours);
    engine.heads.follow(policies.filter(isOurs), inPlace);
    const named = policies.map((policy) => ({ policy, revision }));
    await piecemeal(controller.settingTargets(named, inPlace), engine.clock);
    // Groups that this replica looks after since are handed over by the next one, and not known until then.
    const isAll = (): boolean => this.#gains === gains;
    this.#wasHandedOver = isAll();
    // Only where it is sure which groups the policies mean may a group count as not meant.
    const mayBeMeant = (group: GroupRef): boolean => !inPlace(group) || !isAll();
    if (isSure && unresolved.length === 0) await this.#parts.abandon(mayBeMeant);
    this.#parts.onHandedOver();
  }
}

const policiesOf = (meant: Resolution['meant']): GroupPolicy[] =>
  [...meant.values()].map(({ group }) => group);
