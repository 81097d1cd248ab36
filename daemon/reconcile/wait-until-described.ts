import type { DescribedGroup } from '../../reconciler/model/group.ts';
import type { Result } from '../../reconciler/model/result.ts';
import type { Failure } from '../ecs/failures/failure.ts';
import type { Engine } from './engine.ts';

const FIRST_DELAY_MS = 250;
const MAX_DELAY_MS = 10_000;

export interface Sighting {
  readonly group: DescribedGroup;
  /** Whether the group came to look as expected within the patience. */
  readonly settled: boolean;
}

/**
 * Describes until the group looks as expected, since the vendor's reads may lag behind its writes.
 * Gives up after the configured lag, or at once when `signal` aborts, with what was seen last.
 */
export async function describeUntil(
  { clock, patience }: Pick<Engine, 'clock' | 'patience'>,
  describe: () => Promise<Result<DescribedGroup, Failure>>,
  expected: (described: DescribedGroup) => boolean | Promise<boolean>,
  signal: AbortSignal,
): Promise<Result<Sighting, Failure>> {
  const deadlineMs = clock.monotonicMs() + patience.lagMs;
  for (let delayMs = FIRST_DELAY_MS; ; delayMs = Math.min(2 * delayMs, MAX_DELAY_MS)) {
    const described = await describe();
    if (!described.ok) return described;
    const settled = await expected(described.value);
    const remainingMs = deadlineMs - clock.monotonicMs();
    if (settled || remainingMs <= 0 || signal.aborted) {
      return { ok: true, value: { group: described.value, settled } };
    }
    await clock.sleep(Math.min(delayMs, remainingMs), signal);
  }
}
