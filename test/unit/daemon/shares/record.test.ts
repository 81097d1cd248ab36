// What a store of shares answers at moments that the properties of many holders hardly meet.
import { describe, expect, it } from 'vitest';
import { served, type ShareRecord } from '../../../../daemon/shares/record.ts';
import type { ShareRequest } from '../../../../daemon/shares/share-store.ts';

const RATE = 20;
/** Of the one that came first. */
const STANDING = 1;

class Lane {
  #record: ShareRecord = {};

  /** The share that the holder is given. */
  ask(holder: string, serial: number, atMs: number, also: Partial<ShareRequest> = {}): number {
    const calls = { before: 0, agesMs: [], sentMs: atMs };
    const asked = { ratePerMinute: RATE, reserve: 0, keep: 0, want: RATE, urgent: 0, isLast: false };
    const { record, answer } = served(this.#record, { holder, serial, calls, ...asked, ...also }, atMs);
    this.#record = record;
    return answer.share;
  }
}

const started = (calls: number, sentMs: number) => ({
  calls: { before: 0, agesMs: Array<number>(calls).fill(0), sentMs },
});

describe('the shares of a lane', () => {
  it('leave a holder nothing to keep of a share that has ended and that another has by now', () => {
    const lane = new Lane();
    expect(lane.ask('a', 1, 0)).toBe(RATE);
    expect(lane.ask('a', 2, 100, { ...started(RATE, 100), keep: RATE })).toBe(RATE);
    expect(lane.ask('b', 1, 61_000)).toBe(RATE - STANDING);
    expect(lane.ask('a', 3, 62_000, { keep: RATE })).toBe(STANDING);
  });

  it.each([
    { when: 'was long on its way', sentMs: 0, servedMs: 5000 },
    { when: 'says that it is of later than now', sentMs: 90_000, servedMs: 500 },
  ])(
    'count a call from when it can have begun at the earliest, where its request $when',
    ({ sentMs, servedMs }) => {
      const lane = new Lane();
      const want = RATE / 2;
      lane.ask('a', 1, 0, { want });
      lane.ask('a', 2, servedMs, { ...started(want, sentMs), want });
      // Its first calls have left the minute while it still has its share: it may have begun as many again.
      lane.ask('a', 3, 56_000, { calls: { before: want, agesMs: [], sentMs: 56_000 }, want });
      expect(lane.ask('b', 1, 67_000)).toBe(RATE - want);
    },
  );
});
