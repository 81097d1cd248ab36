import { beforeEach, describe, expect, it } from 'vitest';
import { DriftListener } from '../../../../daemon/attribution/drift-listener.ts';
import type { FoundDrift } from '../../../../daemon/attribution/attributor.ts';
import type { RevisionMarks } from '../../../../daemon/journal/journal.ts';
import type { EventFields } from '../../../../daemon/telemetry/events.ts';

const GROUP = { account: 'default', region: 'cn-hangzhou', id: 'sg-web' };
const ABOUT = {
  account: 'default',
  region: 'cn-hangzhou',
  group: 'sg-web',
  revision: 'v1',
  reconcileId: 'r',
};
const DAY_MS = 24 * 3_600_000;
const START_MS = 100 * DAY_MS;

let nowMs: number;
let marks: RevisionMarks;
let drifted: FoundDrift[];
let released: unknown[];
let listener: DriftListener;

beforeEach(() => {
  nowMs = START_MS;
  marks = { attempted: 'v1', applied: 'v1' };
  drifted = [];
  released = [];
  listener = new DriftListener({
    attributor: {
      drifted: (drift) => void drifted.push(drift),
      released: (group) => void released.push(group),
    },
    journal: { marks: () => Promise.resolve(marks) },
    clock: { nowMs: () => nowMs },
    onFailure: (error) => {
      throw error;
    },
  });
});

const drift = (fields: Partial<EventFields<'drift.detected'>> = {}) =>
  listener.emit('drift.detected', {
    ...ABOUT,
    ...{ missing: 1, surplus: 0, altered: 0, cause: 'drift', rules: ['a'] },
    ...fields,
  });

const converged = () => listener.emit('group.converged', { ...ABOUT, changes: 0, rules: 1, durationMs: 400 });

describe('a drift is asked about', () => {
  it('from when the group was last read as its policy says', () => {
    converged();
    nowMs += 5000;
    drift();
    expect(drifted).toEqual([{ group: GROUP, reconcileId: 'r', sinceMs: START_MS - 400 }]);
  });

  it('a day back where this process has not seen the group so', () => {
    drift();
    expect(drifted).toMatchObject([{ sinceMs: START_MS - DAY_MS }]);
  });

  it('once while it stays the same, again when it is another, and again after the group was good', () => {
    drift();
    drift();
    drift({ rules: ['b'] });
    expect(drifted).toHaveLength(2);
    converged();
    drift({ rules: ['b'] });
    expect(drifted).toHaveLength(3);
  });
});

describe('what is no one else’s', () => {
  it('a difference that a change of the policies makes is not asked about', () => {
    drift({ cause: 'policy' });
    expect(drifted).toEqual([]);
  });

  it.each<[string, RevisionMarks, number]>([
    ['was brought to this revision', { attempted: 'v1', applied: 'v1' }, 1],
    ['was brought to another revision', { attempted: 'v0', applied: 'v0' }, 0],
    ['was never brought to any', { attempted: 'v1', applied: null }, 0],
  ])('at a start it depends on the journal: a group that %s', async (_, known, count) => {
    marks = known;
    drift({ cause: 'start' });
    await Promise.resolve();
    await Promise.resolve();
    expect(drifted).toHaveLength(count);
  });
});

it('a group that is released is forgotten, and that is passed on', () => {
  converged();
  drift();
  listener.emit('group.released', { ...ABOUT, reason: 'no policy names it' });
  expect(released).toEqual([GROUP]);
  drift();
  expect(drifted).toMatchObject([{ sinceMs: START_MS - 400 }, { sinceMs: START_MS - DAY_MS }]);
});

it('events that are not about a group are passed over', () => {
  listener.emit('daemon.ready', { groups: 1 });
  listener.emit('plan.made', {
    ...ABOUT,
    ...{ steps: 1, add: 1, modify: 0, remove: 0, hitless: true },
  });
  expect(drifted).toEqual([]);
});
