import { describe, expect, it } from 'vitest';
import { makeFailure, type FailureKind } from '../../../../daemon/ecs/failures/failure.ts';
import type { ReconcileOutcome } from '../../../../daemon/reconcile/outcome.ts';
import { breakerAfter, remainingPauseMs } from '../../../../daemon/schedule/account-breaker.ts';

function refused(code: string, kind: FailureKind = 'denied'): ReconcileOutcome {
  const failure = makeFailure({ kind, code, message: 'no' });
  return { kind: 'not-converged', reason: 'no', failure, next: 'needsHelp' };
}

const CONVERGED: ReconcileOutcome = { kind: 'converged', changes: 0, rules: 1, next: 'resync' };

describe('the breaker of an account', () => {
  it.each(['InvalidAccessKeyId.NotFound', 'SignatureDoesNotMatch', 'Transport.NoCredentials'])(
    'opens on %s, which refuses the credentials',
    (code) => {
      expect(remainingPauseMs(breakerAfter(null, refused(code), 0), 1)).toBe(29_999);
    },
  );

  it('opens on Forbidden.AccessKeyDisabled, which is not about a permission', () => {
    expect(breakerAfter(null, refused('Forbidden.AccessKeyDisabled'), 0)).not.toBeNull();
  });

  it.each(['Forbidden.RAM', 'NoPermission'])('stays closed on %s, a missing permission', (code) => {
    expect(breakerAfter(null, refused(code), 0)).toBeNull();
  });

  it('stays closed on a failure that is not about credentials', () => {
    expect(breakerAfter(null, refused('InternalError', 'unknown'), 0)).toBeNull();
  });

  it('counts one refusal a pause, since groups that were running fail alike', () => {
    const open = breakerAfter(null, refused('SignatureDoesNotMatch'), 0);
    expect(breakerAfter(open, refused('SignatureDoesNotMatch'), 1)).toEqual(open);
  });

  it('pauses twice as long with each refusal after a pause, up to ten minutes', () => {
    let breaker = breakerAfter(null, refused('SignatureDoesNotMatch'), 0);
    const pauses = [];
    for (let nowMs = 30_000; pauses.length < 6; nowMs += remainingPauseMs(breaker, nowMs)) {
      breaker = breakerAfter(breaker, refused('SignatureDoesNotMatch'), nowMs);
      pauses.push(remainingPauseMs(breaker, nowMs));
    }
    expect(pauses).toEqual([60_000, 120_000, 240_000, 480_000, 600_000, 600_000]);
  });

  it('starts with the shortest pause again after a success', () => {
    const open = breakerAfter(null, refused('SignatureDoesNotMatch'), 0);
    const closed = breakerAfter(open, CONVERGED, 90_000);
    expect(closed).toBeNull();
    const again = breakerAfter(closed, refused('SignatureDoesNotMatch'), 90_001);
    expect(remainingPauseMs(again, 90_001)).toBe(30_000);
  });
});
