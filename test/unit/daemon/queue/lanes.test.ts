import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../../../daemon/clock.ts';
import type { Failure } from '../../../../daemon/ecs/failure.ts';
import { LaneClosed, type Answer } from '../../../../daemon/queue/lane.ts';
import { createLanes, type LanesOptions } from '../../../../daemon/queue/lanes.ts';
import { ok } from '../../../../reconciler/model/result.ts';

const PLACE = { account: 'default', region: 'cn-hangzhou' };
const OPERATION = 'AuthorizeSecurityGroup';

const throttled: Failure = {
  kind: 'throttled',
  code: 'Throttling.User',
  message: 'Request was denied due to user flow control.',
  requestId: 'R',
  httpStatus: 400,
  retryAfterMs: null,
};

function makeLanes(options: Partial<LanesOptions> = {}) {
  const events: string[] = [];
  const lanes = createLanes({
    limits: { default: { ratePerMinute: 12 } },
    clock: systemClock,
    telemetry: { emit: (event) => void events.push(event) },
    concurrency: 4,
    maxWaiting: 1000,
    ...options,
  });
  return { lanes, events };
}

beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2026-05-01T10:00:20Z') });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the pace of a lane', () => {
  it('never starts more calls than the rate in any minute, nor a quarter of them in a quarter minute', async () => {
    const { lanes } = makeLanes();
    const starts: number[] = [];
    const calls = Array.from({ length: 40 }, () =>
      lanes.run(PLACE, OPERATION, () => {
        starts.push(Date.now());
        return Promise.resolve(ok(1));
      }),
    );
    await vi.advanceTimersByTimeAsync(5 * 60_000);
    await Promise.all(calls);
    for (const start of starts) {
      expect(starts.filter((other) => other >= start && other < start + 60_000).length).toBeLessThanOrEqual(
        12,
      );
      expect(starts.filter((other) => other >= start && other < start + 15_000).length).toBeLessThanOrEqual(
        3,
      );
    }
    expect(starts.at(-1)! - starts[0]!).toBeLessThan(200_000);
  });

  it('closes on a throttled answer, probes in the next minute and reopens', async () => {
    const { lanes, events } = makeLanes();
    const starts: string[] = [];
    const call = (answer: Answer<number>) =>
      lanes.run(PLACE, OPERATION, () => {
        starts.push(new Date().toISOString().slice(14, 19));
        return Promise.resolve(answer);
      });
    await call({ ok: false, error: throttled });
    const later = [call(ok(1)), call(ok(2))];
    await vi.advanceTimersByTimeAsync(60_000);
    await Promise.all(later);
    expect(starts).toEqual(['00:20', '01:01', '01:01']);
    expect(events).toEqual(['lane.closed', 'lane.reopened']);
  });
});

it('settles waiting calls on close', async () => {
  const { lanes } = makeLanes({ limits: { default: { ratePerMinute: 1 } } });
  const first = lanes.run(PLACE, OPERATION, () => Promise.resolve(ok('done')));
  const second = lanes.run(PLACE, OPERATION, () => Promise.resolve(ok('never')));
  await expect(first).resolves.toEqual(ok('done'));
  lanes.close();
  await expect(second).rejects.toBeInstanceOf(LaneClosed);
});
