import { expect, it } from 'vitest';
import type { EcsApi } from '../../../../daemon/ecs/api.ts';
import { makeFailure } from '../../../../daemon/ecs/failures/failure.ts';
import { KnownLists, NO_LISTS } from '../../../../daemon/learned/list-sizes.ts';
import { err, ok } from '../../../../reconciler/model/result.ts';
import type { Rule } from '../../../../reconciler/model/rule.ts';
import { described, groupOf, OPTIONS, planFor, policyOf } from '../../../support/plan-inputs.ts';
import { rule } from '../../../support/rule-sets.ts';

const KEEP_MS = 1000;
const DENIED = makeFailure({
  kind: 'denied',
  code: 'Forbidden.RAM',
  message: 'allow ecs:DescribePrefixLists to this identity in RAM',
  httpStatus: 403,
});

const NO_LIST = makeFailure({
  kind: 'rejected',
  code: 'InvalidPrefixListId.NotFound',
  message: 'no such list',
  httpStatus: 404,
});

const PREFIX = rule({ ports: '443', peer: 'pl-a' });
const OTHER = rule({ ports: '443', peer: 'pl-b' });
const PORTS: Rule = { ...rule({ peer: '10.0.0.0/8' }), ports: { kind: 'list', id: 'prl-a' } };
const PLAIN = rule({ ports: '22' });

const unread = () => Promise.resolve(err(DENIED));

/** Lists of twenty entries; `pl-gone` is not there. */
function setUp(refuse = false) {
  const asked: string[] = [];
  let nowMs = 0;
  const listSizes: EcsApi['listSizes'] = ({ account, region }, kind, ids) => {
    asked.push(`${account} ${region} ${kind} ${ids.join()}`);
    const sizes = ids.filter((id) => id !== 'pl-gone').map((id) => [id, 20]);
    return Promise.resolve(refuse ? err(DENIED) : ok(Object.fromEntries(sizes) as Record<string, number>));
  };
  const clock = { nowMs: () => nowMs, monotonicMs: () => nowMs, sleep: () => Promise.resolve() };
  const entries = {
    prefixListEntries: (_: unknown, id: string) => Promise.resolve(err(id === 'pl-gone' ? NO_LIST : DENIED)),
    portListEntries: unread,
  };
  const existingGroups: EcsApi['existingGroups'] = (_, ids) => {
    asked.push(`groups ${ids.join()}`);
    return Promise.resolve(ok(new Set(ids.filter((id) => id !== 'sg-gone'))));
  };
  const sameness: EcsApi['sameness'] = (group) => group;
  const lists = new KnownLists({ listSizes, sameness, ...entries, existingGroups }, clock, KEEP_MS);
  return {
    asked,
    of: (wanted: readonly Rule[], held: readonly Rule[] = [], changes = {}) =>
      lists.of(policyOf(wanted), groupOf(described(held), changes)),
    wait: (ms: number) => (nowMs += ms),
  };
}

it('asks nothing where no rule names a list', async () => {
  const { asked, of } = setUp();
  expect(await of([PLAIN], [PLAIN])).toEqual(NO_LISTS);
  expect(asked).toEqual([]);
});

it('asks nothing of the API of 2019, which has no lists', async () => {
  const { asked, of } = setUp();
  expect(await of([PREFIX], [], { apiLevel: 'legacy2019' })).toEqual(NO_LISTS);
  expect(asked).toEqual([]);
});

it('asks for the lists of wanted and of described rules, each once', async () => {
  const { asked, of } = setUp();
  const found = await of([PREFIX, { ...PREFIX, priority: 2 }], [OTHER, PORTS]);
  expect(found).toEqual({ ...NO_LISTS, sizes: { 'pl-a': 20, 'pl-b': 20, 'prl-a': 20 } });
  expect(asked).toEqual(['default cn-hangzhou prefixList pl-a,pl-b', 'default cn-hangzhou portList prl-a']);
});

it('a list that is not there has no size, is told, and is asked for again at once', async () => {
  const { asked, of } = setUp();
  const wanted = [rule({ ports: '443', peer: 'pl-gone' })];
  const told = { ...NO_LISTS, absent: new Set(['pl-gone']) };
  expect(await of(wanted)).toEqual(told);
  expect(await of(wanted)).toEqual(told);
  expect(asked).toHaveLength(2);
});

it('a list that is not listed and may not be read is not said to be absent', async () => {
  const { of } = setUp();
  const listed = await of([{ ...rule({ peer: '10.0.0.0/8' }), ports: { kind: 'list', id: 'pl-gone' } }]);
  expect(listed).toEqual(NO_LISTS);
});

it('lists and groups that are not there are told together', async () => {
  const { of } = setUp();
  const wanted = [rule({ ports: '443', peer: 'pl-gone' }), rule({ ports: '443', peer: 'sg-gone' })];
  expect(await of(wanted)).toEqual({ ...NO_LISTS, absent: new Set(['pl-gone', 'sg-gone']) });
});

it('groups are asked for of the API of 2019 too', async () => {
  const { of } = setUp();
  const told = await of([rule({ ports: '443', peer: 'sg-gone' })], [], { apiLevel: 'legacy2019' });
  expect(told).toEqual({ ...NO_LISTS, absent: new Set(['sg-gone']) });
});

it('remembers for a while, and asks only for what it does not know', async () => {
  const { asked, of, wait } = setUp();
  await Promise.all([of([PREFIX]), of([PREFIX])]);
  wait(KEEP_MS - 1);
  await of([PREFIX, OTHER]);
  wait(1);
  expect(await of([PREFIX, OTHER])).toEqual({ ...NO_LISTS, sizes: { 'pl-a': 20, 'pl-b': 20 } });
  expect(asked.map((line) => line.split(' ')[3])).toEqual(['pl-a', 'pl-b', 'pl-a']);
});

it('a refusal is remembered as long, and said in the plan once', async () => {
  const { asked, of, wait } = setUp(true);
  const found = await of([PREFIX, OTHER]);
  expect(await of([PREFIX])).toEqual({ ...found, sizes: {} });
  expect(asked).toHaveLength(1);
  const learned = { listSizes: found.sizes, unreadLists: found.unread };
  const plan = planFor(policyOf([PREFIX, OTHER]), groupOf([]), OPTIONS, { learned });
  expect(plan.status).toBe('pending');
  expect(plan.findings).toEqual([
    {
      id: 'list-size-unknown',
      severity: 'warning',
      message:
        'how much of the quota prefix lists take is not known, so a rule with one counts once: ' +
        DENIED.message,
      file: 'web.yaml',
      line: 1,
    },
  ]);
  wait(KEEP_MS);
  await of([PREFIX]);
  expect(asked).toHaveLength(2);
});
