// Lanes of several processes at one store, in virtual time: how the rate is divided, and what a process can do alone.
import { describe, expect, it } from 'vitest';
import { Random } from '../../../support/random.ts';
import { SharedLanes, SharingProcess } from '../../../support/shared-lanes.ts';

const RATE = 300;

function world(rate = RATE): SharedLanes {
  return new SharedLanes(rate, new Random(7));
}

const calls = (process: SharingProcess, count: number, urgency: 'routine' | 'fix' = 'routine'): void => {
  for (let call = 0; call < count; call += 1) process.call(urgency);
};

const startsOf = ({ starts }: SharedLanes, process: string, fromMs = 0): number =>
  starts.filter((start) => start.process === process && start.atMs >= fromMs).length;

describe('a lane that processes share', () => {
  it('has the pace of one that is not shared while one process works, for few questions', async () => {
    const shared = world();
    const process = new SharingProcess('a', shared);
    new SharingProcess('idle', shared);
    calls(process, 900);
    await shared.pass(180_000);
    expect(shared.starts.length).toBeGreaterThan(850);
    expect(shared.mostInAMinute()).toBeLessThanOrEqual(RATE);
    expect(shared.questions).toBeLessThan(80);
    await shared.pass(60_000);
    const before = shared.questions;
    await shared.pass(600_000);
    expect(shared.questions).toBe(before);
  });

  it('is divided evenly where two have more to do than it takes, and none is wasted', async () => {
    const shared = world();
    const first = new SharingProcess('a', shared);
    calls(first, 3000);
    await shared.pass(60_000);
    calls(new SharingProcess('b', shared), 3000);
    await shared.pass(240_000);
    const [a, b] = [startsOf(shared, 'a', 180_000), startsOf(shared, 'b', 180_000)];
    expect(a + b).toBeGreaterThan(0.9 * 2 * RATE);
    expect(Math.min(a, b)).toBeGreaterThan(0.4 * (a + b));
    expect(shared.mostInAMinute()).toBeLessThanOrEqual(RATE);
  });

  it('takes a fix of one process at once while the routine of another uses it up', async () => {
    const shared = world();
    calls(new SharingProcess('a', shared), 3000);
    const other = new SharingProcess('b', shared);
    await shared.pass(90_000);
    const fixedFrom = shared.nowMs;
    other.call('fix');
    await shared.pass(2000);
    expect(startsOf(shared, 'b', fixedFrom)).toBe(1);
  });

  it('keeps the rate over a kill, and the next process begins within seconds', async () => {
    const shared = world();
    const first = new SharingProcess('a', shared);
    calls(first, 3000);
    await shared.pass(70_000);
    first.kill();
    const second = new SharingProcess('b', shared);
    calls(second, 3000);
    const bornMs = shared.nowMs;
    await shared.pass(1000);
    expect(startsOf(shared, 'b', bornMs)).toBeGreaterThan(0);
    await shared.pass(120_000);
    expect(shared.mostInAMinute()).toBeLessThanOrEqual(RATE);
    expect(startsOf(shared, 'b', bornMs)).toBeGreaterThan(1.5 * RATE);
  });

  it('gives a plan its slots together, as large a part as is its process’s', async () => {
    const shared = world(40);
    const [first, second] = [new SharingProcess('a', shared), new SharingProcess('b', shared)];
    calls(second, 400);
    let done = 0;
    const plans = [15, 4, 8].map((slots) => first.plan(slots).then(() => (done += 1)));
    await shared.pass(180_000);
    await Promise.race([Promise.all(plans), Promise.resolve()]);
    expect(done).toBe(3);
    expect(shared.mostInAMinute()).toBeLessThanOrEqual(40);
  });

  it('goes on at a few calls a minute where the store does not answer, and says so once', async () => {
    const shared = world();
    const processes = ['a', 'b', 'c'].map((name) => new SharingProcess(name, shared));
    for (const process of processes) calls(process, 2000);
    await shared.pass(60_000);
    shared.isCut = true;
    await shared.pass(70_000);
    const fromMs = shared.nowMs;
    await shared.pass(120_000);
    const made = shared.starts.filter(({ atMs }) => atMs >= fromMs).length;
    expect(made).toBeGreaterThan(10);
    expect(made).toBeLessThanOrEqual((2 * RATE) / 20);
    expect(processes.map(({ told }) => told)).toEqual([
      ['lane.unshared'],
      ['lane.unshared'],
      ['lane.unshared'],
    ]);
    shared.healed();
    await shared.pass(60_000);
    expect(shared.starts.filter(({ atMs }) => atMs >= shared.nowMs - 50_000).length).toBeGreaterThan(
      RATE / 2,
    );
    expect(shared.mostInAMinute()).toBeLessThanOrEqual(RATE);
  });

  it('goes on at the rate of its own where the store is a file that cannot be written, from the first call', async () => {
    const shared = world();
    shared.isCut = true;
    const process = new SharingProcess('a', shared, 'rate');
    calls(process, 2000);
    await shared.pass(180_000);
    expect(shared.starts.length).toBeGreaterThan(2 * RATE);
    expect(shared.mostInAMinute()).toBeLessThanOrEqual(RATE);
    expect(process.told).toEqual(['lane.unshared']);
  });
});
