// Whose plan is made next, and how many in one turn of the event loop.
import { describe, expect, it } from 'vitest';
import type { Urgency } from '../../../../daemon/ecs/urgency.ts';
import { PlanningTurns } from '../../../../daemon/queue/planning-turns.ts';

/** Turns of the loop that the test lets pass one by one. */
function stage() {
  const called: Array<() => void> = [];
  const turns = new PlanningTurns((run) => called.push(run));
  const made: string[] = [];
  const plan = (name: string, urgency: Urgency, signal = new AbortController().signal): void => {
    void turns.take(urgency, signal).then(() => made.push(name));
  };
  const pass = async (): Promise<void> => {
    for (const run of called.splice(0)) run();
    await new Promise(setImmediate);
  };
  return { plan, pass, made, waiting: () => called.length };
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
});
