// Sizes and entries of the lists that rules name, asked for when a group needs them and remembered for a while: MaxEntries never
// changes, but lists come and go. Where the cloud does not tell, plans are made as if each list were one rule, and say so.
// Lists and groups that do not exist are told besides, so that no rule is tried that names one.
import { NO_LISTS_READ, type ReadLists } from '../../reconciler/exposure/engine/context.ts';
import { dialectOf } from '../../reconciler/model/api-dialect.ts';
import type { DescribedGroup } from '../../reconciler/model/group.ts';
import type { Result } from '../../reconciler/model/result.ts';
import { DIRECTIONS, type Rule } from '../../reconciler/model/rule.ts';
import type { GroupPolicy } from '../../reconciler/plan/plan.ts';
import type { Clock } from '../clock.ts';
import type { EcsApi, ListKind, Place } from '../ecs/api.ts';
import type { Failure } from '../ecs/failures/failure.ts';
import { AbsentGroups, type ReadsGroups } from './absent-groups.ts';
import { KnownEntries, type ReadsEntries } from './list-entries.ts';

/** Of the lists that one group's rules name, old and new. */
export interface ListSizes {
  /** Most entries, by id. A list that does not exist is not in here. */
  readonly sizes: Readonly<Record<string, number>>;
  /** Why some could not be asked for: one sentence for each kind of list. */
  readonly unread: readonly string[];
}

interface AskedSizesOfKind extends ListSizes {
  /** Ids of those that the cloud does not list. */
  readonly unlisted: readonly string[];
}

const NO_SIZES: AskedSizesOfKind = { sizes: {}, unread: [], unlisted: [] };

export interface ListsOfGroup extends ListSizes {
  /** The entries of those that could be read. */
  readonly read: ReadLists;
  /** Ids of lists and groups that the cloud says do not exist. What cannot be told is not in here. */
  readonly absent: ReadonlySet<string>;
}

export const NO_LISTS: ListsOfGroup = { sizes: {}, unread: [], read: NO_LISTS_READ, absent: new Set() };

type AskedSizes = Result<Readonly<Record<string, number>>, Failure>;

interface AskedLists {
  readonly askedMs: number;
  readonly answer: Promise<AskedSizes>;
}

/** Ids of the lists that rules name. */
type NamedLists = Readonly<Record<ListKind, readonly string[]>>;

const KINDS: readonly ListKind[] = ['prefixList', 'portList'];
const NAMES: Readonly<Record<ListKind, string>> = { prefixList: 'prefix lists', portList: 'port lists' };

export class KnownLists {
  readonly #ecs: Pick<EcsApi, 'listSizes' | 'sameness'>;
  readonly #lists: KnownEntries;
  readonly #groups: AbsentGroups;
  readonly #clock: Clock;
  readonly #keepMs: number;
  /** By place, kind and id. What is older than `keepMs` is forgotten, so it does not grow. */
  readonly #entries = new Map<string, AskedLists>();
  /** By the sameness of the group. */
  readonly #named = new WeakMap<object, { readonly policy: GroupPolicy; readonly ids: NamedLists }>();

  /** An answer, refusals included, is believed for `keepMs`. */
  constructor(
    ecs: Pick<EcsApi, 'listSizes' | 'sameness'> & ReadsEntries & ReadsGroups,
    clock: Clock,
    keepMs: number,
  ) {
    this.#ecs = ecs;
    this.#lists = new KnownEntries(ecs, clock, keepMs);
    this.#groups = new AbsentGroups(ecs, clock, keepMs);
    this.#clock = clock;
    this.#keepMs = keepMs;
  }

  /** Asks only for what rules name. Where the API has no lists, none is asked for. */
  async of(policy: GroupPolicy, described: DescribedGroup): Promise<ListsOfGroup> {
    const [lists, groups] = await Promise.all([
      this.#listsOf(policy, described),
      this.#groups.of(policy, described),
    ]);
    return groups.length === 0 ? lists : { ...lists, absent: new Set([...lists.absent, ...groups]) };
  }

