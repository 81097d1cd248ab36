// Reads when the lanes are closed: no clock moves here, so whatever ends, ends at once.
import { expect, it } from 'vitest';
import { makeFailure } from '../../../../daemon/ecs/failures/failure.ts';
import { readWithRetries, RETRIES, type CallPorts } from '../../../../daemon/queue/attempt.ts';
import type { CallResult } from '../../../../daemon/queue/lane/lane-call.ts';
import { createLanes } from '../../../../daemon/queue/lanes.ts';
import { err } from '../../../../reconciler/model/result.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

const PLACE = { account: 'default', region: 'cn-hangzhou' };
const OPERATION = 'DescribeSecurityGroupAttribute';

function setUp() {
  const events: string[] = [];
  const clock = new VirtualClock();
  const lanes = createLanes({
    limits: { default: { ratePerMinute: 1000 } },
    clock,
    telemetry: { emit: () => undefined },
    underWay: { least: 1, most: 1, forFixes: 1, mostInAll: 2 },
    maxWaiting: 10,
  });
  const ports: CallPorts = {
    lanes,
    clock,
    telemetry: { emit: (event) => void events.push(event) },
    random: () => 0.5,
    retries: RETRIES,
  };
  let began = (): void => undefined;
  const underWay = new Promise<void>((resolve) => (began = resolve));
  const read = (answer: Promise<CallResult<never>>) =>
    readWithRetries(ports, PLACE, OPERATION, {
      about: PLACE,
      read: () => {
        began();
        return answer;
      },
    });
  return { lanes, events, underWay, read };
}

const never = new Promise<never>(() => undefined);
const CLOSED = { ok: false, error: { kind: 'retry', code: 'Lane.Closed' } };

it('a read that is under way when the lanes close ends at once, and is no failure to tell', async () => {
  const { lanes, events, underWay, read } = setUp();
  const reading = read(never);
  await underWay;
  lanes.close();
  expect(await reading).toMatchObject(CLOSED);
  expect(events).toEqual([]);
});

it('a read that waits for its next attempt when the lanes close ends at once', async () => {
  const { lanes, events, underWay, read } = setUp();
  const reading = read(Promise.resolve(err(makeFailure({ kind: 'retry', code: 'C', message: 'm' }))));
  await underWay;
  await new Promise(setImmediate);
  expect(events).toEqual(['call.retried']);
  lanes.close();
  expect(await reading).toMatchObject(CLOSED);
});

it('a read that waits for its turn when the lanes close ends at once', async () => {
  const { lanes, underWay, read } = setUp();
  const [first, second] = [read(never), read(never)];
  await underWay;
  lanes.close();
  expect(await Promise.all([first, second])).toMatchObject([CLOSED, CLOSED]);
});
