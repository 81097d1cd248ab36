// The heads of the groups of one account and region. Who needs one that is missing or too old asks for it; all who ask before
// the call has its turn share it, and it is filled up to a hundred with the followed groups that are looked at next. So one
// group costs one call only where it is alone.
import { err, ok, type Result } from '../../../reconciler/model/result.ts';
import type { Clock } from '../../clock.ts';
import type { Place, ReadManner } from '../api.ts';
import type { WireGroup } from '../convert/answer-schemas.ts';
import type { Failure } from '../failures/failure.ts';
import { readFailure } from '../pages.ts';
import { moreUrgent, type Urgency } from '../urgency.ts';
import { filterByIds, MOST_IDS_A_PAGE, type ReadGroups } from './group-pages.ts';
import { entryAfter, groupNotFound, UNREAD, type HeadEntry, type NotedRead } from './head-entry.ts';
import type { HeadAges, HeadCause, HeadListener, Probed } from './heads.ts';
import { afterLook, type RuleCounts } from './rule-counts.ts';

/** That a group does not exist is believed for a moment, so that many that are gone at once cost few calls. */
const ABSENT_MS = 2000;

export interface PlaceHeadsParts {
  readonly place: Place;
  readonly readGroups: ReadGroups;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly ages: HeadAges;
  readonly listener: () => HeadListener;
}

export interface HeadWish {
  readonly cause: HeadCause;
  readonly maxAgeMs: number;
  readonly manner: ReadManner;
}

/** All heads of the place, as of one time. */
export interface HeadListing {
  readonly byId: ReadonlyMap<string, WireGroup>;
  readonly readMs: number;
}

/** A call for heads, from the first wish for it to its answer. */
interface SharedCall {
  readonly cause: HeadCause;
  readonly urgency: Urgency;
  readonly wanted: Set<string>;
  /** Those whose reader waits for the answer, and needs no news of it. */
  readonly lookers: Set<string>;
  /** What was asked for; null until the call has its turn. */
  ids: readonly string[] | null;
  startedMs: number;
  done: Promise<Result<null, Failure>>;
}

export class PlaceHeads {
  readonly #parts: PlaceHeadsParts;
  readonly #entries = new Map<string, HeadEntry>();
  readonly #calls = new Set<SharedCall>();

  constructor(parts: PlaceHeadsParts) {
    this.#parts = parts;
  }

