// Which part of the estate a group belongs to, where several replicas divide it: an account and region, or a share of one.
// Every replica must come to the same answer, so it depends on nothing but the names and the number of shards.
import { createHash } from 'node:crypto';
import type { GroupRef } from '../../reconciler/model/group.ts';

type PlaceRef = Pick<GroupRef, 'account' | 'region'>;

/** @param shardsPerPlace `journal.shards`: how many shards an account and region has; a whole number from 1 */
export function shardOf(group: GroupRef, shardsPerPlace: number): string {
  if (shardsPerPlace === 1) return placeShard(group);
  const hash = createHash('sha256').update(group.id).digest().readUInt32BE(0);
  return partOf(group, hash % shardsPerPlace);
}

/** Every shard of these places, once, in the order of the places. */
export function shardsOf(places: Iterable<PlaceRef>, shardsPerPlace: number): readonly string[] {
  const shards = new Set<string>();
  for (const place of places) {
    if (shardsPerPlace === 1) shards.add(placeShard(place));
    else for (let part = 0; part < shardsPerPlace; part += 1) shards.add(partOf(place, part));
  }
  return [...shards];
}

const placeShard = ({ account, region }: PlaceRef): string => `${account}/${region}`;

const partOf = (place: PlaceRef, part: number): string => `${placeShard(place)}#${part}`;
