import { describe, expect, it } from 'vitest';
import type { Freeze } from '../../../../../daemon/config/sections/freeze-schema.ts';
import type { Frozen } from '../../../../../reconciler/plan/plan-input.ts';
import type { GroupPolicy } from '../../../../../reconciler/plan/plan.ts';
import { policyOf } from '../../../../support/plan-inputs.ts';
import { rule } from '../../../../support/rule-sets.ts';
import { activeFreezes, freezeOf, frozenBy } from '../../../../../daemon/reconcile/safety/freezes.ts';

const weekend: Freeze = {
  name: 'weekend',
  schedule: '0 18 * * 5',
  durationHours: 60,
  timeZone: 'Asia/Shanghai',
  allow: 'drift',
};

/** Whether it is in force, and until when, as ISO. */
function untilOf(freeze: Freeze, at: string, ended: Parameters<typeof activeFreezes>[1] = []): string | null {
  const [active] = activeFreezes([freeze], ended, Date.parse(at));
  return active === undefined ? null : new Date(active.untilMs).toISOString();
}

describe('a freeze', () => {
  it.each([
    ['begins at its hour in its time zone', '2027-01-08T10:00:00Z', '2027-01-10T22:00:00.000Z'],
    ['is not in force a second before', '2027-01-08T09:59:59Z', null],
    ['is in force to the end', '2027-01-10T21:59:59Z', '2027-01-10T22:00:00.000Z'],
    ['is over when its hours are', '2027-01-10T22:00:00Z', null],
  ])('%s', (_, at, until) => {
    expect(untilOf(weekend, at)).toBe(until);
  });

  it('lasts its hours also where a clock is put forward meanwhile', () => {
    const spring: Freeze = { ...weekend, timeZone: 'Europe/Berlin' };
    expect(untilOf(spring, '2027-03-27T12:00:00Z')).toBe('2027-03-29T05:00:00.000Z');
  });

  it('that a person has ended is over until it begins again', () => {
    const ended = [{ name: 'weekend', untilMs: Date.parse('2027-01-10T22:00:00Z'), reason: 'hotfix' }];
    expect(untilOf(weekend, '2027-01-09T00:00:00Z', ended)).toBeNull();
    expect(untilOf(weekend, '2027-01-16T00:00:00Z', ended)).toBe('2027-01-17T22:00:00.000Z');
    expect(untilOf({ ...weekend, name: 'other' }, '2027-01-09T00:00:00Z', ended)).not.toBeNull();
  });

  it('that overlaps itself goes on with its next occurrence', () => {
    const daily: Freeze = { ...weekend, schedule: '0 0 * * *', durationHours: 36, timeZone: 'UTC' };
    const first = { name: 'weekend', untilMs: Date.parse('2027-01-09T12:00:00Z'), reason: 'x' };
    expect(untilOf(daily, '2027-01-09T06:00:00Z')).toBe('2027-01-09T12:00:00.000Z');
    expect(untilOf(daily, '2027-01-09T06:00:00Z', [first])).toBe('2027-01-10T12:00:00.000Z');
  });
});

describe('the freeze of a group', () => {
  const group = { account: 'default', region: 'cn-hangzhou', id: 'sg-a', name: 'web', tags: null };
  const during = Date.parse('2027-01-09T00:00:00Z');
  const strict: Freeze = { ...weekend, name: 'strict', durationHours: 40, allow: 'none' };

  it('is the one that allows less, though it ends sooner', () => {
    expect(freezeOf(group, { freezes: [weekend, strict], ended: [], nowMs: during })?.name).toBe('strict');
  });

  it('is none where no freeze means the group', () => {
    const elsewhere = { ...strict, groups: { ids: ['sg-b'] } };
    expect(freezeOf(group, { freezes: [elsewhere], ended: [], nowMs: during })).toBeNull();
    const here = { ...strict, groups: { names: ['w*'], regions: ['cn-hangzhou'] } };
    expect(freezeOf(group, { freezes: [here], ended: [], nowMs: during })?.allow).toBe('none');
  });
});

describe('the end of a freeze', () => {
  const group = { account: 'default', region: 'cn-hangzhou', id: 'sg-a', name: 'web', tags: null };
  const during = Date.parse('2027-01-09T00:00:00Z');
  const until = (freezes: readonly Freeze[], ended: Parameters<typeof activeFreezes>[1] = []) => {
    const frozen = freezeOf(group, { freezes, ended, nowMs: during });
    return frozen === null ? null : [frozen.name, new Date(frozen.untilMs).toISOString(), frozen.isLonger];
  };
  const monday: Freeze = { ...weekend, name: 'monday', schedule: '0 0 * * 1', durationHours: 24 };
  const late: Freeze = { ...weekend, name: 'late', schedule: '0 0 * * 2', durationHours: 5 };
  const strict: Freeze = { ...weekend, name: 'strict', durationHours: 40, allow: 'none' };

  it('is its own where no other goes on', () => {
    expect(until([weekend])).toEqual(['weekend', '2027-01-10T22:00:00.000Z', false]);
    expect(until([weekend, late])).toEqual(['weekend', '2027-01-10T22:00:00.000Z', false]);
  });

  it('is that of the last one of those that overlap, or follow without a gap', () => {
    expect(until([weekend, monday])).toEqual(['weekend', '2027-01-11T16:00:00.000Z', true]);
    expect(until([weekend, monday, late])).toEqual(['weekend', '2027-01-11T21:00:00.000Z', true]);
    const other = { ...monday, groups: { ids: ['sg-b'] } };
    expect(until([weekend, other])).toEqual(['weekend', '2027-01-10T22:00:00.000Z', false]);
  });

  it('is for one that lets nothing be written that of those that let nothing either', () => {
    expect(until([weekend, strict])).toEqual(['strict', '2027-01-10T02:00:00.000Z', false]);
    expect(until([weekend, strict, { ...monday, allow: 'none' }])?.[1]).toBe('2027-01-10T02:00:00.000Z');
    expect(until([strict, { ...monday, allow: 'none', schedule: '0 0 * * 0' }])?.[1]).toBe(
      '2027-01-10T16:00:00.000Z',
    );
  });

  it('leaves out an occurrence that a person has ended', () => {
    const ended = [{ name: 'monday', untilMs: Date.parse('2027-01-11T16:00:00Z'), reason: 'x' }];
    expect(until([weekend, monday], ended)).toEqual(['weekend', '2027-01-10T22:00:00.000Z', false]);
  });

  it('is found also where freezes never end', () => {
    const daily: Freeze = { ...weekend, schedule: '0 0 * * *', durationHours: 24 };
    expect(until([daily])?.[2]).toBe(true);
  });
});

describe('what a freeze holds', () => {
  const policy = policyOf([rule({ ports: '443' })]);
  const held = (allow: Frozen['allow'], inForce: GroupPolicy | null): boolean | null =>
    frozenBy({ name: 'night', allow, isLonger: false, untilMs: 5000 }, { desired: policy, inForce, nowMs: 0 })
      ?.holdsPolicy ?? null;

  it.each<[string, GroupPolicy | null, { drift: boolean | null; none: boolean | null }]>([
    ['is nothing of the policy in force but writing', policy, { drift: null, none: false }],
    ['is a policy with other rules', policyOf([]), { drift: true, none: true }],
    ['is a policy of another mode', { ...policy, mode: 'observe' }, { drift: true, none: true }],
    ['is what a first policy would change', null, { drift: false, none: false }],
  ])('%s', (_, inForce, expected) => {
    expect({ drift: held('drift', inForce), none: held('none', inForce) }).toEqual(expected);
  });
});
