import { describe, expect, it } from 'vitest';
import type { Pause } from '../../../../daemon/journal/journal.ts';
import { heldByPauses, pausedUntilMs } from '../../../../daemon/reconcile/pauses.ts';
import type { Mode } from '../../../../reconciler/model/group.ts';
import { planGroup } from '../../../../reconciler/plan/plan-group.ts';
import { described, groupOf, OPTIONS, policyOf } from '../../../support/plan-inputs.ts';
import { rule, SELF } from '../../../support/rule-sets.ts';

const HERE = { account: 'default', region: 'cn-hangzhou', id: SELF };
const UNTIL_MS = Date.UTC(2027, 0, 31, 18);

const pauseOf = (group: Pause['group']): Pause => ({
  group,
  reason: 'audit "A"\n',
  pausedAtMs: 0,
  untilMs: UNTIL_MS,
});

const wanted = [rule({ ports: '443' })];

function plan({ mode = 'enforce', rules = wanted }: { mode?: Mode; rules?: typeof wanted } = {}) {
  return planGroup(policyOf(wanted, { mode }), groupOf(described(rules)), OPTIONS);
}

describe('a plan with steps', () => {
  it.each<[string, Pause['group'], string, string]>([
    ['its group', HERE, 'this group is', `rampart resume --group ${SELF}`],
    ['all groups', null, 'every group is', 'rampart resume'],
  ])(
    'is blocked by a pause of %s, which says why, until when, and how to end it',
    (_, group, what, override) => {
      const pending = plan({ rules: [] });
      const held = heldByPauses(pending, [pauseOf(group)]);
      expect(pending.status).toBe('pending');
      expect(held.status).toBe('blocked');
      expect(held.hash).toBe(pending.hash);
      expect(held.blockedBy).toEqual([
        {
          kind: 'paused',
          message: `${what} paused until 2027-01-31T18:00:00.000Z: "audit \\"A\\"\\u{a}"`,
          override,
        },
      ]);
    },
  );

  it('names both pauses, and keeps what blocked it before', () => {
    const blocked = planGroup(policyOf(wanted), groupOf([], { serviceManaged: true }), OPTIONS);
    const { blockedBy } = heldByPauses(blocked, [pauseOf(null), pauseOf(HERE)]);
    expect(blockedBy.map(({ kind }) => kind)).toEqual(['managed', 'paused', 'paused']);
  });

  it.each([
    ['no pause', []],
    ['a pause of another group', [pauseOf({ ...HERE, id: 'sg-other' })]],
    ['a pause of the same id elsewhere', [pauseOf({ ...HERE, region: 'cn-beijing' })]],
  ])('stays as it is under %s', (_, pauses) => {
    expect(heldByPauses(plan({ rules: [] }), pauses).status).toBe('pending');
  });
});

it.each([
  ['without steps', plan(), 'converged'],
  ['that is only observed', plan({ mode: 'observe', rules: [] }), 'observed'],
])('a plan %s stays as it is', (_, untouched, status) => {
  expect(heldByPauses(untouched, [pauseOf(null)])).toBe(untouched);
  expect(untouched.status).toBe(status);
});

it('ends with the last pause that the group is under', () => {
  const longer = { ...pauseOf(HERE), untilMs: UNTIL_MS + 1 };
  const other = { ...pauseOf({ ...HERE, id: 'sg-other' }), untilMs: UNTIL_MS + 2 };
  expect(pausedUntilMs(HERE, [pauseOf(null), longer, other])).toBe(UNTIL_MS + 1);
  expect(pausedUntilMs(HERE, [other])).toBeNull();
});
