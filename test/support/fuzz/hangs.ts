// A fuzz target whose code under test never ends, for one input.
import type { FuzzTarget } from '../../fuzz/target.ts';

export async function createTarget(): Promise<FuzzTarget> {
  return Promise.resolve({
    seeds: [Buffer.from('{"a": "good"}'), Buffer.from('bad')],
    codec: 'json',
    words: ['word'],
    run: (input) => {
      while (input.includes('bad'));
      return 'seen';
    },
    close: () => Promise.resolve(),
  });
}
