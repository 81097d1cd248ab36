// What every store of shares must keep to, whatever keeps them; the arithmetic behind all of them has tests of its own.
import { expect, it } from 'vitest';
import type { ShareRequest, ShareStore } from '../../../../daemon/shares/share-store.ts';

export interface ShareWorld {
  readonly store: ShareStore;
  /** Another process at the same store. */
  readonly another: () => Promise<ShareStore>;
}

const RATE = 100;

export const shareRequest = (
  holder: string,
  serial: number,
  also: Partial<ShareRequest> = {},
): ShareRequest => ({
  holder,
  serial,
  ratePerMinute: RATE,
  reserve: 0,
  calls: { before: 0, agesMs: [], sentMs: 0 },
  keep: 0,
  want: RATE,
  urgent: 0,
  isLast: false,
  ...also,
});

export function shareContract(open: () => Promise<ShareWorld>): void {
  it('gives one process the whole rate, and the next one nothing of it', async () => {
    const { store, another } = await open();
    expect(await store.serve('lane', shareRequest('a', 1))).toMatchObject({
      share: RATE,
      isShort: false,
      others: [],
    });
    const other = await another();
    expect(await other.serve('lane', shareRequest('b', 1))).toMatchObject({
      share: 0,
      isShort: true,
      holders: 2,
    });
  });

  it('tells a process of the calls of the one before, and leaves it the rest of the minute', async () => {
    const { store, another } = await open();
    await store.serve('lane', shareRequest('a', 1));
    const calls = { before: 0, agesMs: Array<number>(30).fill(10), sentMs: 0 };
    await store.serve('lane', shareRequest('a', 2, { calls, isLast: true }));
    const answer = await (await another()).serve('lane', shareRequest('b', 1));
    expect(answer.share).toBe(RATE - 30);
    expect(answer.others.reduce((sum, [, some]) => sum + some, 0)).toBe(30);
    for (const [agoMs] of answer.others) expect(agoMs).toBeLessThan(30_000);
  });

  it('keeps one lane apart from the others', async () => {
    const { store } = await open();
    await store.serve('lane', shareRequest('a', 1));
    expect(await store.serve('other', shareRequest('b', 1))).toMatchObject({ share: RATE, holders: 1 });
  });

  it('never gives away more than the rate, however many ask at once', async () => {
    const { store, another } = await open();
    const stores = [store, await another(), await another()];
    const asked = stores.flatMap((each, at) =>
      [1, 2, 3, 4].map((number) => each.serve('lane', shareRequest(`${at}.${number}`, 1, { want: 30 }))),
    );
    const shares = (await Promise.all(asked)).map(({ share }) => share);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeGreaterThan(RATE / 2);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeLessThanOrEqual(RATE);
  });

  it('knows the time, which does not go back', async () => {
    const { store } = await open();
    const first = await store.serve('lane', shareRequest('a', 1));
    const second = await store.serve('lane', shareRequest('a', 2));
    expect(second.nowMs).toBeGreaterThanOrEqual(first.nowMs);
  });
}
