// What holds for every journal that several replicas share: who lost the lease of a shard can begin no call there, and
// disturbs nothing of who has it now. Time does not pass here; leases change hands by being given up.
import { describe, expect, it } from 'vitest';
import { LeaseLost, type Journal } from '../../../../daemon/journal/journal.ts';
import type { LeaseStore } from '../../../../daemon/journal/leases.ts';
import type { HeldLease, ShardOwnership } from '../../../../daemon/journal/ownership.ts';
import { soleOwner } from '../../../../daemon/journal/ownership.ts';
import { APPLIED, DRAFT, EVERYTHING, GROUP } from './contract.ts';

/** One replica: what it believes to hold may be out of date. */
export interface SharingReplica {
  readonly journal: Journal;
  readonly believe: (lease: HeldLease | null) => void;
}

export interface SharedWorld {
  readonly leases: LeaseStore;
  readonly one: SharingReplica;
  readonly other: SharingReplica;
  close(): Promise<void>;
}

/** For whoever opens the journal of a replica: what it believes, as an ownership. */
export function believed(): {
  readonly ownership: ShardOwnership;
  readonly believe: SharingReplica['believe'];
} {
  let lease: HeldLease | null = null;
  const ownership = { ...soleOwner({ owner: '', epoch: 0 }), leaseOf: () => lease };
  return { ownership, believe: (now) => void (lease = now) };
}

const LEASE_MS = 60_000;
const SHARD = 'default/cn-hangzhou';

export function fenceContract(kind: string, open: () => Promise<SharedWorld>): void {
  const inWorld = (title: string, test: (world: SharedWorld) => Promise<void>): void =>
    it(title, async () => {
      const world = await open();
      try {
        await test(world);
      } finally {
        await world.close();
      }
    });

  const take = async ({ leases }: SharedWorld, owner: string): Promise<HeldLease> => {
    const [lease] = await leases.take(owner, [SHARD], LEASE_MS);
    if (lease === undefined) throw new Error(`${owner} did not get the lease`);
    return lease;
  };

  /** The lease changes hands, and the one that had it does not know. */
  async function usurped(world: SharedWorld): Promise<void> {
    const lease = await take(world, 'one');
    world.one.believe(lease);
    await world.leases.release([lease]);
    world.other.believe(await take(world, 'other'));
  }

  describe(`a journal that replicas share: ${kind}`, () => {
    inWorld('opens an intent under the lease, whose epoch its token carries', async (world) => {
      await take(world, 'one');
      const lease = await take(world, 'one');
      world.one.believe(lease);
      const { clientToken } = await world.one.journal.openIntent(DRAFT);
      expect(clientToken.split('-')[2]).toBe(lease.epoch.toString(36));
      expect(await world.other.journal.openIntents(GROUP)).toHaveLength(1);
    });

    inWorld('opens no intent without a lease', async (world) => {
      await expect(world.one.journal.openIntent(DRAFT)).rejects.toThrow(LeaseLost);
      expect(await world.one.journal.openIntents(GROUP)).toEqual([]);
    });

    inWorld('opens no intent under a lease that was given up', async (world) => {
      const lease = await take(world, 'one');
      world.one.believe(lease);
      await world.leases.release([lease]);
      await expect(world.one.journal.openIntent(DRAFT)).rejects.toThrow(LeaseLost);
    });

    inWorld('opens no intent for who believes to hold a lease that another has taken', async (world) => {
      await usurped(world);
      await expect(world.one.journal.openIntent(DRAFT)).rejects.toThrow(LeaseLost);
      await world.other.journal.openIntent(DRAFT);
      expect(await world.one.journal.openIntents(GROUP)).toHaveLength(1);
    });

    inWorld('opens no intent under an earlier epoch of the same owner', async (world) => {
      world.one.believe(await take(world, 'one'));
      await take(world, 'one');
      await expect(world.one.journal.openIntent(DRAFT)).rejects.toThrow(LeaseLost);
    });

    inWorld('leaves an intent open that is closed by who lost the lease', async (world) => {
      const lease = await take(world, 'one');
      world.one.believe(lease);
      const { clientToken } = await world.one.journal.openIntent(DRAFT);
      await world.leases.release([lease]);
      world.other.believe(await take(world, 'other'));
      await world.one.journal.closeIntent(clientToken, APPLIED);
      expect(await world.other.journal.openIntents(GROUP)).toHaveLength(1);
      await world.other.journal.closeIntent(clientToken, APPLIED);
      expect(await world.other.journal.history(EVERYTHING)).toHaveLength(1);
      await world.one.journal.closeIntent(clientToken, APPLIED);
      expect(await world.other.journal.history(EVERYTHING)).toHaveLength(1);
    });

    inWorld('notes nothing about a group for who lost its lease', async (world) => {
      await usurped(world);
      const { journal } = world.one;
      await expect(journal.mark(GROUP, { applied: 'old' })).rejects.toThrow(LeaseLost);
      await expect(journal.setFacts(GROUP, { adoptedRules: [] })).rejects.toThrow(LeaseLost);
      await expect(journal.setWaiting(GROUP, null)).rejects.toThrow(LeaseLost);
      await expect(journal.forget(GROUP)).rejects.toThrow(LeaseLost);
      expect(await journal.groupsWithFacts()).toEqual([]);
      await world.other.journal.mark(GROUP, { applied: 'new' });
      expect(await journal.marks(GROUP)).toMatchObject({ applied: 'new' });
    });

    inWorld('adopts rules for a person who works beside the replicas', async (world) => {
      await world.one.journal.adopt(GROUP, []);
      expect(await world.one.journal.groupsWithFacts()).toEqual([GROUP]);
    });
  });
}
