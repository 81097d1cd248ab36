// A controller over a cloud that answers when the test says so.
import { systemClock } from '../../daemon/clock.ts';
import { makeFailure } from '../../daemon/ecs/failures/failure.ts';
import type { Urgency } from '../../daemon/ecs/urgency.ts';
import { Controller } from '../../daemon/schedule/controller.ts';
import type { DescribedGroup, GroupRef } from '../../reconciler/model/group.ts';
import type { WriteOperation } from '../../reconciler/model/operation.ts';
import { err, ok } from '../../reconciler/model/result.ts';
import { fakeEngine, NO_ROUNDS, REFUSING_ECS } from './fake-engine.ts';
import { described, groupOf, OPTIONS, policyOf } from './plan-inputs.ts';
import { rule } from './rule-sets.ts';
import { EventLog } from './service.ts';

export const HTTPS = rule({ ports: '443' });
export const SSH = rule({ ports: '22' });
export const target = (rules = [HTTPS], place: Partial<GroupRef> = {}) => ({
  policy: { ...policyOf(rules), ...place },
  revision: 'r1',
});

const GIVEN_UP = makeFailure({ kind: 'retry', code: 'Lane.Closed', message: 'given up' });

const aborted = (signal: AbortSignal | undefined) =>
  new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve()));

interface Stuck {
  readonly account?: string;
  readonly reserve?: true;
  /** Reads say at once that they hang. */
  readonly stalls?: true;
  /** Reads do not end when they are given up. */
  readonly deaf?: true;
}

/** Describes and writes wait for `letThrough`, and what `stuck` names for ever. */
export function controlledCloud(stuck: Stuck = {}) {
  const waiting: Array<() => void> = [];
  const seen = {
    reads: 0,
    readsAtOnce: 0,
    mostAtOnce: 0,
    groupsRead: [] as string[],
    urgencies: [] as Array<Urgency | undefined>,
    writes: [] as WriteOperation[],
  };
  const turn = () => new Promise<void>((resolve) => void waiting.push(resolve));
  const log = new EventLog();
  const group: DescribedGroup = groupOf(described([SSH]));
  const engine = fakeEngine({
    ecs: {
      ...REFUSING_ECS,
      describeGroup: async ({ account, id }, { urgency, signal, onStalled } = {}) => {
        seen.groupsRead.push(id);
        seen.urgencies.push(urgency);
        if (stuck.stalls === true) onStalled?.();
        if (account === stuck.account) return new Promise(() => undefined);
        seen.reads += 1;
        seen.readsAtOnce += 1;
        seen.mostAtOnce = Math.max(seen.mostAtOnce, seen.readsAtOnce);
        await (stuck.deaf === true ? turn() : Promise.race([turn(), aborted(signal)]));
        seen.readsAtOnce -= 1;
        return signal?.aborted === true ? err(GIVEN_UP) : ok(group);
      },
    },
    reserve: () =>
      stuck.reserve === true
        ? new Promise(() => undefined)
        : Promise.resolve({
            write: async ({ operation }) => {
              seen.writes.push(operation);
              await turn();
              return ok({ requestId: 'R' });
            },
            release: () => undefined,
          }),
    telemetry: log,
    clock: systemClock,
    planOptions: { ...OPTIONS, modify: 'never' },
  });
  const waits = { retryMs: 60_000, random: () => 0 };
  const options = { concurrency: 4, ...waits, onProgress: () => undefined, rounds: NO_ROUNDS };
  const controller = new Controller(engine, options);
  const settle = () => new Promise((resolve) => void setImmediate(resolve));
  const letThrough = async () => {
    waiting.shift()?.();
    await settle();
  };
  return { controller, engine, log, seen, settle, letThrough };
}
