// The vendor's reads may lag behind its writes: what is to be seen is waited for, within bounds.
import type { ApiLevel } from '../../reconciler/model/api-dialect.ts';
import type { DescribedGroup } from '../../reconciler/model/group.ts';
import { ok, type Result } from '../../reconciler/model/result.ts';
import type { Failure } from '../ecs/failures/failure.ts';
import type { GroupRun, ReconcileRequest } from './group-run.ts';

const FIRST_DELAY_MS = 250;
const MAX_DELAY_MS = 10_000;

export interface SeenGroup {
  readonly group: DescribedGroup;
  readonly settled: boolean;
  /** Monotonic: it is not older than this. */
  readonly readAtMs: number;
}

/**
 * Describes the group until it is as expected. Gives up after the configured lag, or at once when the run's signal
 * aborts, with what was seen last. `settled`: it came to be as expected. `whenNoRules`: what
 * a group without rules is taken for.
 */
export async function waitUntilDescribed(
  run: Pick<GroupRun, 'engine' | 'group' | 'signal' | 'urgency'> & {
    readonly request: Pick<ReconcileRequest, 'onStalled' | 'policy'>;
  },
  whenNoRules: ApiLevel,
  isExpected: (described: DescribedGroup) => boolean | Promise<boolean>,
): Promise<Result<SeenGroup, Failure>> {
  const { group, signal, urgency } = run;
  const { ecs, clock, patience } = run.engine;
  const { onStalled = () => undefined, policy } = run.request;
  const deadlineMs = clock.monotonicMs() + patience.lagMs;
  for (let delayMs = FIRST_DELAY_MS; ; delayMs = Math.min(2 * delayMs, MAX_DELAY_MS)) {
    const askedMs = clock.monotonicMs();
    const described = await ecs.describeGroup(group, { whenNoRules, policy, urgency, signal, onStalled });
    if (!described.ok) return described;
    const settled = await isExpected(described.value);
    const remainingMs = deadlineMs - clock.monotonicMs();
    if (settled || remainingMs <= 0 || signal.aborted) {
      return ok({ group: described.value, settled, readAtMs: askedMs });
    }
    onStalled();
    await clock.sleep(Math.min(delayMs, remainingMs), signal);
  }
}
