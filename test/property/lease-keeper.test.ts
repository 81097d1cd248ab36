// Replicas that share the store of leases, whatever happens to them and to the network between. Invariants, at every
// instant:
//   1. no two replicas may write to one shard;
//   2. who may write holds the lease by the store's clock too, so that a call begins under it or not at all;
//   3. each taking of a shard has a higher epoch than the one before.
// And once all trouble is over and every replica that was stopped goes on:
//   4. within two lease times of the last answer that was lost, every shard had a replica that may write;
//   5. soon after, the shares of the replicas differ by one at most.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ANSWER_MS, groupIn, LEASE_MS, LeaseTimeline, type VirtualReplica } from '../support/lease-world.ts';

const REGIONS = ['q', 'r', 's', 't', 'u'];
const IDS = ['a', 'b', 'c', 'd'];
const TROUBLE_MS = 40_000;
const RUNS_END_MS = 4000;
/** A shard that no one else has a share for is taken after it was free for a lease time. */
const TAKEN_MS = ANSWER_MS + 2 * LEASE_MS;

const trouble = fc.record({
  atMs: fc.nat(TROUBLE_MS),
  who: fc.nat(IDS.length - 1),
  what: fc.constantFrom('stall', 'cut', 'kill', 'stop', 'wall', 'start'),
  forMs: fc.nat(20_000),
});

const network = fc.record({
  delaysMs: fc.array(fc.nat(4000), { minLength: 1, maxLength: 12 }),
  losses: fc.array(fc.constantFrom('none', 'none', 'none', 'request', 'answer'), {
    minLength: 1,
    maxLength: 12,
  }),
});

/** Each value in turn, for ever. */
function inTurn<T>(values: readonly [T, ...T[]] | readonly T[]): () => T {
  let at = -1;
  return () => {
    const value = values[(at += 1) % values.length];
    if (value === undefined) throw new Error('there are no values');
    return value;
  };
}

class Judge {
  readonly #world: LeaseTimeline;
  readonly #epochs = new Set<string>();
  /** Shards that a replica could write to. */
  readonly written = new Set<string>();

  constructor(world: LeaseTimeline) {
    this.#world = world;
  }

  /** At every instant, so not by `expect`, which takes its time. */
  look = (): void => {
    for (const region of REGIONS) {
      const writers = this.#world.replicas.filter((replica) => replica.mayWrite(region));
      if (writers.length > 1)
        throw new Error(`${writers.map(({ id }) => id).join(' and ')} write to ${region}`);
      const [writer] = writers;
      if (writer === undefined) continue;
      this.written.add(region);
      const lease = writer.keeper.leaseOf(groupIn(region));
      const holds = lease !== null && this.#world.store.holds(lease);
      if (!holds) throw new Error(`${writer.id} writes to ${region}, whose lease has run out in the store`);
    }
  };

  /** What the replicas have said of their epochs: none is told twice. */
  epochs(): void {
    for (const { log } of this.#world.replicas) {
      for (const { event, ...said } of log.events) {
        if (event !== 'lease.acquired') continue;
        const key = `${String(said.shard)} ${String(said.epoch)}`;
        expect(this.#epochs.has(key), key).toBe(false);
        this.#epochs.add(key);
      }
    }
  }
}

function begin(world: LeaseTimeline, id: string): VirtualReplica {
  return world.start(id, REGIONS, { runsEndInMs: () => RUNS_END_MS });
}

it('never two replicas may write to one shard, and all shards are looked after when the trouble is over', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(trouble, { maxLength: 12 }), network, async (troubles, mood) => {
      const world = new LeaseTimeline();
      const judge = new Judge(world);
      const byPlace = IDS.map((id) => begin(world, id));
      const stopped = new Set<VirtualReplica>();
      let born = 0;
      const happen = ({ who, what, forMs }: (typeof troubles)[number]): void => {
        const replica = byPlace[who];
        if (replica === undefined) return;
        switch (what) {
          case 'stall':
            replica.stall(forMs);
            return;
          case 'cut':
            replica.isCutOff = true;
            world.in(forMs, () => (replica.isCutOff = false));
            return;
          case 'kill':
            replica.kill();
            return;
          case 'stop':
            stopped.add(replica);
            void replica.keeper.stop();
            return;
          case 'wall':
            replica.wallErrorMs += forMs - 10_000;
            return;
          case 'start':
            if (!replica.isAlive || stopped.has(replica))
              byPlace[who] = begin(world, `${replica.id}${(born += 1)}`);
        }
      };
      for (const each of troubles) world.in(each.atMs, () => happen(each));
      const loss = inTurn(mood.losses);
      world.network = {
        delayMs: inTurn(mood.delaysMs),
        losesRequest: () => loss() === 'request',
        losesAnswer: () => loss() === 'answer',
      };
      await world.pass(TROUBLE_MS + 20_000, judge.look);
      world.calm();
      begin(world, 'z');
      judge.written.clear();
      await world.pass(TAKEN_MS, judge.look);
      expect([...judge.written].sort()).toEqual(REGIONS);
      // One that took what had no owner keeps it for a minute.
      await world.pass(80_000, judge.look);
      const shares = world.replicas
        .filter((replica) => replica.isAlive && !stopped.has(replica))
        .map((replica) => REGIONS.filter((region) => replica.mayWrite(region)).length);
      expect(shares.reduce((sum, share) => sum + share, 0)).toBe(REGIONS.length);
      expect(Math.max(...shares) - Math.min(...shares), 'shares').toBeLessThan(2);
      judge.epochs();
    }),
    { numRuns: 25 },
  );
}, 120_000);