  /** The group's head, read again if it is older than allowed; a failure if it could not be, or there is no such group. */
  async read(id: string, wish: HeadWish): Promise<Result<WireGroup, Failure>> {
    const known = this.#young(id, wish.maxAgeMs);
    if (known !== null) return known;
    const isFirst = this.#entryOf(id).head === null;
    const cause = isFirst ? 'unknown' : wish.cause;
    if (this.#entryOf(id).isLoner) return this.#readAlone(id, cause, wish.manner);
    const call = this.#callFor(id, cause, wish.manner.urgency ?? 'routine');
    const answer = await untilAborted(call.done, wish.manner.signal);
    if (answer === null) return err(givenUp());
    if (answer.ok) return this.#headOf(id);
    const wasShared = call.ids !== null && call.ids.length > 1;
    if (isSpoiling(answer.error) && wasShared) return this.#readAlone(id, cause, wish.manner);
    this.#noteAlone(id, answer.error);
    return answer;
  }

  /** The group was read in full: what its rules count, from when that began. */
  noteLook(id: string, seen: RuleCounts, beganMs: number): void {
    const entry = this.#entryOf(id);
    this.#entries.set(id, { ...entry, lookedMs: beganMs, counts: afterLook(entry.counts, seen) });
  }

  /** @param read given whether the group is followed */
  noteRead(id: string, read: (isFollowed: boolean) => NotedRead | null): void {
    const entry = this.#entryOf(id);
    this.#entries.set(id, { ...entry, lastRead: read(entry.isFollowed) });
  }

  lastRead(id: string): NotedRead | null {
    return this.#entryOf(id).lastRead;
  }

  /** What is believed of the group may be wrong: the next who needs it reads it. */
  doubt(id: string): void {
    this.#entries.set(id, { ...this.#entryOf(id), readMs: -Infinity });
  }

  /** As it was last read, however long ago; null: never, or there was no such group. */
  lastHead(id: string): WireGroup | null {
    return this.#entryOf(id).head;
  }

  /** Whether the head was read after that time. */
  isReadAfter(id: string, thenMs: number): boolean {
    return this.#entryOf(id).readMs > thenMs;
  }

  /** Replaces the followed groups; what is known of others is forgotten. A listing tells of those that are new. */
  follow(ids: readonly string[], listing: HeadListing | null): void {
    if (this.areJust(ids)) return;
    const kept = ids.map((id) => [id, { ...this.#entryOf(id), isFollowed: true }] as const);
    this.#entries.clear();
    for (const [id, entry] of kept) this.#entries.set(id, entry);
    if (listing !== null) this.#take(listing, ({ readMs }) => readMs === -Infinity);
  }

  /** Whether these are the followed groups, and nothing is known of any other. */
  areJust(ids: readonly string[]): boolean {
    return ids.length === this.#entries.size && ids.every((id) => this.#entryOf(id).isFollowed);
  }

  get isFollowing(): boolean {
    return this.followed.length > 0;
  }

  /** Ids. */
  get followed(): readonly string[] {
    return [...this.#entries].flatMap(([id, { isFollowed }]) => (isFollowed ? [id] : []));
  }

  /** Heads of a listing of the whole place. */
  takeListing(listing: HeadListing): void {
    this.#take(listing, ({ isFollowed }) => isFollowed);
  }

  /** Reads the followed heads that are older than this. */
  async probe(manner: ReadManner, olderThanMs: number): Promise<Result<Probed, Failure>> {
    const dueMs = this.#parts.clock.monotonicMs() - olderThanMs;
    const due = this.#candidates(dueMs).sort(([, a], [, b]) => ascending(a.readMs, b.readMs));
    const ids = due.map(([id]) => id);
    let uncounted = 0;
    for (let from = 0; from < ids.length; from += MOST_IDS_A_PAGE) {
      const page = ids.slice(from, from + MOST_IDS_A_PAGE);
      const answer = await this.#open({ cause: 'probe', urgency: manner.urgency ?? 'routine' }, page).done;
      if (!answer.ok) return answer;
      uncounted += page.filter((id) => this.#entries.get(id)?.head?.RuleCount === null).length;
      if (manner.signal?.aborted === true) break;
    }
    return ok({ read: ids.length, uncounted });
  }

  #take({ byId, readMs: startedMs }: HeadListing, isMeant: (entry: HeadEntry) => boolean): void {
    const meant = [...this.#entries].filter(([, entry]) => isMeant(entry));
    for (const [id] of meant) this.#note(id, byId.get(id) ?? null, { startedMs, isAwaited: false });
  }

  #entryOf(id: string): HeadEntry {
    return this.#entries.get(id) ?? UNREAD;
  }

  #young(id: string, maxAgeMs: number): Result<WireGroup, Failure> | null {
    const { head, readMs } = this.#entryOf(id);
    const ageMs = this.#parts.clock.monotonicMs() - readMs;
    return ageMs <= (head === null ? Math.min(ABSENT_MS, maxAgeMs) : maxAgeMs) ? this.#headOf(id) : null;
  }

  #headOf(id: string): Result<WireGroup, Failure> {
    const { head } = this.#entryOf(id);
    return head === null ? err(groupNotFound({ ...this.#parts.place, id })) : ok(head);
  }

  /** One that is under way and asks for the group, one that waits for its turn and is as urgent, or a new one. */
  #callFor(id: string, cause: HeadCause, urgency: Urgency): SharedCall {
    const mayCarry = ({ ids, wanted, urgency: its }: SharedCall): boolean =>
      ids === null
        ? moreUrgent(its, urgency) === its && (wanted.has(id) || wanted.size < MOST_IDS_A_PAGE)
        : ids.includes(id);
    const call = [...this.#calls].find(mayCarry) ?? this.#open({ cause, urgency }, []);
    call.wanted.add(id);
    call.lookers.add(id);
    return call;
  }

  #open(about: Pick<SharedCall, 'cause' | 'urgency'>, ids: readonly string[]): SharedCall {
    const call: SharedCall = {
      ...about,
      wanted: new Set(ids),
      lookers: new Set(),
      ids: null,
      startedMs: 0,
      done: Promise.resolve(ok(null)),
    };
    this.#calls.add(call);
    call.done = this.#run(call).finally(() => this.#calls.delete(call));
    return call;
  }

  async #run(call: SharedCall): Promise<Result<null, Failure>> {
    // Whoever asks in the same moment comes along.
    await Promise.resolve();
    const { place, readGroups, listener } = this.#parts;
    const groups = await readGroups({ ...place, urgency: call.urgency }, () =>
      filterByIds(this.#begin(call)),
    );
    if (!groups.ok) return groups;
    const byId = new Map(groups.value.map((group) => [group.SecurityGroupId, group]));
    const ids = call.ids ?? [];
    listener().onPage({ ...place, groups: ids.length, cause: call.cause });
    for (const id of ids) {
      const isAwaited = call.lookers.has(id);
      this.#note(id, byId.get(id) ?? null, { startedMs: call.startedMs, isAwaited });
    }
    return ok(null);
  }

  /** The call has its turn; what it asks for stays the same over its attempts. */
  #begin(call: SharedCall): readonly string[] {
    if (call.ids !== null) return call.ids;
    const { clock, ages } = this.#parts;
    const nowMs = clock.monotonicMs();
    const soonOldMs = (call.cause === 'write' ? ages.writeMs : ages.observeMs) / 2;
    const isFull = call.wanted.size >= MOST_IDS_A_PAGE || call.cause === 'probe';
    const others = isFull ? [] : this.#candidates(nowMs - soonOldMs);
    const soonest = others
      .filter(([id]) => !call.wanted.has(id))
      .sort(([, a], [, b]) => ascending(a.lookedMs, b.lookedMs))
      .map(([id]) => id);
    call.startedMs = nowMs;
    call.ids = [...call.wanted, ...soonest].slice(0, MOST_IDS_A_PAGE);
    for (const id of call.ids) this.#entries.set(id, { ...this.#entryOf(id), askedMs: nowMs });
    return call.ids;
  }

  /** Followed groups that were last asked for then or before, and may share a call. */
  #candidates(dueMs: number): Array<[string, HeadEntry]> {
    const underWay = new Set([...this.#calls].flatMap(({ ids }) => ids ?? []));
    return [...this.#entries].filter(
      ([id, { isFollowed, isLoner, askedMs }]) =>
        isFollowed && !isLoner && askedMs <= dueMs && !underWay.has(id),
    );
  }

  async #readAlone(id: string, cause: HeadCause, manner: ReadManner): Promise<Result<WireGroup, Failure>> {
    const { place, readGroups, clock, listener } = this.#parts;
    const startedMs = clock.monotonicMs();
    const groups = await readGroups({ ...place, ...manner }, filterByIds([id]));
    if (!groups.ok) {
      this.#noteAlone(id, groups.error);
      return groups;
    }
    listener().onPage({ ...place, groups: 1, cause });
    const head = groups.value.find(({ SecurityGroupId }) => SecurityGroupId === id) ?? null;
    this.#note(id, head, { startedMs, isAwaited: true });
    return this.#headOf(id);
  }

  /** After a call for this group alone: a refusal would spoil the page of others. */
  #noteAlone(id: string, failure: Failure): void {
    if (isSpoiling(failure)) this.#entries.set(id, { ...this.#entryOf(id), isLoner: true });
  }

  #note(
    id: string,
    head: WireGroup | null,
    { startedMs, isAwaited }: { readonly startedMs: number; readonly isAwaited: boolean },
  ): void {
    const { entry, news } = entryAfter(this.#entryOf(id), head, startedMs);
    this.#entries.set(id, { ...entry, askedMs: Math.max(entry.askedMs, startedMs) });
    if (news === null || isAwaited || !entry.isFollowed) return;
    this.#parts.listener().onNews({ group: { ...this.#parts.place, id }, reason: news });
  }
}

/** The cloud refuses the call for what it asks: an id that it does not take, or a group that RAM does not let us see. */
const isSpoiling = ({ kind }: Failure): boolean => kind === 'rejected' || kind === 'denied';

const ascending = (a: number, b: number): number => (a === b ? 0 : a < b ? -1 : 1);

const givenUp = (): Failure =>
  readFailure('DescribeSecurityGroups', 'Transport.GivenUp', 'given up while waiting for a head');

/** What it resolves to, or null once the signal aborts. */
async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T | null> {
  if (signal === undefined) return promise;
  if (signal.aborted) return null;
  let stop = (): void => undefined;
  const aborted = new Promise<null>((resolve) => {
    stop = () => resolve(null);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
