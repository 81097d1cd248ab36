import { describe, expect, it } from 'vitest';
import {
  EMPTY_QUARANTINE,
  quarantinedAt,
  quarantineRules,
  refusedAt,
  type Quarantine,
  type Refusal,
} from '../../../../daemon/learned/quarantine.ts';
import { ruleIdentity, type Rule } from '../../../../reconciler/model/rule.ts';
import type { Step } from '../../../../reconciler/plan/plan.ts';
import { described, desired } from '../../../support/plan-inputs.ts';
import { rule } from '../../../support/rule-sets.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const SSH = rule({ ports: '22' });
const HTTPS = rule({ ports: '443' });

const base = { direction: 'ingress', checkpoint: false } as const;
const adding = (...rules: readonly Rule[]): Step => ({
  ...base,
  kind: 'authorize',
  rules: rules.map((each) => desired(each)),
});
const removing = (...rules: readonly Rule[]): Step => ({
  ...base,
  kind: 'revoke',
  targets: described(rules),
});

const refusal = (step: Step): Refusal => ({ step, reason: 'the cloud says no' });

/** After these refusals, one after the other, all at time zero. */
function after(...refused: readonly Step[]): Quarantine {
  return quarantineRules(EMPTY_QUARANTINE, refused.map(refusal), 0).quarantine;
}

/** By side, as the sizes of both. */
function countAt(quarantine: Quarantine, nowMs: number): readonly [number, number] {
  const { desired: added, described: held } = quarantinedAt(quarantine, nowMs);
  return [added.size, held.size];
}

describe('a refused rule', () => {
  it('is quarantined on the side of the policy if it was to be added', () => {
    const { desired: added, described: held } = quarantinedAt(after(adding(SSH)), 1);
    expect([[...added], [...held]]).toEqual([[ruleIdentity(SSH)], []]);
  });

  it('is quarantined on the side of the cloud if it was to be removed', () => {
    const { desired: added, described: held } = quarantinedAt(after(removing(SSH)), 1);
    expect([[...added], [...held]]).toEqual([[], [ruleIdentity(SSH)]]);
  });

  it('is quarantined on both sides if it was to be modified, each as it is there', () => {
    const [target] = described([SSH]);
    const modify: Step = { ...base, kind: 'modify', target: target!, to: desired(HTTPS) };
    const { desired: added, described: held } = quarantinedAt(after(modify), 1);
    expect([[...added], [...held]]).toEqual([[ruleIdentity(HTTPS)], [ruleIdentity(SSH)]]);
  });

  it.each([
    { refusals: 1, waitMs: 10 * MINUTE_MS },
    { refusals: 2, waitMs: 20 * MINUTE_MS },
    { refusals: 20, waitMs: 6 * HOUR_MS },
  ])('is tried again $waitMs ms after refusal $refusals', ({ refusals, waitMs }) => {
    const quarantine = after(...Array.from({ length: refusals }, () => adding(SSH)));
    expect(countAt(quarantine, waitMs - 1)).toEqual([1, 0]);
    expect(countAt(quarantine, waitMs)).toEqual([0, 0]);
  });

  it('is told with the reason and the minute in which it is tried again, however the clocks drift', () => {
    const quarantine = after(adding(SSH));
    const told = { rule: SSH, reason: 'the cloud says no', untilMs: HOUR_MS + 9 * MINUTE_MS };
    expect(refusedAt(quarantine, { nowMs: HOUR_MS, monotonicMs: MINUTE_MS + 3 })).toEqual([told]);
    expect(refusedAt(quarantine, { nowMs: HOUR_MS + 30_000, monotonicMs: MINUTE_MS + 30_001 })).toEqual([
      told,
    ]);
    expect(refusedAt(quarantine, { nowMs: HOUR_MS, monotonicMs: 10 * MINUTE_MS })).toEqual([]);
  });

  it('keeps the count of its refusals while it is tried again', () => {
    const first = after(adding(SSH));
    const { quarantine } = quarantineRules(first, [refusal(adding(SSH))], 10 * MINUTE_MS);
    expect(countAt(quarantine, 30 * MINUTE_MS - 1)).toEqual([1, 0]);
  });
});

describe('a quarantine', () => {
  it('is a value: what comes later does not change it', () => {
    const first = after(adding(SSH));
    quarantineRules(first, [refusal(adding(HTTPS))], 0);
    expect(countAt(first, 1)).toEqual([1, 0]);
    expect(countAt(EMPTY_QUARANTINE, 1)).toEqual([0, 0]);
  });

  it('leaves less to do with each refusal, and not without one', () => {
    expect(quarantineRules(EMPTY_QUARANTINE, [refusal(adding(SSH))], 0).isLessToDo).toBe(true);
    expect(quarantineRules(EMPTY_QUARANTINE, [], 0).isLessToDo).toBe(false);
  });

  it('holds a thousand rules; then the one that is due first makes way, which leaves no less to do', () => {
    const ports = Array.from({ length: 999 }, (_, index) => rule({ ports: String(1000 + index) }));
    const full = quarantineRules(
      after(adding(SSH)),
      ports.map((each) => refusal(adding(each))),
      1,
    );
    expect(full.isLessToDo).toBe(true);
    const extra = rule({ ports: '5000' });
    const over = quarantineRules(full.quarantine, [refusal(adding(extra))], 2);
    expect(over.isLessToDo).toBe(false);
    expect(countAt(over.quarantine, 3)).toEqual([1000, 0]);
    expect(quarantinedAt(over.quarantine, 3).desired.has(ruleIdentity(extra))).toBe(true);
  });
});
