// The controller over a cloud that answers when the test says so.
import { expect, it } from 'vitest';
import { systemClock } from '../../../../daemon/clock.ts';
import type { WriteOperation } from '../../../../daemon/ecs/api.ts';
import { openMemoryJournal } from '../../../../daemon/journal/memory.ts';
import { Controller } from '../../../../daemon/service/controller.ts';
import type { Engine } from '../../../../daemon/service/engine.ts';
import { NO_LISTS } from '../../../../daemon/service/known-lists.ts';
import { abandonReleased } from '../../../../daemon/service/open-intents.ts';
import type { DescribedGroup } from '../../../../reconciler/model/group.ts';
import { ok } from '../../../../reconciler/model/result.ts';
import { described, groupOf, OPTIONS, policyOf } from '../../../support/plan-inputs.ts';
import { rule } from '../../../support/rule-sets.ts';
import { EventLog } from '../../../support/service.ts';

const HTTPS = rule({ ports: '443' });
const SSH = rule({ ports: '22' });
const target = (rules = [HTTPS]) => ({ policy: policyOf(rules), revision: 'r1' });

/** Describes show an empty group; they and the writes wait for `letThrough`. */
function setUp() {
  const waiting: Array<() => void> = [];
  const seen = { looks: 0, looksAtOnce: 0, mostAtOnce: 0, writes: [] as WriteOperation[] };
  const turn = () => new Promise<void>((resolve) => void waiting.push(resolve));
  const log = new EventLog();
  const group: DescribedGroup = groupOf(described([SSH]));
  const engine: Engine = {
    ecs: {
      describeGroup: async () => {
        seen.looks += 1;
        seen.looksAtOnce += 1;
        seen.mostAtOnce = Math.max(seen.mostAtOnce, seen.looksAtOnce);
        await turn();
        seen.looksAtOnce -= 1;
        return ok(group);
      },
      findGroups: () => Promise.resolve(ok([])),
      listSizes: () => Promise.reject(new Error('no rule names a list')),
      write: () => Promise.reject(new Error('writes go through the reservation')),
    },
    reserve: () =>
      Promise.resolve({
        write: async ({ operation }) => {
          seen.writes.push(operation);
          await turn();
          return ok({ requestId: 'R' });
        },
        release: () => undefined,
      }),
    journal: openMemoryJournal({ clock: systemClock, randomByte: () => 7 }),
    telemetry: log,
    clock: systemClock,
    planOptions: { ...OPTIONS, modify: 'never' },
    lists: { of: () => Promise.resolve(NO_LISTS) },
    patience: { settleMs: 0, lagMs: 0 },
    newReconcileId: () => 'id',
  };
  const options = { concurrency: 4, resyncMs: 60_000, retryMs: 60_000, onProgress: () => undefined };
  const controller = new Controller(engine, options);
  const settle = () => new Promise((resolve) => void setImmediate(resolve));
  const letThrough = async () => {
    waiting.shift()?.();
    await settle();
  };
  return { controller, engine, log, seen, settle, letThrough };
}

it('never runs a group twice at once, even if it leaves the policies and returns while it is run', async () => {
  const { controller, seen, settle, letThrough } = setUp();
  controller.setTargets([target()]);
  await settle();
  for (let round = 0; round < 3; round += 1) {
    controller.setTargets([]);
    controller.setTargets([target()]);
    await settle();
  }
  expect(seen).toMatchObject({ looks: 1, mostAtOnce: 1 });
  await letThrough();
  expect(seen).toMatchObject({ looks: 2, mostAtOnce: 1 });
  void controller.stop();
});

it('takes no further step in a group that has left the policies', async () => {
  const { controller, seen, settle, letThrough } = setUp();
  controller.setTargets([target()]);
  await settle();
  await letThrough();
  expect(seen.writes).toEqual(['AuthorizeSecurityGroup']);
  controller.setTargets([]);
  expect(controller.knows(target().policy)).toBe(true);
  await letThrough();
  expect(controller.knows(target().policy)).toBe(false);
  await controller.stop();
  expect(seen.writes).toEqual(['AuthorizeSecurityGroup']);
});

it('closes the open intents of groups that no policy names, and only those', () => {
  const { engine, log } = setUp();
  const intentOf = (id: string) =>
    engine.journal.openIntent({
      group: { account: 'default', region: 'cn-hangzhou', id },
      revision: 'r0',
      planHash: 'f00',
      reconcileId: 'id',
      step: 1,
      operation: 'AuthorizeSecurityGroup',
      params: {},
    });
  const kept = intentOf('sg-named');
  const gone = intentOf('sg-gone');
  abandonReleased(engine, ({ id }) => id === 'sg-named');
  expect(engine.journal.openIntents()).toEqual([kept]);
  expect(engine.journal.history({ groupId: null, sinceMs: null, limit: 9 })).toMatchObject([
    { clientToken: gone.clientToken, result: 'abandoned' },
  ]);
  expect(log.events).toMatchObject([{ event: 'intent.recovered', group: 'sg-gone', revision: 'r0' }]);
});
