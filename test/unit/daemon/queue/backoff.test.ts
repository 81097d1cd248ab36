import { describe, expect, it } from 'vitest';
import { firstBackoff, nextBackoff, type Backoff } from '../../../../daemon/queue/backoff.ts';

const POLICY = { firstDelayMs: 500, maxDelayMs: 4000, maxAttempts: 6, patienceMs: 60_000 };

function delays(random: () => number, hintMs = 0, elapsedMs = 0): number[] {
  const list: number[] = [];
  let backoff: Backoff | null = firstBackoff(POLICY);
  while ((backoff = nextBackoff(backoff, elapsedMs, hintMs, random)) !== null) list.push(backoff.delayMs);
  return list;
}

describe('backoff', () => {
  it.each([
    {
      name: 'doubles up to its bound',
      random: () => 0.999999,
      hintMs: 0,
      expected: [500, 1000, 2000, 4000, 4000],
    },
    { name: 'is at least half of that', random: () => 0, hintMs: 0, expected: [250, 500, 1000, 2000, 2000] },
    {
      name: 'never undercuts a hint',
      random: () => 0,
      hintMs: 1500,
      expected: [1500, 1500, 1500, 2000, 2000],
    },
  ])('$name, and makes as many attempts as allowed', ({ random, hintMs, expected }) => {
    expect(delays(random, hintMs)).toEqual(expected);
  });

  it('makes no attempt after patience has ended', () => {
    expect(delays(() => 0, 0, 59_750)).toEqual([250]);
    expect(delays(() => 0, 61_000)).toEqual([]);
  });

  it('is a value: the same step from the same state gives the same answer', () => {
    const first = firstBackoff(POLICY);
    const once = nextBackoff(first, 0, 0, () => 0.5);
    expect(nextBackoff(first, 0, 0, () => 0.5)).toEqual(once);
    expect(first).toEqual(firstBackoff(POLICY));
  });
});
