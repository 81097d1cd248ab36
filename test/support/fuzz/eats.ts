// A fuzz target whose code under test takes all memory, for one input.
import type { FuzzTarget } from '../../fuzz/target.ts';

export async function createTarget(): Promise<FuzzTarget> {
  return Promise.resolve({
    seeds: [Buffer.from('{"a": "good"}'), Buffer.from('bad')],
    codec: 'json',
    words: ['word'],
    run: (input) => {
      const eaten: number[][] = [];
      while (input.includes('bad')) eaten.push(Array.from({ length: 1_000_000 }, () => 0.5));
      return 'seen';
    },
    close: () => Promise.resolve(),
  });
}
