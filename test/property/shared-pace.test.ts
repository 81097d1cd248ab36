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

/** What happens to the processes, one thing after the other. */
class Story {
  readonly world: SharedLanes;
  readonly #random: Random;
  #alive: SharingProcess[] = [];
  #born = 0;

  constructor(seed: number, rate: number) {
    this.#random = new Random(seed);
    this.world = new SharedLanes(rate, this.#random);
    this.world.faults = { lostPercent: this.#random.below(30), latePercent: this.#random.below(30) };
  }

  get waiting(): number {
    return this.#alive.reduce((sum, each) => sum + each.waiting, 0);
  }

  async pass(): Promise<void> {
    const [random, world] = [this.#random, this.world];
    while (this.#alive.length < 2 + random.below(2))
      this.#alive.push(new SharingProcess(`p${(this.#born += 1)}`, world));
    const process = random.pick(this.#alive);
    const what = random.below(20);
    if (what === 0 || what === 3) this.#end(process, what === 0);
    else if (what === 1) process.stopFor(random.below(20_000));
    else if (what === 2) world.isCut = !world.isCut;
    else if (what < 6) void process.plan(1 + random.below(world.ratePerMinute)).catch(() => undefined);
    else if (what < 14)
      this.#call(process, 1 + random.below(random.below(4) === 0 ? 2 * world.ratePerMinute : 5));
    await world.pass(random.below(random.below(5) === 0 ? 20_000 : 3000));
  }

  #end(process: SharingProcess, isKilled: boolean): void {
    this.#alive = this.#alive.filter((each) => each !== process);
    if (isKilled) process.kill();
    else process.lanes.close();
  }

  #call(process: SharingProcess, calls: number): void {
    for (let call = 0; call < calls; call += 1) process.call(this.#random.below(8) === 0 ? 'fix' : 'routine');
  }
}

async function told(seed: number, rate: number): Promise<SharedLanes> {
  const story = new Story(seed, rate);
  const { world } = story;
  while (world.nowMs < TROUBLE_MS) await story.pass();
  world.healed();
  await world.pass(200_000 + (story.waiting / rate) * 70_000);
  expect(story.waiting).toBe(0);
  return world;
}

describe('processes that share a lane', () => {
  it('never start more calls in a minute than its rate, and come to an end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.constantFrom(6, 12, 40, 100), async (seed, rate) => {
        const world = await told(seed, rate);
        expect(world.mostInAMinute()).toBeLessThanOrEqual(rate);
      }),
      runs(6),
    );
  });
});
