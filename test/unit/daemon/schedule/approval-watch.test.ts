import { describe, expect, it } from 'vitest';
import { ApprovalWatch } from '../../../../daemon/schedule/approval-watch.ts';
import { fakeEngine } from '../../../support/fake-engine.ts';

/** A watch whose seconds are counted; `wait` lets so many pass. */
function watching() {
  const stop = new AbortController();
  const looks: Array<() => void> = [];
  const clock = {
    nowMs: () => 0,
    monotonicMs: () => 0,
    sleep: () => new Promise<void>((resolve) => void looks.push(resolve)),
  };
  const engine = fakeEngine({ clock });
  let isWaiting = true;
  let news = 0;
  const watch = new ApprovalWatch({
    engine,
    isWaiting: () => isWaiting,
    onNews: () => (news += 1),
    stopping: stop.signal,
  });
  const second = async () => {
    looks.shift()?.();
    await new Promise((resolve) => void setImmediate(resolve));
  };
  const pause = () => engine.journal.pause({ group: null, reason: 'x', pausedAtMs: 0, untilMs: 1 });
  return {
    ...{ watch, engine, stop, second, pause },
    news: () => news,
    looks: () => looks.length,
    nothingWaits: () => (isWaiting = false),
  };
}

describe('the watch for what people decide beside the daemon', () => {
  it('tells of a change once, within the next second', async () => {
    const { watch, second, pause, news } = watching();
    await watch.start();
    watch.look();
    await second();
    expect(news()).toBe(0);
    await pause();
    await second();
    expect(news()).toBe(1);
    await second();
    expect(news()).toBe(1);
  });

  it('tells of what came before it looked for the first time, but after the start', async () => {
    const { watch, second, pause, news } = watching();
    await watch.start();
    await pause();
    watch.look();
    await second();
    expect(news()).toBe(1);
  });

  it('looks only while something waits, once a second however often it is called', async () => {
    const { watch, second, looks, nothingWaits } = watching();
    await watch.start();
    watch.look();
    watch.look();
    expect(looks()).toBe(1);
    nothingWaits();
    await second();
    expect(looks()).toBe(0);
    watch.look();
    expect(looks()).toBe(0);
  });

  it('ends with the daemon', async () => {
    const { watch, second, stop, looks, pause, news } = watching();
    await watch.start();
    watch.look();
    stop.abort('test');
    await pause();
    await second();
    expect({ looks: looks(), news: news() }).toEqual({ looks: 0, news: 0 });
  });
});
