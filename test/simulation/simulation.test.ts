// The whole daemon from many seeds; docs/simulation.md tells what is simulated and what is checked. A failure
// names its seed: `npm run test:simulation -- --seed N` tells the whole story of that seed.
import { describe, expect, it } from 'vitest';
import { simulate, type SimulationOptions } from './simulation.ts';

const CHUNKS = 10;
const SEEDS_PER_CHUNK = 6;
const SQLITE_SEEDS = 4;
const BRAKED_SEEDS = 20;
/** Each for a reason of its own. */
const ONCE_FAILED = [
  2985, 5141, 6512, 6552, 7821, 8161, 8163, 9306, 9878, 12_027, 53_639, 75_983, 101_752, 104_405,
];

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

  it.each(ONCE_FAILED)('nor in seed %i, which once failed', async (seed) => {
    expect(await violations(seed, 1)).toEqual([]);
  });

  it('nor with the brake on and people who approve', async () => {
    expect(await violations(1, BRAKED_SEEDS, { brake: true })).toEqual([]);
  });

  it('nor on the journal that ships', async () => {
    expect(await violations(1, SQLITE_SEEDS, { sqlite: true })).toEqual([]);
  });
});

describe('a seed', () => {
  it.each([5, 12, 77])('%i tells the same story each time', async (seed) => {
    const [once, again] = [await simulate(seed), await simulate(seed)];
    expect(again.trace).toEqual(once.trace);
    expect(again.digest).toBe(once.digest);
  });

  it('tells another story than the next one', async () => {
    expect((await simulate(5)).digest).not.toBe((await simulate(6)).digest);
  });
});
