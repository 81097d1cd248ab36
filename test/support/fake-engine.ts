// An engine of small fakes that keep state, for tests of one part of the daemon in this process: a cloud that refuses
// what a test does not expect, a journal in memory, and a clock whose waits are over at once.
import type { Clock } from '../../daemon/clock.ts';
import type { EcsClientOptions } from '../../daemon/ecs/client.ts';
import { openMemoryJournal } from '../../daemon/journal/memory/memory.ts';
import { soleOwner } from '../../daemon/journal/ownership.ts';
import { NO_LISTS } from '../../daemon/learned/list-sizes.ts';
import { DemandsInForce } from '../../daemon/reconcile/safety/demands.ts';
import type { Engine } from '../../daemon/reconcile/engine.ts';
import { ok } from '../../reconciler/model/result.ts';
import { NO_GUARDRAILS } from '../../reconciler/policy/compile/compile-guardrails.ts';
import { OPTIONS } from './plan-inputs.ts';
import { EventLog } from './service.ts';

const unexpected = (what: string) => () => Promise.reject(new Error(`no one should ${what}`));

/** A client without pace, for `createEcsClient`. */
export const plainClient = (
  clock = instantClock(),
): Pick<EcsClientOptions, 'pacer' | 'apiLevel' | 'clock' | 'headAges' | 'mayWrite'> => ({
  mayWrite: () => true,
  pacer: (_operation, _at, run) => run(),
  apiLevel: 'auto',
  clock,
  headAges: { observeMs: 300_000, writeMs: 60_000 },
});

/** Every group is as it was described. */
export const QUIET_HEADS: Engine['heads'] = {
  known: () => null,
  follow: () => undefined,
  places: () => [],
  changeOf: () => Promise.resolve(ok(null)),
  probe: () => Promise.resolve(ok({ read: 0, uncounted: 0 })),
  listen: () => undefined,
};

export const REFUSING_ECS: Engine['ecs'] = {
  describeGroup: unexpected('describe a group'),
  listGroups: unexpected('list groups'),
  sameness: (group) => group,
  existingGroups: unexpected('ask whether groups exist'),
  listSizes: unexpected('ask for the sizes of lists'),
  prefixListEntries: unexpected('ask for the entries of prefix lists'),
  portListEntries: unexpected('ask for the entries of port lists'),
  write: unexpected('write but through a reservation'),
};

/** Time passes by sleeping only, and then at once. */
export function instantClock(startMs = 0): Clock {
  let nowMs = startMs;
  return {
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
    sleep: (delayMs, signal) => {
      if (signal?.aborted !== true) nowMs += delayMs;
      return Promise.resolve();
    },
  };
}

/** No one asks how long a look at all groups takes. */
export const NO_ROUNDS = { follow: () => undefined, forget: () => undefined, note: () => undefined };

/** What a test does not say is plain. */
export function fakeEngine(parts: Partial<Engine> = {}): Engine {
  const clock = parts.clock ?? instantClock();
  return {
    ecs: REFUSING_ECS,
    heads: QUIET_HEADS,
    reserve: unexpected('reserve calls'),
    journal: openMemoryJournal({ clock, randomByte: () => 7 }),
    ownership: soleOwner({ owner: 'test', epoch: 1 }),
    telemetry: new EventLog(),
    clock,
    planOptions: OPTIONS,
    demands: new DemandsInForce([]),
    invocation: { program: 'rampart', flags: '' },
    live: () => ({
      brake: 'off',
      guardrails: NO_GUARDRAILS,
      freeze: [],
      expiryNoticeHours: [168, 24],
      breakGlass: { maxHours: null },
      metrics: { perGroup: 'problems' },
      notify: [],
    }),
    lists: { of: () => Promise.resolve(NO_LISTS) },
    patience: { settleMs: 0, lagMs: 0 },
    resyncMs: 60_000,
    planningTurn: () => Promise.resolve(),
    beforePlans: (work) => work(),
    newReconcileId: () => 'id',
    ...parts,
  };
}
