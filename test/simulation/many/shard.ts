// One of several processes that share the seeds of a long run: it asks for a few at a time, and ends when there are no more.
import type { SimulationOptions } from '../options.ts';
import { simulate } from '../simulation.ts';
import { resultOf, type SeedResult } from './tally.ts';

/** To a shard; null: there are no more. */
export type Portion = { readonly from: number; readonly count: number } | null;
/** From a shard; null: it has nothing to do. */
export type ShardMessage = SeedResult | null;

const options = JSON.parse(process.argv[2] ?? '{}') as SimulationOptions;

const tell = (message: ShardMessage): void => void process.send?.(message);

process.on('message', (portion: Portion) => {
  if (portion === null) {
    process.disconnect();
    return;
  }
  run(portion).then(
    () => tell(null),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? (error.stack ?? '') : String(error)}\n`);
      process.exit(1);
    },
  );
});
// Whoever started it is gone: the rest of the seeds is for no one.
process.on('disconnect', () => process.exit());
tell(null);

async function run({ from, count }: NonNullable<Portion>): Promise<void> {
  for (let seed = from; seed < from + count; seed += 1) tell(resultOf(await simulate(seed, options)));
}
