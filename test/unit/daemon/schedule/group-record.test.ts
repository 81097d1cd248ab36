import { describe, expect, it } from 'vitest';
import { newGroupMemory } from '../../../../daemon/learned/group-memory.ts';
import type { NextMove, ReconcileOutcome } from '../../../../daemon/reconcile/outcome.ts';
import {
  attemptBegun,
  attemptEnded,
  attemptPutOff,
  causeOf,
  newRecord,
  groupStatus,
  nextWaitMs,
  withTarget,
  type GroupRecord,
} from '../../../../daemon/schedule/group-record.ts';
import type { BlockKind } from '../../../../reconciler/plan/plan.ts';
import { policyOf } from '../../../support/plan-inputs.ts';
import { rule } from '../../../support/rule-sets.ts';

const HTTPS = { policy: policyOf([rule({ ports: '443' })]), revision: 'r1' };
const SSH = { policy: policyOf([rule({ ports: '22' })]), revision: 'r2' };
const MEMORY = newGroupMemory(0);
const FRESH = newRecord(HTTPS, MEMORY);
const WAITS = { resyncMs: 300_000, retryMs: 2000, random: () => 0 };

const failed = (next: NextMove): ReconcileOutcome => ({
  kind: 'not-converged',
  reason: 'why',
  failure: null,
  next,
});

const after = (record: GroupRecord, outcome: ReconcileOutcome): GroupRecord =>
  attemptEnded(attemptBegun(record, 1), { outcome, memory: MEMORY }, 2);

describe('the wait after an attempt', () => {
  it('doubles with each failure in a row, up to the resync interval', () => {
    let record = FRESH;
    const waits = Array.from({ length: 10 }, () => {
      record = after(record, failed('backoff'));
      return nextWaitMs(record, WAITS);
    });
    expect(waits.slice(0, 4)).toEqual([2000, 4000, 8000, 16_000]);
    expect(waits.at(-1)).toBe(300_000);
  });

  it('doubles up to a minute where the resync interval is shorter', () => {
    const record = { ...after(FRESH, failed('backoff')), failures: 20 };
    expect(nextWaitMs(record, { ...WAITS, resyncMs: 1000 })).toBe(60_000);
  });

  it('is the first one again when the attempt left less to do', () => {
    const often = { ...FRESH, failures: 7 };
    expect(nextWaitMs(after(often, failed('retry')), WAITS)).toBe(2000);
  });

  it('is the resync interval after a success, however many failures there were', () => {
    const often = { ...FRESH, failures: 7 };
    const outcome: ReconcileOutcome = { kind: 'converged', changes: 0, rules: 1, next: 'resync' };
    expect(nextWaitMs(after(often, outcome), WAITS)).toBe(300_000);
  });

  it('is what the outcome says, to the millisecond, if it says a time', () => {
    const outcome: ReconcileOutcome = {
      ...{ kind: 'blocked', reasons: [], blocks: [], planHash: 'f00', kept: null },
      next: { afterMs: 12_345 },
    };
    expect(nextWaitMs(after(FRESH, outcome), { ...WAITS, random: () => 0.9 })).toBe(12_345);
  });

  it('is shortened by up to a tenth otherwise', () => {
    expect(nextWaitMs(after(FRESH, failed('backoff')), { ...WAITS, random: () => 0.5 })).toBe(1900);
  });
});

describe('an attempt that was put off', () => {
  it('counts as no failure and waits as long as it was put off', () => {
    const record = attemptPutOff(after(FRESH, failed('backoff')), 'the breaker is open', 9000);
    expect(groupStatus(record)).toMatchObject({
      reason: 'the breaker is open',
      failures: 1,
      lastAttemptMs: 1,
    });
    expect(nextWaitMs(record, WAITS)).toBe(9000);
  });
});

describe('the cause of a reconcile', () => {
  it('is the start until the group was tried', () => {
    expect(causeOf(withTarget(FRESH, SSH))).toBe('start');
  });

  it('is the policy when it has changed since the last attempt, and drift when not', () => {
    const tried = after(FRESH, failed('backoff'));
    expect(causeOf(withTarget(tried, { ...HTTPS, revision: 'r9' }))).toBe('drift');
    expect(causeOf(withTarget(tried, SSH))).toBe('policy');
  });
});

describe('the status of a group', () => {
  const blockedFor = (kind: BlockKind, closesOnly: boolean): ReconcileOutcome => ({
    ...{ kind: 'blocked', reasons: ['why'], planHash: 'f00', next: 'resync' },
    blocks: [{ kind, liftedBy: 'edit', message: 'why', override: '' }],
    kept: { changes: 1, closesOnly },
  });

  it('keeps its outcome when only the revision changes', () => {
    const tried = after(FRESH, failed('backoff'));
    const equal = { ...HTTPS, revision: 'r9' };
    expect(groupStatus(withTarget(tried, equal))).toMatchObject({ outcome: 'not-converged', revision: 'r9' });
  });

  it('is pending while the outcome is that of an earlier policy', () => {
    const tried = after(FRESH, failed('backoff'));
    expect(groupStatus(withTarget(tried, SSH))).toMatchObject({ outcome: 'pending' });
  });

  it.each([
    [false, { kept: true, closing: false }, 'the rules that were in force before are kept up'],
    [true, { kept: false, closing: true }, 'only what closes of the rules in force is carried out'],
  ])(
    'says what is carried out while the plan is blocked; only what closes: %s',
    (closesOnly, told, words) => {
      const status = groupStatus(after(FRESH, blockedFor('guardrail', closesOnly)));
      expect(status).toMatchObject(told);
      expect(status.reason).toBe(`why (meanwhile ${words})`);
    },
  );

  it.each(['flapping', 'denied'] as const)(
    'says nothing of rules before where the policy is carried out but for rules left out: %s',
    (kind) => {
      const status = groupStatus(after(FRESH, blockedFor(kind, false)));
      expect(status).toMatchObject({ kept: false, closing: false, reason: 'why' });
    },
  );

  it('has what the cloud refuses as blocks, with the plan that leaves it out', () => {
    const message = 'the cloud refuses to add, change or remove 1 rule';
    const block = { kind: 'quarantined', liftedBy: 'time', message, override: '' } as const;
    const refused = { kind: 'quarantined', reason: message, blocks: [block], planHash: 'f00' } as const;
    expect(groupStatus(after(FRESH, { ...refused, next: 'resync' }))).toMatchObject({
      ...{ outcome: 'quarantined', blockedBy: [block], planHash: 'f00', kept: false, closing: false },
    });
  });
});
