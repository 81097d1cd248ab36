// What is counted of groups as they change.
import { beforeEach, describe, expect, it } from 'vitest';
import type { LifecycleState } from '../../../../../daemon/schedule/group-lifecycle.ts';
import { newRecord } from '../../../../../daemon/schedule/group-record.ts';
import type { ControlledGroup } from '../../../../../daemon/schedule/groups/controlled-group.ts';
import { GroupTally } from '../../../../../daemon/schedule/groups/group-tally.ts';
import { newGroupMemory } from '../../../../../daemon/learned/group-memory.ts';
import type { ReconcileOutcome } from '../../../../../daemon/reconcile/outcome.ts';
import { policyOf } from '../../../../support/plan-inputs.ts';

const BLOCKED: ReconcileOutcome = {
  kind: 'blocked',
  reasons: ['the brake'],
  blocks: [],
  planHash: 'f00',
  kept: null,
  next: 'resync',
};
const CONVERGED: ReconcileOutcome = { kind: 'converged', changes: 0, rules: 1, next: 'resync' };

let tally: GroupTally;
let group: ControlledGroup;

beforeEach(() => {
  tally = new GroupTally();
  group = {
    key: 'sg-web',
    state: 'queued',
    record: newRecord({ policy: policyOf([]), revision: 'r' }, newGroupMemory(0)),
    urgency: 'routine',
    reading: null,
    wake: null,
    halt: null,
  };
  tally.note(group, true);
});

const counts = (): number[] => [tally.named.size, tally.untried.size, tally.blocked.size];

function become(outcome: ReconcileOutcome | null, state: LifecycleState = 'waiting', isKnown = true): void {
  group.state = state;
  group.record = { ...group.record, outcome };
  tally.note(group, isKnown);
}

describe('groups that the policies name', () => {
  const named = (key: string): ControlledGroup => {
    const policy = { ...policyOf([]), id: key };
    return { ...group, key, record: newRecord({ policy, revision: 'r' }, newGroupMemory(0)) };
  };

  it('are listed in order whenever they came, and no more once they leave', () => {
    const [first, last] = [named('sg-a'), named('sg-z')];
    tally.note(last, true);
    expect(tally.listed().map(({ id }) => id)).toEqual([group.record.target.policy.id, 'sg-z']);
    tally.note(first, true);
    expect(tally.records().map(({ target }) => target.policy.id)[0]).toBe('sg-a');
    tally.note(last, false);
    expect(tally.status().map(({ id }) => id)).toEqual(['sg-a', group.record.target.policy.id]);
  });

  it('are counted by how they stand, also when their policy has changed since', () => {
    const other = named('sg-z');
    tally.note(other, true);
    other.record = { ...other.record, outcome: CONVERGED, judged: other.record.target.policy };
    tally.note(other, true);
    const counted = () => Object.fromEntries([...tally.counts].filter(([, count]) => count > 0));
    expect(counted()).toEqual({ 'not-tried': 1, converged: 1 });
    other.record = { ...other.record, target: { policy: policyOf([]), revision: 's' } };
    tally.note(other, true);
    expect(counted()).toEqual({ 'not-tried': 1, pending: 1 });
    expect(
      tally
        .listed()
        .map(({ outcome }) => outcome)
        .sort(),
    ).toEqual(['not-tried', 'pending']);
    tally.note(other, false);
    expect(counted()).toEqual({ 'not-tried': 1 });
  });
});

describe('a group', () => {
  it('counts as untried until its first reconcile has an outcome', () => {
    expect(counts()).toEqual([1, 1, 0]);
    become(CONVERGED);
    expect(counts()).toEqual([1, 0, 0]);
  });

  it('counts as blocked for as long as its outcome is that', () => {
    become(BLOCKED);
    expect(counts()).toEqual([1, 0, 1]);
    become(CONVERGED);
    expect(counts()).toEqual([1, 0, 0]);
  });

  it('counts no more while it is about to leave, and again when a policy names it', () => {
    become(BLOCKED);
    become(BLOCKED, 'runningThenLeave');
    expect(counts()).toEqual([0, 0, 0]);
    become(BLOCKED, 'runningThenQueue');
    expect(counts()).toEqual([1, 0, 1]);
  });

  it('counts no more when the controller does not know it, whatever comes of it', () => {
    become(null, 'ended', false);
    expect(counts()).toEqual([0, 0, 0]);
  });
});
