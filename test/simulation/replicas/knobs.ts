// What several replicas bring with them, drawn from a seed of its own: how the estate is divided among them, and what goes
// wrong between them and the database that they share.
import { Random } from '../../support/random.ts';
import type { Knobs } from '../knobs.ts';

export interface ReplicaKnobs {
  readonly count: number;
  /** `journal.shards`. */
  readonly shards: number;
  readonly leaseSeconds: number;
  /** Of each machine's clock, milliseconds. */
  readonly clockErrorsMs: readonly number[];
  /** Means of random intervals, in milliseconds; Infinity for never. */
  readonly cutOffsMs: number;
  readonly outagesMs: number;
  readonly slownessMs: number;
  /** That a call which changes something is the last that its sender does for a while, and the policies are edited then. */
  readonly strikeChance: number;
}

const MINUTE_MS = 60_000;
const MOST_CLOCK_ERROR_MS = 2000;

export function drawReplicas(seed: number, count: number): ReplicaKnobs {
  const random = new Random(seed * 7 + 6);
  const maybe = (chance: number, minutes: readonly number[]): number =>
    random.chance(chance) ? random.pick(minutes) * MINUTE_MS : Infinity;
  return {
    count,
    shards: random.pick([1, 1, 2, 3]),
    leaseSeconds: random.pick([3, 3, 3, 10]),
    clockErrorsMs: Array.from(
      { length: count },
      () => random.below(2 * MOST_CLOCK_ERROR_MS) - MOST_CLOCK_ERROR_MS,
    ),
    cutOffsMs: maybe(0.6, [0.3, 1, 3]),
    outagesMs: maybe(0.25, [2, 4]),
    slownessMs: maybe(0.25, [1, 3]),
    strikeChance: random.pick([0, 0.1, 0.3]),
  };
}

/** Where there is always something to do, and replicas die, stop and freeze more often than one process would. */
export function whereReplicasFail(drawn: Knobs): Knobs {
  const random = new Random(drawn.seed * 7 + 4);
  const { trouble } = drawn;
  const often = (ms: number, minutes: readonly number[]): number =>
    Math.min(ms, random.chance(0.6) ? random.pick(minutes) * MINUTE_MS : Infinity);
  return {
    ...drawn,
    trouble: {
      ...trouble,
      networkFaults: random.pick([trouble.networkFaults, 0.1, 0.25, 0.4]),
      policyEditsMs: Math.min(trouble.policyEditsMs, random.pick([0.2, 0.5]) * MINUTE_MS),
      crashesMs: often(trouble.crashesMs, [0.5, 1, 3]),
      freezesMs: often(trouble.freezesMs, [0.2, 0.5, 2]),
      stopsMs: often(trouble.stopsMs, [0.5, 1, 3]),
    },
  };
}
