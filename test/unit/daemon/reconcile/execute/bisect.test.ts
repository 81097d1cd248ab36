import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bisect, type Bisection } from '../../../../../daemon/reconcile/execute/bisect.ts';

type Batch = readonly number[];

/** What came of a part: it holds a bad item, or it does not. */
interface Tried {
  readonly batch: Batch;
  readonly isBad: boolean;
}

const halve = (batch: Batch): readonly [Batch, Batch] | null => {
  const middle = Math.ceil(batch.length / 2);
  return batch.length < 2 ? null : [batch.slice(0, middle), batch.slice(middle)];
};

function search(bad: ReadonlySet<number>, moves: Partial<Bisection<Batch, Tried>> = {}) {
  const attempts: Batch[] = [];
  const bisection: Bisection<Batch, Tried> = {
    attempt: (batch) => {
      attempts.push(batch);
      return Promise.resolve({ batch, isBad: batch.some((item) => bad.has(item)) });
    },
    halve,
    moveAfter: ({ isBad }) => (isBad ? 'halve' : 'goOn'),
    ...moves,
  };
  return { attempts, run: (whole: Batch) => bisect(whole, bisection) };
}

describe('a bisection', () => {
  it('attempts a good whole once', async () => {
    const { attempts, run } = search(new Set());
    expect(await run([1, 2, 3])).toEqual({
      results: [{ batch: [1, 2, 3], isBad: false }],
      isCutShort: false,
    });
    expect(attempts).toEqual([[1, 2, 3]]);
  });

  it('halves in order until the bad item is alone', async () => {
    const { attempts, run } = search(new Set([3]));
    const { results } = await run([1, 2, 3, 4]);
    expect(attempts).toEqual([[1, 2, 3, 4], [1, 2], [3, 4], [3], [4]]);
    expect(results.map(({ batch, isBad }) => [batch, isBad])).toEqual([
      [[1, 2], false],
      [[3], true],
      [[4], false],
    ]);
  });

  it('ends early where a result asks for that, and says whether something was left', async () => {
    const { attempts, run } = search(new Set([1, 2, 3, 4]), {
      moveAfter: ({ batch }) => (batch.length > 1 ? 'halve' : 'end'),
    });
    expect(await run([1, 2, 3, 4])).toMatchObject({ results: [{ batch: [1] }], isCutShort: true });
    expect(attempts).toEqual([[1, 2, 3, 4], [1, 2], [1]]);
    expect(await run([1])).toMatchObject({ isCutShort: false });
  });

  it('goes on after an item that is bad and alone', async () => {
    const { run } = search(new Set([1, 2]));
    expect(await run([1, 2])).toMatchObject({ results: [{ batch: [1] }, { batch: [2] }], isCutShort: false });
  });

  it('finds exactly the bad items, loses no item and keeps their order', async () => {
    const items = fc.uniqueArray(fc.integer({ min: 0, max: 99 }), { minLength: 1, maxLength: 40 });
    const worlds = items.chain((all) => fc.tuple(fc.constant(all), fc.subarray(all)));
    await fc.assert(
      fc.asyncProperty(worlds, async ([all, bad]) => {
        const { results } = await search(new Set(bad)).run(all);
        expect(results.flatMap(({ batch }) => batch)).toEqual(all);
        expect(results.filter(({ isBad }) => isBad).map(({ batch }) => batch)).toEqual(
          bad.map((item) => [item]),
        );
      }),
    );
  });
});
