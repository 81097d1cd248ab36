// Many seeds, in this process or shared among several, with a line of progress now and then.
import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { SimulationOptions } from '../options.ts';
import { simulate } from '../simulation.ts';
import type { Portion, ShardMessage } from './shard.ts';
import { failureText, resultOf, Tally, type SeedResult } from './tally.ts';

export interface ManySeeds {
  readonly from: number;
  readonly count: number;
  /** Processes; with one, this one runs them all. */
  readonly workers: number;
  readonly options: SimulationOptions;
  /** Takes what people read meanwhile. */
  readonly say: (text: string) => void;
}

/** Seeds that one process takes at a time: few enough that none waits long for the last one. */
const PORTION = 5;
const SAY_EVERY = 100;
/**
 * Much code runs, each part of it seldom: making all of it fast, over and over, took a fifth of the time, and collecting garbage
 * often a tenth. An error has no stack there; `--seed N` shows it.
 */
const SPARING = ['--interrupt-budget=1000000', '--max-semi-space-size=64', '--stack-trace-limit=0'];

/** Rejects if one of the processes ends before its seeds do. */
export async function runMany(many: ManySeeds): Promise<Tally> {
  const tally = new Tally();
  const take = (result: SeedResult): void => {
    tally.add(result);
    if (result.violation !== null) many.say(failureText(result));
    if (tally.done % SAY_EVERY === 0 || tally.done === many.count) many.say(tally.progress(many.count));
  };
  if (many.workers <= 1) await runHere(many, take);
  else await runShared(many, take);
  return tally;
}

async function runHere(
  { from, count, options }: ManySeeds,
  take: (result: SeedResult) => void,
): Promise<void> {
  for (let seed = from; seed < from + count; seed += 1) take(resultOf(await simulate(seed, options)));
}

async function runShared(many: ManySeeds, take: (result: SeedResult) => void): Promise<void> {
  const end = many.from + many.count;
  let next = many.from;
  const nextPortion = (): Portion => {
    const from = next;
    next = Math.min(end, from + PORTION);
    return from === next ? null : { from, count: next - from };
  };
  const count = Math.min(many.workers, Math.ceil(many.count / PORTION));
  const file = fileURLToPath(new URL('./shard.ts', import.meta.url));
  const shards = Array.from({ length: count }, () =>
    fork(file, [JSON.stringify(many.options)], { execArgv: [...SPARING, '--import', 'tsx'] }),
  );
  try {
    await Promise.all(shards.map((shard) => served(shard, nextPortion, take)));
  } finally {
    for (const shard of shards) shard.kill();
  }
}

/** Until it has been told that there is no more. */
function served(
  shard: ChildProcess,
  nextPortion: () => Portion,
  take: (result: SeedResult) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let isDone = false;
    shard.on('message', (message: ShardMessage) => {
      if (message !== null) {
        take(message);
        return;
      }
      const portion = nextPortion();
      isDone = portion === null;
      shard.send(portion as object);
    });
    shard.on('error', reject);
    shard.on('exit', (code, signal) => {
      if (isDone) resolve();
      else reject(new Error(`a process of the simulation ended early: ${signal ?? `exit code ${code}`}`));
    });
  });
}
