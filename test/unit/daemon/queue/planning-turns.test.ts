// Whose plan is made next, and how many in one turn of the event loop.
import { describe, expect, it } from 'vitest';
import type { Urgency } from '../../../../daemon/ecs/urgency.ts';
import { PlanningTurns } from '../../../../daemon/queue/planning-turns.ts';

/** Time that the test lets pass. */
class LoopClock {
  monotonic = 0;
  sleepers: Array<{ readonly dueMs: number; readonly wake: () => void }> = [];

  monotonicMs(): number {
    return this.monotonic;
  }

  sleep(delayMs: number): Promise<void> {
    return new Promise((wake) => this.sleepers.push({ dueMs: this.monotonic + delayMs, wake }));
  }

  async advance(ms: number): Promise<void> {
    this.monotonic += ms;
    const due = this.sleepers.filter(({ dueMs }) => dueMs <= this.monotonic);
    this.sleepers = this.sleepers.filter((sleeper) => !due.includes(sleeper));
    for (const { wake } of due) wake();
    await new Promise(setImmediate);
  }
}

/** Turns of the loop that the test lets pass one by one; each plan takes `planMs`. */
function stage(planMs = 0) {
  const called: Array<() => void> = [];
  const clock = new LoopClock();
  const turns = new PlanningTurns((run) => called.push(run), clock);
  const made: string[] = [];
  const plan = (name: string, urgency: Urgency, signal = new AbortController().signal): void => {
    void turns.take(urgency, signal).then(() => {
      clock.monotonic += planMs;
      made.push(name);
    });
  };
  const turn = async (): Promise<void> => {
    for (const run of called.splice(0)) run();
    await new Promise(setImmediate);
  };
  /** A turn for a plan, and the one after it. */
  const pass = async (): Promise<void> => {
    await turn();
    await turn();
  };
  return { plan, pass, made, turns, clock, waiting: () => called.length };
}

describe('the turns in which plans are made', () => {
  it('have one plan each, however many wait', async () => {
    const { plan, pass, made } = stage();
    for (const name of ['a', 'b', 'c']) plan(name, 'routine');
    const counts: number[] = [];
    for (let turn = 0; turn < 3; turn += 1) {
      await pass();
      counts.push(made.length);
    }
    expect(counts).toEqual([1, 2, 3]);
  });

  it('let an urgent plan go before routine ones that came earlier', async () => {
    const { plan, pass, made } = stage();
    for (const name of ['a', 'b', 'c']) plan(name, 'routine');
    await pass();
    plan('fix', 'fix');
    await pass();
    await pass();
    expect(made).toEqual(['a', 'fix', 'b']);
  });

  it('go on at once without whoever has given up, whose wait ends', async () => {
    const { plan, pass, made } = stage();
    const stop = new AbortController();
    plan('given up', 'fix', stop.signal);
    plan('routine', 'routine');
    stop.abort();
    await new Promise(setImmediate);
    expect(made).toEqual(['given up']);
    await pass();
    expect(made).toEqual(['given up', 'routine']);
  });

  it('are not asked for while no plan waits', async () => {
    const { plan, pass, waiting } = stage();
    plan('a', 'routine');
    await pass();
    expect(waiting()).toBe(0);
  });

  it('come for a plan that can wait when the thread was free for as long as the one before took', async () => {
    const { plan, pass, made, clock } = stage(20);
    for (const name of ['a', 'b']) plan(name, 'routine');
    await pass();
    await pass();
    expect(made).toEqual(['a']);
    await clock.advance(19);
    await pass();
    expect(made).toEqual(['a']);
    await clock.advance(1);
    await pass();
    expect(made).toEqual(['a', 'b']);
  });

  it('come at once for a fix, while others wait', async () => {
    const { plan, pass, made, clock } = stage(20);
    for (const name of ['a', 'b']) plan(name, 'routine');
    await pass();
    plan('fix', 'fix');
    await pass();
    expect(made).toEqual(['a', 'fix']);
    await clock.advance(20);
    await pass();
    expect(made).toEqual(['a', 'fix', 'b']);
  });

  it('are few for plans that can wait while policies are read, and as before when they are', async () => {
    const { plan, pass, made, turns, clock } = stage(20);
    for (const name of ['a', 'b']) plan(name, 'routine');
    let end = (): void => undefined;
    const reading = turns.yieldTo(() => new Promise<void>((resolve) => (end = resolve)));
    await pass();
    await clock.advance(100);
    await pass();
    expect(made).toEqual(['a']);
    end();
    await reading;
    await pass();
    expect(made).toEqual(['a', 'b']);
  });
});
