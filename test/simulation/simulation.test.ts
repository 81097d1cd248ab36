// The whole daemon from many seeds; docs/simulation.md tells what is simulated and what is checked. A failure
// names its seed: `npm run test:simulation -- --seed N` tells the whole story of that seed.
import { describe, expect, it } from 'vitest';
import { whereGroupsAreFull } from './draw/worlds.ts';
import { runMany } from './many/run-many.ts';
import type { SimulationOptions } from './options.ts';
import { simulate } from './simulation.ts';

const CHUNKS = 10;
const SEEDS_PER_CHUNK = 6;
const SQLITE_SEEDS = 4;
const BRAKED_SEEDS = 20;
/** Among them one in which a group that is taken for alone shows. */
const FIRST_FULL_SEED = 19;
const FULL_SEEDS = 6;
/** Short ones in which replicas take over from each other. */
const FIRST_REPLICAS_SEED = 8;
const REPLICAS_SEEDS = 3;
/** One in which edits that wait behind the first read show. */
const ESTATE_SEED = 3;

async function violations(first: number, count: number, options: SimulationOptions = {}): Promise<string[]> {
  const found: string[] = [];
  for (let seed = first; seed < first + count; seed += 1) {
    const { violation } = await simulate(seed, options);
    if (violation !== null) found.push(`seed ${seed}: ${violation.invariant}: ${violation.message}`);
  }
  return found;
}

describe('whatever happens to the daemon, no invariant is violated', () => {
  it.each(Array.from({ length: CHUNKS }, (_, chunk) => 1 + chunk * SEEDS_PER_CHUNK))(
    `in ${SEEDS_PER_CHUNK} simulations from seed %i`,
    async (first) => {
      expect(await violations(first, SEEDS_PER_CHUNK)).toEqual([]);
    },
  );

  it('nor with the brake on and people who approve', async () => {
    expect(await violations(1, BRAKED_SEEDS, { brake: true })).toEqual([]);
  });

  it('nor where no group has room to spare', async () => {
    expect(await violations(FIRST_FULL_SEED, FULL_SEEDS, { world: whereGroupsAreFull })).toEqual([]);
  });

  it('nor in an estate of a hundred groups and more, of which some hang: whoever is edited is looked at soon', async () => {
    expect(await violations(ESTATE_SEED, 1, { estate: true })).toEqual([]);
  });

  it('nor with three replicas side by side, whichever of them dies, freezes or loses the database', async () => {
    expect(await violations(FIRST_REPLICAS_SEED, REPLICAS_SEEDS, { replicas: 3 })).toEqual([]);
  });

  it('nor on the journal that ships', async () => {
    expect(await violations(1, SQLITE_SEEDS, { sqlite: true })).toEqual([]);
  });
});

describe('many seeds', () => {
  it('come to the same in one process and shared between two', async () => {
    const many = { from: 1, count: 6, options: {}, say: () => undefined };
    const [alone, shared] = [await runMany({ ...many, workers: 1 }), await runMany({ ...many, workers: 2 })];
    expect(shared.totals).toEqual(alone.totals);
    expect(shared.done).toBe(6);
  });
});

describe('a seed', () => {
  it.each([5, 12, 77])('%i tells the same story each time', async (seed) => {
    const [once, again] = [await simulate(seed), await simulate(seed)];
    expect(again.trace).toEqual(once.trace);
    expect(again.digest).toBe(once.digest);
  });

  it('of three replicas tells the same story each time', async () => {
    const [once, again] = [await simulate(9, { replicas: 3 }), await simulate(9, { replicas: 3 })];
    expect(again.trace).toEqual(once.trace);
  });

  it('tells another story than the next one', async () => {
    expect((await simulate(5)).digest).not.toBe((await simulate(6)).digest);
  });
});
