// What `explain` says beside the state of a group.
import { expect, it } from 'vitest';
import { withPauses } from '../../../../daemon/commands/explain/explanation.ts';

const GROUP = { account: 'default', region: 'cn-hangzhou', id: 'sg-a' };
const CONVERGED = { ...GROUP, state: 'converged', lines: ['last read now'], commands: [] };
const pauseOf = (group: typeof GROUP | null) => ({ group, reason: 'why', pausedAtMs: 0, untilMs: 3_600_000 });

it('a pause that blocks a plan is told once', () => {
  const blocked = { ...CONVERGED, state: 'blocked', lines: ['paused: until then, "why" (ends by itself)'] };
  expect(withPauses(blocked, [pauseOf(GROUP)])).toEqual(blocked);
});

it.each([
  ['of the group', GROUP, ['default/cn-hangzhou/sg-a until 1970-01-01T01:00:00.000Z, "why"']],
  ['of all groups', null, ['all groups until 1970-01-01T01:00:00.000Z, "why"']],
  ['of another group', { ...GROUP, id: 'sg-b' }, []],
])('a pause %s is told of a group that has converged', (_of, group, told) => {
  const { lines } = withPauses(CONVERGED, [pauseOf(group)]);
  expect(lines).toEqual([...told.map((text) => `paused: ${text}`), 'last read now']);
});
