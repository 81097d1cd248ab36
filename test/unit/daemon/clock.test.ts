import { MessageChannel } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { systemClock } from '../../../daemon/clock.ts';

/** Takes more than the least time of a timer, and then sets one. */
function work(): void {
  const untilMs = performance.now() + 3;
  while (performance.now() < untilMs);
  clearTimeout(setTimeout(() => undefined, 1000));
}

it('a wait of no time lets what came in be heard, however much else there is to do', async () => {
  const { port1: ear, port2: mouth } = new MessageChannel();
  let turns = 0;
  let heardAfter = Infinity;
  ear.on('message', () => (heardAfter = turns));
  await systemClock.sleep(0);
  mouth.postMessage('hello');
  while (heardAfter > turns && turns < 20) {
    const turn = systemClock.sleep(0);
    // Work of others that goes on in the same turn.
    void Promise.resolve().then(work);
    await turn;
    turns += 1;
  }
  ear.close();
  expect(heardAfter).toBeLessThan(5);
});

it('a wait ends at once when its signal aborts', async () => {
  for (const delayMs of [0, 3_600_000]) {
    const stop = new AbortController();
    const wait = systemClock.sleep(delayMs, stop.signal);
    stop.abort();
    await wait;
    await systemClock.sleep(delayMs, stop.signal);
  }
});