  async #listsOf(policy: GroupPolicy, described: DescribedGroup): Promise<ListsOfGroup> {
    if (!dialectOf(described).hasLists) return NO_LISTS;
    const ids = this.#idsOf(policy, described);
    if (ids.prefixList.length + ids.portList.length === 0) return NO_LISTS;
    const [{ read, rejected }, ...asked] = await Promise.all([
      this.#lists.of(policy, ids),
      ...KINDS.map((kind) => this.#ask(policy, kind, ids[kind])),
    ]);
    return {
      sizes: Object.fromEntries(asked.flatMap(({ sizes }) => Object.entries(sizes))),
      unread: asked.flatMap(({ unread }) => unread),
      read,
      // Where RAM allows no look at a list, it may be missing among those listed all the same.
      absent: new Set(asked.flatMap(({ unlisted }) => unlisted.filter((id) => rejected.includes(id)))),
    };
  }

  /** Remembered for each pair: a group that stays as it is is asked about at each resync. */
  #idsOf(policy: GroupPolicy, described: DescribedGroup): NamedLists {
    const read = this.#ecs.sameness(described);
    const known = this.#named.get(read);
    if (known?.policy === policy) return known.ids;
    const desired = DIRECTIONS.flatMap((direction) => policy.rules[direction] ?? []);
    const rules = [...desired, ...described.rules].map(({ rule }) => rule);
    const ids = { prefixList: listIdsOf(rules, 'prefixList'), portList: listIdsOf(rules, 'portList') };
    this.#named.set(read, { policy, ids });
    return ids;
  }

  async #ask(place: Place, kind: ListKind, ids: readonly string[]): Promise<AskedSizesOfKind> {
    if (ids.length === 0) return NO_SIZES;
    this.#forgetOld();
    const keyOf = (id: string): string => JSON.stringify([place.account, place.region, kind, id]);
    const unknown = ids.filter((id) => !this.#entries.has(keyOf(id)));
    if (unknown.length > 0) {
      const { account, region } = place;
      const entry = {
        askedMs: this.#clock.monotonicMs(),
        answer: this.#ecs.listSizes({ account, region }, kind, unknown),
      };
      for (const id of unknown) this.#entries.set(keyOf(id), entry);
    }
    const answers = await Promise.all(
      ids.map(async (id) => ({ id, answer: await this.#entries.get(keyOf(id))?.answer })),
    );
    const listed = answers.flatMap(({ id, answer }) =>
      answer?.ok === true ? [{ id, size: answer.value[id] }] : [],
    );
    const unlisted = listed.flatMap(({ id, size }) => (size === undefined ? [id] : []));
    // Someone may be about to create them.
    for (const id of unlisted) this.#entries.delete(keyOf(id));
    const failures = answers.flatMap(({ answer }) => (answer?.ok === false ? [answer.error.message] : []));
    const sizes = listed.flatMap(({ id, size }) => (size === undefined ? [] : [[id, size] as const]));
    return { sizes: Object.fromEntries(sizes), unread: sentence(kind, failures), unlisted };
  }

  /** Stops at the first that is young: they are in the order in which they were asked for. */
  #forgetOld(): void {
    const nowMs = this.#clock.monotonicMs();
    for (const [key, { askedMs }] of this.#entries) {
      if (nowMs - askedMs < this.#keepMs) return;
      this.#entries.delete(key);
    }
  }
}

function sentence(kind: ListKind, [reason]: readonly string[]): string[] {
  if (reason === undefined) return [];
  return [
    `how much of the quota ${NAMES[kind]} take is not known, so a rule with one counts once: ${reason}`,
  ];
}

function listIdsOf(rules: readonly Rule[], kind: ListKind): string[] {
  const ids = rules.flatMap(({ peer, ports }) => {
    const named = kind === 'prefixList' ? peer : ports;
    return named.kind === 'prefixList' || named.kind === 'list' ? [named.id] : [];
  });
  return [...new Set(ids)].sort();
}
