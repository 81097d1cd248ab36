// `kill -9` at named moments, a hundred times in the release check and two thirds of that in the suite, and always the same
// journal: what support/ordeal.ts lists must hold after each, and in the end the cloud is as the policies say.
import { describe, expect, test } from 'vitest';
import { Ordeal } from '../support/ordeal.ts';
import { runsFactor } from '../support/runs.ts';

const KILLS = 17;
const SEEDS = runsFactor() > 1 ? [1, 2, 3, 4, 5, 6] : [1, 2, 3, 4];

const tally = { blows: 0, amidWrites: 0, repeated: 0 };

describe.concurrent('a daemon that is killed over and over', () => {
  test.each(SEEDS)(
    `gets there and does nothing twice after ${KILLS} kills (seed %i)`,
    { timeout: 300_000 },
    async (seed) => {
      const ordeal = await Ordeal.begin(seed);
      try {
        for (let kill = 0; kill < KILLS; kill += 1) await ordeal.round('SIGKILL');
        await ordeal.end();
        tally.blows += ordeal.tally.blows;
        tally.amidWrites += ordeal.tally.amidWrites;
        tally.repeated += ordeal.tally.repeated;
      } finally {
        await ordeal.dispose();
      }
    },
  );
});

// Lest the moments become dull without anybody noticing.
test('the kills above came often amid writes, and some of those were repeated', () => {
  expect(tally.blows).toBe(KILLS * SEEDS.length);
  expect(tally.amidWrites).toBeGreaterThan(tally.blows / 5);
  expect(tally.repeated).toBeGreaterThan(SEEDS.length);
});
