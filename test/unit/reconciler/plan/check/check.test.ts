// Which status a plan has, and what of it is said to block it.
import { describe, expect, it } from 'vitest';
import { groupContext } from '../../../../../reconciler/exposure/engine/context.ts';
import { check, type Unchecked } from '../../../../../reconciler/plan/check/check.ts';
import { heldUntilMs } from '../../../../../reconciler/plan/check/holds.ts';
import type { Hold, PlanInput } from '../../../../../reconciler/plan/plan-input.ts';
import type { GroupPlan } from '../../../../../reconciler/plan/plan.ts';
import { desired, groupOf, OPTIONS, policyOf } from '../../../../support/plan-inputs.ts';
import { rule, SELF } from '../../../../support/rule-sets.ts';

const NOW_MS = 1000;
const HERE = { account: 'default', region: 'cn-hangzhou', id: SELF };
const web = rule({ ports: '443' });

const hold = (group: Hold['group'], untilMs = NOW_MS + 1): Hold => ({ group, reason: 'audit', untilMs });

const input = (more: Partial<PlanInput> = {}): PlanInput => ({
  desired: policyOf([web]),
  described: groupOf([]),
  settings: OPTIONS,
  nowMs: NOW_MS,
  ...more,
});

const STEP = { kind: 'authorize', direction: 'ingress', checkpoint: false, rules: [desired(web)] } as const;

const found = (more: Partial<Unchecked> = {}): Unchecked => ({
  policy: policyOf([web]),
  ownership: { managed: [], ignored: [], foreign: [], ignoredOpening: [] },
  resting: [],
  refused: [],
  absent: [],
  steps: [STEP],
  hash: 'f00',
  desiredHash: 'fee',
  exposure: { opened: [], closed: [], effects: [], exact: true },
  context: groupContext(groupOf([])),
  verdicts: {
    ends: { guardrails: [], expectations: [] },
    breaches: [],
    context: { group: groupContext(groupOf([])), privateNetworks: [], nowMs: NOW_MS },
    rules: [],
  },
  exceptions: [],
  orderObjections: [],
  proofObjections: [],
  ...more,
});

const NO_ROOM = { kind: 'noRoom', fallback: 'neverOpen', counted: ['rules'], noHitlessOrder: null } as const;
const OBSERVED = { desired: policyOf([web], { mode: 'observe' }) };
const MANAGED = { described: groupOf([], { serviceManaged: true }) };
const HELD = { holds: [hold(HERE)] };
const FROZEN = {
  frozen: { name: 'night', allow: 'drift', holdsPolicy: true, isLonger: false, untilMs: NOW_MS + 1 },
} as const;
const FROZEN_WRITES = { frozen: { ...FROZEN.frozen, allow: 'none', holdsPolicy: false } } as const;
const THAWED = { frozen: { ...FROZEN.frozen, untilMs: NOW_MS } };

describe('the status of a plan', () => {
  it.each<[string, GroupPlan['status'], Partial<PlanInput>, Partial<Unchecked>]>([
    ['is pending where nothing speaks against it', 'pending', {}, {}],
    ['is converged without steps', 'converged', {}, { steps: [] }],
    ['is converged without steps, whatever holds', 'converged', { ...HELD, ...MANAGED }, { steps: [] }],
    ['is converged without steps in mode observe', 'converged', OBSERVED, { steps: [] }],
    ['is observed in mode observe', 'observed', OBSERVED, {}],
    ['is observed in mode observe, whatever speaks against it', 'observed', { ...OBSERVED, ...MANAGED }, {}],
    ['is blocked by what the vendor refuses', 'blocked', MANAGED, {}],
    ['is blocked by what the search for an order found', 'blocked', {}, { orderObjections: [NO_ROOM] }],
    ['is blocked by a hold', 'blocked', HELD, {}],
    ['is blocked by a freeze of policies, also without steps', 'blocked', FROZEN, { steps: [] }],
    ['is blocked by a freeze of policies, also in mode observe', 'blocked', { ...FROZEN, ...OBSERVED }, {}],
    ['is blocked by a freeze of writing', 'blocked', FROZEN_WRITES, {}],
    ['is converged without steps in a freeze of writing alone', 'converged', FROZEN_WRITES, { steps: [] }],
    ['is pending where a freeze has ended', 'pending', THAWED, {}],
  ])('the status of a plan: %s', (_title, status, given, plan) => {
    expect(check(input(given), found(plan)).status).toBe(status);
  });
});

const kindsOf = (given: Partial<PlanInput>, plan: Partial<Unchecked> = {}) =>
  check(input(given), found(plan)).blockedBy.map(({ kind }) => kind);

describe('what blocks a plan', () => {
  it('is told in full, the vendor first', () => {
    const given = { ...MANAGED, holds: [hold(null), hold(HERE)] };
    expect(kindsOf(given, { orderObjections: [NO_ROOM] })).toEqual(['managed', 'quota', 'paused', 'paused']);
  });

  it('is nothing where there are no steps', () => {
    expect(kindsOf({ ...MANAGED, ...HELD }, { steps: [] })).toEqual([]);
  });

  it('is a freeze of policies also where there are no steps', () => {
    expect(kindsOf(FROZEN, { steps: [] })).toEqual(['frozen']);
  });

  it('is told of an observed plan as if it were enforced', () => {
    expect(kindsOf({ ...OBSERVED, ...MANAGED, ...HELD })).toEqual(['managed', 'paused']);
  });

  it.each<[string, Hold]>([
    ['of another group', hold({ ...HERE, id: 'sg-other' })],
    ['of a group of the same id in another region', hold({ ...HERE, region: 'cn-beijing' })],
    ['that has just ended', hold(HERE, NOW_MS)],
  ])('is no hold %s', (_title, other) => {
    expect(kindsOf({ holds: [other] })).toEqual([]);
  });
});

it('a plan of which nothing is promised says so, with the reason, after its other exceptions', () => {
  const exceptions = [{ kind: 'neverOpen', message: 'cut for a moment' }] as const;
  expect(check(input(), found({ exceptions, orderObjections: [NO_ROOM] })).exceptions).toEqual([
    ...exceptions,
    {
      kind: 'unpromised',
      message:
        'nothing is promised of these calls: the group has no room to add the new rules before the old ones go',
    },
  ]);
});

it('a list whose size is not known is a finding, also where there is nothing to do', () => {
  const learned = { unreadLists: ['prefix lists: no permission'] };
  const { findings } = check(input({ learned }), found({ steps: [] }));
  expect(findings).toEqual([
    {
      id: 'list-size-unknown',
      severity: 'warning',
      message: 'prefix lists: no permission',
      file: 'web.yaml',
      line: 1,
    },
  ]);
});

it('a group is held until the last of its holds ends', () => {
  const other = hold({ ...HERE, id: 'sg-other' }, NOW_MS + 9);
  const holds = [hold(null, NOW_MS + 1), hold(HERE, NOW_MS + 2), other];
  expect(heldUntilMs(HERE, holds, NOW_MS)).toBe(NOW_MS + 2);
  expect(heldUntilMs(HERE, [other], NOW_MS)).toBeNull();
});
