// Processes that share the rate of a lane, with kills, stops, new ones, and a store whose questions and answers are slow,
// late or lost:
//   P1  in no minute do all of them together start more calls than the rate
//   P2  once the faults are over, every call has its turn
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../support/random.ts';
import { runs } from '../support/runs.ts';
import { SharedLanes, SharingProcess } from '../support/shared-lanes.ts';

const TROUBLE_MS = 240_000;

async function story(seed: number, rate: number): Promise<SharedLanes> {
  const random = new Random(seed);
  const world = new SharedLanes(rate, random);
  const alive: SharingProcess[] = [];
  let born = 0;
  const start = (): void => void alive.push(new SharingProcess(`p${(born += 1)}`, world));
  start();
  start();
  world.faults = { lostPercent: random.below(30), latePercent: random.below(30) };
  const chosen = (): SharingProcess | undefined => alive[random.below(alive.length)];
  while (world.nowMs < TROUBLE_MS) {
    const what = random.below(20);
    const process = chosen();
    if (what === 0) alive.splice(random.below(alive.length), 1).forEach((each) => each.kill());
    else if (what === 1) process?.stopFor(random.below(20_000));
    else if (what === 2) world.isCut = !world.isCut;
    else if (what === 3) alive.splice(random.below(alive.length), 1).forEach(({ lanes }) => lanes.close());
    else if (what < 6 && process !== undefined)
      void process.plan(1 + random.below(rate)).catch(() => undefined);
    else if (what < 14) {
      const calls = 1 + random.below(random.below(4) === 0 ? 2 * rate : 5);
      for (let call = 0; call < calls; call += 1) process?.call(random.below(8) === 0 ? 'fix' : 'routine');
    }
    while (alive.length < 2 + random.below(2)) start();
    await world.pass(random.below(random.below(5) === 0 ? 20_000 : 3000));
  }
  world.healed();
  const waiting = (): number => alive.reduce((sum, each) => sum + each.waiting, 0);
  const calls = waiting();
  await world.pass(200_000 + (calls / rate) * 70_000);
  expect(waiting()).toBe(0);
  return world;
}

describe('processes that share a lane', () => {
  it('never start more calls in a minute than its rate, and come to an end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.constantFrom(6, 12, 40, 100), async (seed, rate) => {
        const world = await story(seed, rate);
        expect(world.mostInAMinute()).toBeLessThanOrEqual(rate);
      }),
      runs(6),
    );
  });
});
