// `kill -9` at any moment, a hundred times and more, and always the same journal: what support/ordeal.ts lists must
// hold after each, and in the end the cloud is as the policies say.
import { describe, expect, test } from 'vitest';
import { Ordeal } from '../support/ordeal.ts';

const KILLS = 27;

describe.concurrent('killed over and over, the daemon still gets there and does nothing twice', () => {
  test.each([1, 2, 3, 4])(`${KILLS} times (seed %i)`, { timeout: 300_000 }, async (seed) => {
    const ordeal = await Ordeal.begin(seed);
    try {
      for (let kill = 0; kill < KILLS; kill += 1) await ordeal.round('SIGKILL');
      await ordeal.end();
      const { blows, amidWrites, repeated } = ordeal.tally;
      expect(blows).toBe(KILLS);
      // Lest the moments have become dull without anybody noticing.
      expect(amidWrites).toBeGreaterThan(KILLS / 5);
      expect(repeated).toBeGreaterThan(0);
    } finally {
      await ordeal.dispose();
    }
  });
});
