// From what the policies say to which groups are meant: selectors resolved, expired rules dropped, the
// default mode filled in. Selectors by name or tags are resolved in memory, from one listing of their account and region.
// A selector that cannot be resolved now keeps the groups it meant last time.
import { groupBy } from '../../reconciler/model/collections.ts';
import {
  groupKey,
  groupSelectorText,
  placeKey,
  type DesiredGroup,
  type Mode,
} from '../../reconciler/model/group.ts';
import type { Result } from '../../reconciler/model/result.ts';
import type { Clock } from '../clock.ts';
import type { EcsApi, GroupListing, Place } from '../ecs/api.ts';
import type { Engine } from '../reconcile/engine.ts';
import type { Failure } from '../ecs/failures/failure.ts';
import { GroupIndex } from '../ecs/heads/group-index.ts';
import { GroupPolicies, type MeantGroup } from './policies/group-policies.ts';
import { Turns } from './rounds/turns.ts';

/** A selector that does not say which group it means, and so changes nothing. */
export interface UnresolvedSelector extends Place {
  readonly selector: string;
  readonly failure: Failure | null;
  readonly reason: string;
}

export interface Resolution {
  /** The groups that the policies mean, by group key; the same objects as before where they say the same. */
  readonly meant: ReadonlyMap<string, MeantGroup>;
  readonly unresolved: readonly UnresolvedSelector[];
}

export interface ResolverPorts {
  readonly ecs: Pick<EcsApi, 'listGroups'>;
  readonly clock: Pick<Clock, 'monotonicMs' | 'sleep'>;
  /** How long what a selector means is believed: a name or a tag may come to mean another group. */
  readonly resyncMs: number;
  /** See `Engine`. */
  readonly beforePlans: Engine['beforePlans'];
}

/** A selector that is new is not resolved from an older listing: its group may just have been made. */
const FRESH_LISTING_MS = 10_000;

/** What a selector meant last. */
interface Meaning {
  readonly ids: readonly string[];
  /** Why it means no group in the newest listing; null: it does. */
  readonly reason: string | null;
  /** When that listing was begun; monotonic. */
  readonly readMs: number;
}

/** Remembers between calls which groups each selector meant last. */
export class TargetResolver {
  readonly #ports: ResolverPorts;
  /** Of groups whose policy names none. */
  readonly defaultMode: Mode;
  readonly #policies: GroupPolicies;
  readonly #last = new Map<string, Meaning>();
  /** By place; of the newest listing. */
  readonly #indexes = new Map<string, { readonly listing: GroupListing; readonly index: GroupIndex }>();
  /** What was listed before then is believed no more; monotonic. */
  #notBeforeMs = -Infinity;

  constructor(ports: ResolverPorts, defaultMode: Mode) {
    this.#ports = ports;
    this.defaultMode = defaultMode;
    this.#policies = new GroupPolicies(defaultMode);
  }

  /** One listing of each place at most, and none where all selectors are ids or were resolved lately. */
  async resolve(groups: readonly DesiredGroup[], nowMs: number): Promise<Resolution> {
    const listings = await this.#listingsFor(groups);
    return this.#ports.beforePlans(() => this.#resolved(groups, listings, nowMs));
  }

