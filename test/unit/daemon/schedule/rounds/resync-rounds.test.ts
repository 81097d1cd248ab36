// Rounds over a clock and counts of calls that the test sets.
import { expect, it } from 'vitest';
import { ResyncRounds } from '../../../../../daemon/schedule/rounds/resync-rounds.ts';
import type { ReconcileOutcome } from '../../../../../daemon/reconcile/outcome.ts';
import { instantClock } from '../../../../support/fake-engine.ts';
import { EventLog } from '../../../../support/service.ts';

const PLACE = { account: 'default', region: 'cn-hangzhou' };
const READS = 'DescribeSecurityGroupAttribute';
const CONVERGED: ReconcileOutcome = { kind: 'converged', changes: 0, rules: 1, next: 'resync' };

/** So many groups, each looked at by one call. */
function setUp(groups: number) {
  const clock = instantClock();
  const log = new EventLog();
  let started = 0;
  const lanes = () => [
    { ...PLACE, operation: READS, callsPerMinute: 300, started },
    { ...PLACE, region: 'cn-beijing', operation: READS, callsPerMinute: 1, started: 1e6 },
  ];
  const rounds = new ResyncRounds({ engine: { clock, telemetry: log, resyncMs: 300_000 }, lanes });
  const group = (number: number) => ({ ...PLACE, id: `sg-${number}` });
  const follow = (number: number) => rounds.follow(group(number), `sg-${number}`);
  const look = (number: number, outcome = CONVERGED) => {
    started += 1;
    rounds.note(group(number), `sg-${number}`, outcome);
  };
  for (let number = 0; number < groups; number += 1) follow(number);
  /** All groups are looked at, evenly over that time. */
  const round = async (tookMs: number) => {
    for (let number = 0; number < groups; number += 1) {
      await clock.sleep(tookMs / groups);
      look(number);
    }
  };
  const names = () => log.events.map(({ event }) => event);
  return { rounds, clock, log, look, round, names, group, follow };
}

it('a round that the rate holds is told in one line', async () => {
  const { round, log, rounds } = setUp(1000);
  await round(290_000);
  const told = { durationMs: 290_000, groups: 1000, changes: 0, failed: 0 };
  expect(log.events).toEqual([{ event: 'resync.finished', ...PLACE, ...told }]);
  expect(rounds.samples()).toEqual([{ ...PLACE, tookMs: 290_000, operation: READS, neededPerMinute: 200 }]);
});

it('a resync that the rate does not hold is told once, with the limit that would hold it, until it is in time again', async () => {
  const { round, log, names } = setUp(3000);
  await round(600_000);
  await round(600_000);
  expect(names()).toEqual(['resync.finished', 'resync.late', 'resync.finished']);
  expect(log.events[1]).toMatchObject({
    ...{ groups: 3000, resyncSeconds: 300, durationMs: 600_000 },
    ...{ operation: READS, callsPerMinute: 300, neededPerMinute: 600 },
  });
  await round(200_000);
  await round(600_000);
  expect(names().filter((event) => event === 'resync.late')).toHaveLength(2);
});

it('a round that takes long for one group that hangs is not blamed on the rate', async () => {
  const { clock, look, names } = setUp(2);
  look(0);
  await clock.sleep(900_000);
  look(1);
  expect(names()).toEqual(['resync.finished']);
});

it('what came of the groups is counted, and an aborted look is none', async () => {
  const { clock, look, log } = setUp(2);
  await clock.sleep(100_000);
  look(0, { ...CONVERGED, changes: 3 });
  look(1, { kind: 'aborted', next: 'resync' });
  expect(log.events).toEqual([]);
  look(1, { kind: 'not-converged', reason: 'r', failure: null, next: 'backoff' });
  expect(log.events).toMatchObject([{ groups: 2, changes: 3, failed: 1 }]);
});

it('a group that leaves keeps no round waiting, and one that comes counts from the next round on', async () => {
  const { clock, look, log, rounds, group, follow, round } = setUp(2);
  await round(100_000);
  follow(2);
  await clock.sleep(100_000);
  look(0);
  rounds.forget(group(1), 'sg-1');
  expect(log.events).toMatchObject([{ groups: 2 }, { groups: 2 }]);
  await clock.sleep(100_000);
  look(0);
  expect(log.events).toHaveLength(2);
  look(2);
  expect(log.events).toHaveLength(3);
});

it('rounds that take seconds are told once a minute', async () => {
  const { round, log } = setUp(2);
  for (let i = 0; i < 60; i += 1) await round(5000);
  expect(log.events.length).toBeLessThanOrEqual(5);
  expect(log.events.length).toBeGreaterThanOrEqual(4);
  expect(log.events[0]).toMatchObject({ durationMs: 5000 });
});
