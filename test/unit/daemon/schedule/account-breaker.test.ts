import { describe, expect, test } from 'vitest';
import { makeFailure, type FailureKind } from '../../../../daemon/ecs/failures/failure.ts';
import { AccountBars } from '../../../../daemon/schedule/account-breaker.ts';
import type { ReconcileOutcome } from '../../../../daemon/reconcile/reconcile-types.ts';

function refused(code: string, kind: FailureKind = 'denied'): ReconcileOutcome {
  const failure = makeFailure({ kind, code, message: 'no' });
  return { kind: 'not-converged', reason: 'no', failure, setAside: false };
}

const CONVERGED: ReconcileOutcome = { kind: 'converged', changes: 0, rules: 1, restMs: null };

describe('an account', () => {
  test.each([
    ['InvalidAccessKeyId.NotFound', true],
    ['SignatureDoesNotMatch', true],
    ['Transport.NoCredentials', true],
    ['Forbidden.AccessKeyDisabled', true],
    ['Forbidden.RAM', false],
    ['NoPermission', false],
  ])('refused with %s rests: %s', (code, rests) => {
    const bars = new AccountBars();
    bars.note('prod', refused(code), 0);
    expect(bars.barOf('prod', 1) !== null).toBe(rests);
    expect(bars.barOf('other', 1)).toBeNull();
  });

  test('that fails for another reason does not rest', () => {
    const bars = new AccountBars();
    bars.note('prod', refused('InternalError', 'unknown'), 0);
    expect(bars.barOf('prod', 1)).toBeNull();
  });

  test('rests longer each time, counts one refusal a rest, and is free after a success', () => {
    const bars = new AccountBars();
    bars.note('prod', refused('SignatureDoesNotMatch'), 0);
    bars.note('prod', refused('SignatureDoesNotMatch'), 1);
    expect(bars.barOf('prod', 0)?.remainingMs).toBe(30_000);
    expect(bars.barOf('prod', 30_000)).toBeNull();
    bars.note('prod', refused('SignatureDoesNotMatch'), 30_000);
    expect(bars.barOf('prod', 30_000)?.remainingMs).toBe(60_000);
    bars.note('prod', CONVERGED, 90_000);
    bars.note('prod', refused('SignatureDoesNotMatch'), 90_001);
    expect(bars.barOf('prod', 90_001)?.remainingMs).toBe(30_000);
  });
});
