// The heads and listings of one account, by region.
import type { DescribedGroup, GroupRef } from '../../../reconciler/model/group.ts';
import { ok, type Result } from '../../../reconciler/model/result.ts';
import type { Clock } from '../../clock.ts';
import type { GroupListing, ListedGroup, Place, ReadAt, ReadManner } from '../api.ts';
import type { WireGroup } from '../convert/answer-schemas.ts';
import { tagsOf } from '../convert/decode-group.ts';
import type { Failure } from '../failures/failure.ts';
import type { ReadGroups } from './group-pages.ts';
import { changeSince } from './head-entry.ts';
import type { GroupHeads, HeadAges, HeadListener, KnownHead, Probed } from './heads.ts';
import { PlaceHeads, type HeadListing } from './place-heads.ts';

export interface HeadStoreParts {
  readonly readGroups: ReadGroups;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly ages: HeadAges;
}

type ListingAnswer = Result<GroupListing, Failure>;

export class HeadStore implements GroupHeads {
  readonly #parts: HeadStoreParts;
  readonly #regions = new Map<string, { readonly place: Place; readonly heads: PlaceHeads }>();
  readonly #listings = new Map<string, GroupListing & HeadListing>();
  readonly #underWay = new Map<string, Promise<ListingAnswer>>();
  #listener: HeadListener = { onNews: () => undefined, onPage: () => undefined };

  constructor(parts: HeadStoreParts) {
    this.#parts = parts;
  }

  listen(listener: HeadListener): void {
    this.#listener = listener;
  }

  of({ account, region }: Place): PlaceHeads {
    const known = this.#regions.get(region);
    if (known !== undefined) return known.heads;
    const place = { account, region };
    const heads = new PlaceHeads({ ...this.#parts, place, listener: () => this.#listener });
    this.#regions.set(region, { place, heads });
    return heads;
  }

  /** The head of a group that is to be looked at. */
  toLook(group: GroupRef, manner: ReadManner): Promise<Result<WireGroup, Failure>> {
    const { observeMs } = this.#parts.ages;
    return this.of(group).read(group.id, { cause: 'old', maxAgeMs: observeMs, manner });
  }

  async changeOf(
    described: DescribedGroup,
    manner: ReadManner = {},
  ): Promise<Result<string | null, Failure>> {
    const { writeMs } = this.#parts.ages;
    const heads = this.of(described);
    const head = await heads.read(described.id, { cause: 'write', maxAgeMs: writeMs, manner });
    return head.ok ? ok(changeSince(described, head.value)) : head;
  }

  follow(groups: readonly GroupRef[], meant: (group: GroupRef) => boolean = () => true): void {
    for (const group of groups) this.of(group);
    for (const { place, heads } of this.#regions.values()) {
      const ids = groups.filter(({ region }) => region === place.region).map(({ id }) => id);
      if (heads.areJust(ids)) continue;
      // A place may be divided among replicas, so each group is asked about; and the place, for what was but read there.
      const before = heads.followed;
      const others = before.filter((id) => !meant({ ...place, id }));
      const isConcerned = ids.length > 0 || others.length < before.length || meant({ ...place, id: '' });
      if (isConcerned)
        heads.follow([...new Set([...ids, ...others])], this.#listings.get(place.region) ?? null);
    }
  }

  known({ region, id }: GroupRef): KnownHead | null {
    const head = this.#regions.get(region)?.heads.lastHead(id) ?? null;
    return head === null ? null : { name: head.SecurityGroupName, tags: tagsOf(head) };
  }

  places(): readonly Place[] {
    const followed = [...this.#regions.values()].filter(({ heads }) => heads.isFollowing);
    return followed.map(({ place }) => place);
  }

  probe({ account, region, ...manner }: ReadAt, olderThanMs: number): Promise<Result<Probed, Failure>> {
    return this.of({ account, region }).probe(manner, olderThanMs);
  }

  /** All groups of the region; those who ask while a listing is under way share it. */
  async list(at: ReadAt, maxAgeMs: number): Promise<ListingAnswer> {
    const known = this.#listings.get(at.region);
    if (known !== undefined && this.#parts.clock.monotonicMs() - known.readMs <= maxAgeMs) return ok(known);
    const underWay = this.#underWay.get(at.region);
    if (underWay !== undefined) return underWay;
    const listing = this.#list(at).finally(() => this.#underWay.delete(at.region));
    this.#underWay.set(at.region, listing);
    return listing;
  }

  async #list(at: ReadAt): Promise<ListingAnswer> {
    const readMs = this.#parts.clock.monotonicMs();
    const groups = await this.#parts.readGroups(at, {});
    if (!groups.ok) return groups;
    const byId = new Map(groups.value.map((group) => [group.SecurityGroupId, group]));
    const listing = { readMs, byId, groups: [...byId.values()].map(toListedGroup) };
    this.#listings.set(at.region, listing);
    this.of(at).takeListing(listing);
    return ok(listing);
  }
}

const toListedGroup = (group: WireGroup): ListedGroup => ({
  id: group.SecurityGroupId,
  name: group.SecurityGroupName,
  tags: tagsOf(group),
});
