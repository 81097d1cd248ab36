// Which groups are asked for, and what is made of the answer.
import { expect, it } from 'vitest';
import type { EcsApi } from '../../../../daemon/ecs/api.ts';
import { makeFailure } from '../../../../daemon/ecs/failures/failure.ts';
import { AbsentGroups } from '../../../../daemon/learned/absent-groups.ts';
import { err, ok } from '../../../../reconciler/model/result.ts';
import type { Rule } from '../../../../reconciler/model/rule.ts';
import { described, groupOf, policyOf } from '../../../support/plan-inputs.ts';
import { rule, SELF } from '../../../support/rule-sets.ts';

const KEEP_MS = 1000;
const LOST = makeFailure({ kind: 'retry', code: 'Transport.NotConnected', message: 'no', httpStatus: null });

const from = (peer: string): Rule => rule({ ports: '443', peer });
const ofStranger = (id: string): Rule => ({
  ...from(id),
  peer: { kind: 'group', id, ownerId: '2000000000000002' },
});

/** Groups whose names begin with `sg-gone` are not there. */
function setUp(answer: 'all' | 'nothing' | 'failure' = 'all') {
  const asked: string[] = [];
  let nowMs = 0;
  const existingGroups: EcsApi['existingGroups'] = ({ account, region }, ids) => {
    asked.push(`${account} ${region} ${ids.join()}`);
    if (answer === 'failure') return Promise.resolve(err(LOST));
    const there = answer === 'nothing' ? [] : ids.filter((id) => !id.startsWith('sg-gone'));
    return Promise.resolve(ok(new Set(there)));
  };
  const clock = { nowMs: () => nowMs, monotonicMs: () => nowMs, sleep: () => Promise.resolve() };
  const groups = new AbsentGroups({ existingGroups }, clock, KEEP_MS);
  return {
    asked,
    of: (wanted: readonly Rule[], held: readonly Rule[] = [], changes = {}) =>
      groups.of(policyOf(wanted), groupOf(described(held), changes)),
    wait: (ms: number) => (nowMs += ms),
  };
}

it('all groups that missing rules name are asked for in one call, with the group itself, which is there', async () => {
  const { asked, of } = setUp();
  expect(await of([from('sg-gone-b'), from('sg-db'), from('sg-gone-a')])).toEqual(['sg-gone-a', 'sg-gone-b']);
  expect(asked).toEqual([`default cn-hangzhou ${SELF},sg-db,sg-gone-a,sg-gone-b`]);
});

it.each<[string, readonly Rule[], readonly Rule[]]>([
  ['no rule names a group', [from('10.0.0.0/8')], []],
  [
    'the rules that name groups are there already',
    [from('sg-gone'), from('sg-db')],
    [from('sg-db'), from('sg-gone')],
  ],
  ['a rule to be removed names a group', [], [from('sg-gone')]],
  ['a rule names the group of another account', [ofStranger('sg-gone')], []],
  ['a rule names the group itself', [from(SELF)], []],
])('nothing is asked where %s', async (_title, wanted, held) => {
  const { asked, of } = setUp();
  expect(await of(wanted, held)).toEqual([]);
  expect(asked).toEqual([]);
});

it('a group that was just read is not asked for by another one that names it', async () => {
  const { asked, of, wait } = setUp();
  await of([], [], { id: 'sg-gone' });
  wait(KEEP_MS - 1);
  expect(await of([from('sg-gone')])).toEqual([]);
  expect(asked).toEqual([]);
  wait(1);
  expect(await of([from('sg-gone')])).toEqual(['sg-gone']);
});

it('what exists is believed for a while, what does not is asked for at each look', async () => {
  const { asked, of } = setUp();
  const wanted = [from('sg-db'), from('sg-gone')];
  await of(wanted);
  expect(await of(wanted)).toEqual(['sg-gone']);
  expect(asked.map((line) => line.split(' ')[2])).toEqual([`${SELF},sg-db,sg-gone`, `${SELF},sg-gone`]);
});

it('of more than a call takes, each call asks for the group itself, so that an empty answer is seen', async () => {
  const { asked, of } = setUp();
  const many = Array.from({ length: 150 }, (_, at) => `sg-gone-${at}`);
  expect(await of(many.map(from))).toEqual([...many].sort());
  expect(asked.map((line) => line.split(',').length)).toEqual([100, 52]);
  expect(asked.every((line) => line.startsWith(`default cn-hangzhou ${SELF},`))).toBe(true);
});

it('a group of the same id in another region is asked for by itself', async () => {
  const { asked, of } = setUp();
  await of([from('sg-db')]);
  await of([from('sg-db')], [], { region: 'cn-beijing' });
  expect(asked).toHaveLength(2);
});

it.each(['failure', 'nothing'] as const)(
  'no group is said to be absent after an answer that tells nothing: %s',
  async (answer) => {
    const { asked, of } = setUp(answer);
    expect(await of([from('sg-gone')])).toEqual([]);
    expect(asked).toHaveLength(1);
  },
);
