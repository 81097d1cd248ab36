// The judge of the soak; the soak itself takes minutes (`npm run test:simulation -- --soak`).
import { describe, expect, it } from 'vitest';
import { growth, type Sample } from './soak.ts';

/** Twelve hours whose heap, journal and rows follow the functions. */
function hours(
  of: Partial<Record<'heapBytes' | 'journalBytes' | 'journalRows', (hour: number) => number>>,
): Sample[] {
  const calm = () => 1000;
  const { heapBytes = calm, journalBytes = calm, journalRows = calm } = of;
  return Array.from({ length: 12 }, (_, index) => ({
    hour: index + 1,
    heapBytes: heapBytes(index + 1),
    residentBytes: 1000,
    journalBytes: journalBytes(index + 1),
    journalRows: journalRows(index + 1),
    drifts: 0,
    calls: 0,
    writes: 0,
    unsettled: 0,
  }));
}

describe('growth over the hours after the warm-up', () => {
  it.each([
    { what: 'nothing', samples: hours({}) },
    {
      what: 'growth that ends within the warm-up',
      samples: hours({ heapBytes: (hour) => Math.min(hour, 4) * 1000 }),
    },
    { what: 'ups and downs', samples: hours({ journalBytes: (hour) => 1000 + 200 * (hour % 2) }) },
    { what: 'a heap that shrinks', samples: hours({ heapBytes: (hour) => 2000 - 100 * hour }) },
  ])('$what is no problem', ({ samples }) => {
    expect(growth(samples)).toEqual([]);
  });

  it.each([
    { name: 'heapBytes', samples: hours({ heapBytes: (hour) => 1000 + 50 * hour }) },
    { name: 'journalBytes', samples: hours({ journalBytes: (hour) => 1000 + 50 * hour }) },
    { name: 'journalRows', samples: hours({ journalRows: (hour) => 100 * hour }) },
  ])('of $name with every hour is one', ({ name, samples }) => {
    expect(growth(samples)).toEqual([expect.stringMatching(new RegExp(`^${name} grew from `))]);
  });
});
