import type { DescribedGroup, GroupRef } from '../../reconciler/model/group.ts';
import type { Result } from '../../reconciler/model/result.ts';
import type { Failure } from '../ecs/failure.ts';
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
  engine: Engine,
  group: GroupRef,
  expected: (described: DescribedGroup) => boolean,
  signal: AbortSignal,
): Promise<Result<Sighting, Failure>> {
  const deadlineMs = engine.clock.monotonicMs() + engine.patience.lagMs;
  for (let delayMs = FIRST_DELAY_MS; ; delayMs = Math.min(2 * delayMs, MAX_DELAY_MS)) {
    const described = await engine.ecs.describeGroup(group);
    if (!described.ok) return described;
    const settled = expected(described.value);
    const remainingMs = deadlineMs - engine.clock.monotonicMs();
    if (settled || remainingMs <= 0 || signal.aborted) {
      return { ok: true, value: { group: described.value, settled } };
    }
    await engine.clock.sleep(Math.min(delayMs, remainingMs), signal);
  }
}
