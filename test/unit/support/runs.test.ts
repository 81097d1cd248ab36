import { expect, it } from 'vitest';
import { isInSample, runs, runsFactor } from '../../support/runs.ts';

it('tries the same cases each time in the suite', () => {
  expect(runs(100, 1)).toEqual({ numRuns: 100, seed: expect.any(Number) as number });
});

it('tries more cases, and others each time, in a longer run', () => {
  expect(runs(100, 2.5)).toEqual({ numRuns: 250 });
});

it.each(['0', '-1', 'many', '0.5'])('refuses the factor %j', (text) => {
  expect(() => runsFactor(text)).toThrow('RAMPART_RUNS must be a number of at least 1');
});

it.each([
  { factor: 1, share: 1250 },
  { factor: 2, share: 2500 },
  { factor: 4, share: 5000 },
  { factor: 10, share: 5000 },
])('takes $share of 5,000 cases into the sample of factor $factor', ({ factor, share }) => {
  const numbers = Array.from({ length: 5000 }, (_, number) => number);
  expect(numbers.filter((number) => isInSample(number, factor))).toHaveLength(share);
});
