// Which entries are known to a plan, and for how long.
import { expect, it } from 'vitest';
import { makeFailure } from '../../../../daemon/ecs/failures/failure.ts';
import { KnownEntries } from '../../../../daemon/learned/list-entries.ts';
import { err, ok } from '../../../../reconciler/model/result.ts';
import { prefix } from '../../../support/rule-sets.ts';

const KEEP_MS = 1000;
const PLACE = { account: 'default', region: 'cn-hangzhou' };
const DENIED = makeFailure({ kind: 'denied', code: 'Forbidden.RAM', message: 'no', httpStatus: 403 });
const NO_LIST = makeFailure({
  kind: 'rejected',
  code: 'InvalidPrefixListId.NotFound',
  message: 'no such list',
  httpStatus: 404,
});
const OFFICE = { family: 'ipv4', entries: [prefix('203.0.113.0/24')] } as const;

/** `pl-secret` may not be read, and there is no `pl-gone`. */
function setUp() {
  const asked: string[] = [];
  let nowMs = 0;
  const clock = { nowMs: () => nowMs, monotonicMs: () => nowMs, sleep: () => Promise.resolve() };
  const entries = new KnownEntries(
    {
      prefixListEntries: (_, id) => {
        asked.push(id);
        if (id === 'pl-gone') return Promise.resolve(err(NO_LIST));
        return Promise.resolve(id === 'pl-secret' ? err(DENIED) : ok(OFFICE));
      },
      portListEntries: (_, id) => {
        asked.push(id);
        return Promise.resolve(ok([{ first: 22, last: 22 }]));
      },
    },
    clock,
    KEEP_MS,
  );
  const of = (prefixList: readonly string[], portList: readonly string[] = []) =>
    entries.of(PLACE, { prefixList, portList });
  return { asked, of, wait: (ms: number) => (nowMs += ms) };
}

it('a list that cannot be read is not among those that were', async () => {
  const { of } = setUp();
  expect(await of(['pl-office', 'pl-secret'], ['prl-ssh'])).toEqual({
    read: {
      prefixLists: new Map([['pl-office', OFFICE]]),
      portLists: new Map([['prl-ssh', [{ first: 22, last: 22 }]]]),
    },
    rejected: [],
  });
});

it('a list that the cloud does not know is told, and is asked for again at once', async () => {
  const { asked, of } = setUp();
  expect((await of(['pl-gone', 'pl-secret'])).rejected).toEqual(['pl-gone']);
  await of(['pl-gone', 'pl-secret']);
  expect(asked).toEqual(['pl-gone', 'pl-secret', 'pl-gone']);
});

it('each list is read once in a while, refusals included', async () => {
  const { asked, of, wait } = setUp();
  await Promise.all([of(['pl-office', 'pl-secret']), of(['pl-office', 'pl-secret'])]);
  wait(KEEP_MS - 1);
  await of(['pl-secret', 'pl-office']);
  expect(asked).toEqual(['pl-office', 'pl-secret']);
  wait(1);
  await of(['pl-office']);
  expect(asked).toEqual(['pl-office', 'pl-secret', 'pl-office']);
});
