import { describe, expect, it } from 'vitest';
import {
  quotaAfterConverging,
  quotaAfterRead,
  quotaAfterRefusal,
  ruleLimit,
  type QuotaEstimate,
} from '../../../../daemon/learned/quota-estimate.ts';

const MINUTE_MS = 60_000;
/** As many as configured. */
const CONFIGURED = null;

const limitAt = ruleLimit;

/** What is known after so many refusals, and a read that found seven rules. */
function refused(times: number, nowMs = 0): QuotaEstimate {
  let estimate: QuotaEstimate = null;
  for (let count = 0; count < times; count += 1) estimate = quotaAfterRefusal(estimate, nowMs);
  return quotaAfterRead(estimate, 7);
}

describe('the rules that a group may hold', () => {
  it('are as configured before any refusal', () => {
    expect(limitAt(quotaAfterRead(null, 7), 0)).toBe(CONFIGURED);
  });

  it('are what it held right after a refusal, also when it holds fewer later', () => {
    expect(limitAt(quotaAfterRead(refused(1), 5), 2)).toBe(7);
  });

  it.each([
    { refusals: 1, minutes: 10 },
    { refusals: 2, minutes: 20 },
    { refusals: 3, minutes: 40 },
    { refusals: 20, minutes: 360 },
  ])('are tried again $minutes minutes after refusal $refusals', ({ refusals, minutes }) => {
    const estimate = refused(refusals);
    expect(limitAt(estimate, minutes * MINUTE_MS - 1)).toBe(7);
    expect(limitAt(estimate, minutes * MINUTE_MS)).toBe(CONFIGURED);
  });

  it('are still those of the refusal when the group converged within them', () => {
    const converged = quotaAfterConverging(refused(1), 9 * MINUTE_MS);
    const again = quotaAfterRead(quotaAfterRefusal(converged, 10 * MINUTE_MS), 7);
    expect(limitAt(again, 29 * MINUTE_MS)).toBe(7);
  });

  it('are tried again after ten minutes once the group had room enough', () => {
    const converged = quotaAfterConverging(refused(3), 40 * MINUTE_MS);
    const again = quotaAfterRead(quotaAfterRefusal(converged, 40 * MINUTE_MS), 7);
    expect(limitAt(again, 50 * MINUTE_MS - 1)).toBe(7);
    expect(limitAt(again, 50 * MINUTE_MS)).toBe(CONFIGURED);
  });
});