  async #resolved(
    groups: readonly DesiredGroup[],
    listings: ReadonlyMap<string, HeldListing>,
    nowMs: number,
  ): Promise<Resolution> {
    const meant = new Map<string, MeantGroup>();
    const claimedTwice = new Set<string>();
    const unresolved: UnresolvedSelector[] = [];
    const turns = new Turns(this.#ports.clock);
    for (const entry of groups) {
      if (turns.isOver) await turns.next();
      const { ids, problem } = this.#find(entry, listings);
      if (problem !== null) unresolved.push(problem);
      for (const id of ids) {
        const found = this.#policies.of(entry, id, nowMs);
        const key = groupKey(found.group);
        if (meant.has(key)) {
          claimedTwice.add(key);
          unresolved.push(unresolvedSelector(entry, `${id} is meant by two entries of the policies`, null));
        }
        meant.set(key, found);
      }
    }
    for (const key of claimedTwice) meant.delete(key);
    return { meant, unresolved };
  }

  /** Forgets what selectors meant that are not among these any more. */
  keep(groups: readonly DesiredGroup[]): void {
    const vague = groups.filter(isVague);
    const keys = new Set(vague.map(selectorKey));
    for (const key of this.#last.keys()) if (!keys.has(key)) this.#last.delete(key);
    const places = new Set(vague.map(placeKey));
    for (const place of this.#indexes.keys()) if (!places.has(place)) this.#indexes.delete(place);
  }

  /** What was listed so far is believed no more. */
  listAgain(): void {
    this.#notBeforeMs = this.#ports.clock.monotonicMs();
  }

  /** By place; of those that need one. */
  async #listingsFor(groups: readonly DesiredGroup[]): Promise<ReadonlyMap<string, HeldListing>> {
    const vague = [...groupBy(groups.filter(isVague), placeKey)];
    return new Map(
      await Promise.all(vague.map(async ([place, some]) => [place, await this.#listingFor(some)] as const)),
    );
  }

  #find(group: DesiredGroup, listings: ReadonlyMap<string, HeldListing>): Found {
    if (group.selector.kind === 'id') return { ids: [group.selector.id], problem: null };
    const listed = listings.get(placeKey(group));
    return listed === undefined ? NOTHING_FOUND : this.#found(group, listed);
  }

  /** Null: what they meant last holds. */
  async #listingFor(groups: readonly DesiredGroup[]): Promise<HeldListing> {
    const { ecs, clock, resyncMs } = this.#ports;
    const [first] = groups;
    const nowMs = clock.monotonicMs();
    const isHeld = (group: DesiredGroup): boolean => {
      const readMs = this.#last.get(selectorKey(group))?.readMs ?? -Infinity;
      return readMs >= this.#notBeforeMs && nowMs - readMs < resyncMs;
    };
    if (first === undefined || groups.every(isHeld)) return null;
    const { account, region } = first;
    const maxAgeMs = Math.min(FRESH_LISTING_MS, resyncMs, nowMs - this.#notBeforeMs);
    return ecs.listGroups({ account, region }, maxAgeMs);
  }

  #found(group: DesiredGroup, listed: HeldListing): Found {
    const key = selectorKey(group);
    const last = this.#last.get(key);
    if (listed === null) return foundOf(group, last);
    if (!listed.ok) {
      const { message } = listed.error;
      return { ids: last?.ids ?? [], problem: unresolvedSelector(group, message, listed.error) };
    }
    const { readMs } = listed.value;
    const ids = this.#indexOf(group, listed.value).find(group.selector);
    const isClear = group.selector.kind !== 'name' || ids.length === 1;
    const meaning = isClear
      ? { ids, reason: null, readMs }
      : { ids: last?.ids ?? [], reason: `${ids.length} groups have this name; exactly one must`, readMs };
    this.#last.set(key, meaning);
    return foundOf(group, meaning);
  }

  #indexOf(group: DesiredGroup, listing: GroupListing): GroupIndex {
    const place = placeKey(group);
    const known = this.#indexes.get(place);
    if (known?.listing === listing) return known.index;
    const index = new GroupIndex(listing);
    this.#indexes.set(place, { listing, index });
    return index;
  }
}

/** An id needs no listing. */
const isVague = ({ selector }: DesiredGroup): boolean => selector.kind !== 'id';

interface Found {
  readonly ids: readonly string[];
  readonly problem: UnresolvedSelector | null;
}

/** Null: none was needed. */
type HeldListing = Result<GroupListing, Failure> | null;

const NOTHING_FOUND: Found = { ids: [], problem: null };

function foundOf(group: DesiredGroup, meaning: Meaning | undefined): Found {
  if (meaning === undefined) return NOTHING_FOUND;
  const { ids, reason } = meaning;
  return { ids, problem: reason === null ? null : unresolvedSelector(group, reason, null) };
}

const selectorKey = (group: DesiredGroup): string =>
  JSON.stringify([group.account, group.region, groupSelectorText(group.selector)]);

function unresolvedSelector(
  group: DesiredGroup,
  reason: string,
  failure: Failure | null,
): UnresolvedSelector {
  return {
    account: group.account,
    region: group.region,
    selector: groupSelectorText(group.selector),
    failure,
    reason,
  };
}
