// One call against a cloud that answers by a script: what is sent, what is said, and what comes out.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../../../daemon/clock.ts';
import type { WriteRequest } from '../../../../daemon/ecs/api.ts';
import { makeFailure, type Failure, type FailureKind } from '../../../../daemon/ecs/failures/failure.ts';
import {
  RETRIES,
  readWithRetries,
  writeWithRetries,
  type CallPorts,
} from '../../../../daemon/queue/attempt.ts';
import { createLanes } from '../../../../daemon/queue/lanes.ts';
import { err, ok } from '../../../../reconciler/model/result.ts';

const PLACE = { account: 'default', region: 'cn-hangzhou' };
const REQUEST: WriteRequest = {
  ...PLACE,
  operation: 'ModifySecurityGroupRule',
  params: { SecurityGroupRuleId: 'sgr-1', Policy: 'drop' },
  clientToken: 'token-1',
};
const ABOUT = { ...PLACE, group: 'sg-1', planHash: 'f00', step: 1 };

type Scripted = FailureKind | 'ok' | Partial<Failure>;

const failure = (scripted: FailureKind | Partial<Failure>): Failure =>
  makeFailure({
    kind: 'retry',
    code: 'C',
    message: 'm',
    ...(typeof scripted === 'string' ? { kind: scripted } : scripted),
  });

function setUp(script: readonly Scripted[], tookMs = 0) {
  const events: Array<{ event: string; fields: Record<string, unknown> }> = [];
  const telemetry: CallPorts['telemetry'] = {
    emit: (event, fields) => void events.push({ event, fields: { ...fields } }),
  };
  const lanes = createLanes({
    limits: { default: { ratePerMinute: 1000 } },
    clock: systemClock,
    telemetry: { emit: () => undefined },
    underWay: { least: 4, most: 4, forFixes: 1, mostInAll: 8 },
    maxWaiting: 10,
  });
  const ports: CallPorts = { lanes, clock: systemClock, telemetry, random: () => 0.5, retries: RETRIES };
  const sent: WriteRequest[] = [];
  const next = async () => {
    const answer = script[Math.min(sent.length, script.length) - 1] ?? 'ok';
    if (tookMs > 0) await systemClock.sleep(tookMs);
    return answer === 'ok' ? ok({ requestId: `R${sent.length}` }) : err(failure(answer));
  };
  const write = (request: WriteRequest) => {
    sent.push(request);
    return next();
  };
  const call = (signal?: AbortSignal) =>
    writeWithRetries(ports, write, REQUEST, {
      about: ABOUT,
      rules: 1,
      change: '+ tcp 80',
      signal: signal ?? null,
    });
  const names = () => events.map(({ event }) => event);
  return { ports, lanes, events, names, sent, call };
}

/** Lets all time pass that the call needs. */
async function finished<T>(call: Promise<T>): Promise<T> {
  const state = { settled: false };
  const watched = call.finally(() => {
    state.settled = true;
  });
  while (!state.settled) await vi.advanceTimersByTimeAsync(1000);
  return watched;
}

beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2026-05-01T10:00:20Z') });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a write', () => {
  it.each<{ name: string; script: Scripted[]; sent: number; kind: FailureKind | 'ok'; events: string[] }>([
    { name: 'that succeeds', script: ['ok'], sent: 1, kind: 'ok', events: ['call.succeeded'] },
    {
      name: 'that was not applied',
      script: ['retry', 'retry', 'ok'],
      sent: 3,
      kind: 'ok',
      events: ['call.retried', 'call.retried', 'call.succeeded'],
    },
    {
      name: 'that was maybe applied',
      script: ['unknown', 'ok'],
      sent: 2,
      kind: 'ok',
      events: ['call.unknown', 'call.succeeded'],
    },
    {
      name: 'that was throttled',
      script: ['throttled', 'throttled', 'ok'],
      sent: 3,
      kind: 'ok',
      events: ['call.throttled', 'call.throttled', 'call.succeeded'],
    },
    { name: 'of what is so already', script: ['done'], sent: 1, kind: 'done', events: ['call.succeeded'] },
    { name: 'in a changed world', script: ['replan'], sent: 1, kind: 'replan', events: ['call.failed'] },
    { name: 'that can never work', script: ['rejected'], sent: 1, kind: 'rejected', events: ['call.failed'] },
    { name: 'without permission', script: ['denied'], sent: 1, kind: 'denied', events: ['call.failed'] },
    { name: 'to a managed group', script: ['managed'], sent: 1, kind: 'managed', events: ['call.failed'] },
    {
      name: 'that a definite answer follows',
      script: ['unknown', 'rejected'],
      sent: 2,
      kind: 'rejected',
      events: ['call.unknown', 'call.failed'],
    },
  ])('$name', async ({ script, sent, kind, events }) => {
    const world = setUp(script);
    const answer = await finished(world.call());
    expect(answer.ok ? 'ok' : answer.error.kind).toBe(kind);
    expect(world.sent).toEqual(Array.from({ length: sent }, () => REQUEST));
    expect(world.names()).toEqual(events);
  });

  it.each<{ name: string; script: Scripted[]; kind: FailureKind }>([
    { name: 'is still only not applied', script: ['retry'], kind: 'retry' },
    { name: 'is unknown if it ended so', script: ['unknown'], kind: 'unknown' },
    {
      name: 'is unknown if one attempt was, whatever came last',
      script: ['unknown', 'retry'],
      kind: 'unknown',
    },
    { name: 'is unknown even if throttled afterwards', script: ['unknown', 'throttled'], kind: 'unknown' },
  ])('whose patience ends $name', async ({ script, kind }) => {
    const world = setUp(script);
    const answer = await finished(world.call());
    expect(answer.ok || answer.error.kind).toBe(kind);
    expect(new Set(world.sent.map(({ clientToken }) => clientToken))).toEqual(new Set(['token-1']));
    expect(world.names()).toHaveLength(world.sent.length);
  });

  it('is given up after a bounded number of attempts', async () => {
    const world = setUp(['retry']);
    await finished(world.call());
    expect(world.sent).toHaveLength(RETRIES.trouble.maxAttempts);
    expect(world.events.at(-1)).toMatchObject({
      event: 'call.failed',
      fields: { kind: 'retry', attempt: 8 },
    });
  });

  it('is given up after a bounded time, however slow the answers', async () => {
    const world = setUp(['unknown'], 30_000);
    await finished(world.call());
    expect(world.sent).toHaveLength(4);
  });

  it('outlasts several minutes of throttling', async () => {
    const world = setUp(['throttled']);
    const began = Date.now();
    await finished(world.call());
    expect(Date.now() - began).toBeGreaterThan(4 * 75_000);
    expect(Date.now() - began).toBeLessThan(10 * 60_000);
  });

  it('waits as long as the vendor asks before a retry', async () => {
    const world = setUp([{ kind: 'retry', retryAfterMs: 7000 }, 'ok']);
    await finished(world.call());
    expect(world.events[0]).toMatchObject({ event: 'call.retried', fields: { delayMs: 7000 } });
  });

  it('says in every event which call it was, and what the cloud said', async () => {
    const world = setUp(
      [{ kind: 'unknown', code: 'Transport.Timeout', message: 'no answer', requestId: 'REQ' }, 'ok'],
      40,
    );
    await finished(world.call());
    const common = { ...ABOUT, operation: 'ModifySecurityGroupRule', clientToken: 'token-1', durationMs: 40 };
    expect(world.events).toEqual([
      {
        event: 'call.unknown',
        fields: {
          ...common,
          attempt: 1,
          kind: 'unknown',
          code: 'Transport.Timeout',
          err: 'no answer',
          requestId: 'REQ',
        },
      },
      {
        event: 'call.succeeded',
        fields: { ...common, attempt: 2, requestId: 'R2', rules: 1, change: '+ tcp 80' },
      },
    ]);
  });
});

describe('a stop', () => {
  it('before the call was sent answers that it was not', async () => {
    const world = setUp(['ok']);
    world.lanes.close();
    const code = 'Lane.NeverSent';
    expect(await world.call()).toMatchObject({ ok: false, error: { kind: 'retry', code } });
    expect(world.names()).toEqual([]);
  });

  it('between two attempts ends the waiting with what is known', async () => {
    const world = setUp(['unknown']);
    const stop = new AbortController();
    const call = world.call(stop.signal);
    await vi.advanceTimersByTimeAsync(100);
    stop.abort();
    expect(await call).toMatchObject({ ok: false, error: { kind: 'unknown' } });
    expect(world.sent).toHaveLength(1);
    expect(world.names()).toEqual(['call.unknown']);
  });

  it('while the call is under way lets it come to its end', async () => {
    const world = setUp(['ok'], 500);
    const stop = new AbortController();
    const call = world.call(stop.signal);
    await vi.advanceTimersByTimeAsync(100);
    stop.abort();
    world.lanes.close();
    await vi.advanceTimersByTimeAsync(1000);
    expect(await call).toEqual(ok({ requestId: 'R1' }));
  });
});

it('lets a bug in the client crash', async () => {
  const { ports } = setUp([]);
  const call = writeWithRetries(ports, () => Promise.reject(new TypeError('bug')), REQUEST, {
    about: ABOUT,
    rules: 1,
    change: '+ tcp 80',
  });
  await expect(call).rejects.toThrow(TypeError);
});

it('retries a read the same way and leaves its success to the caller to tell', async () => {
  const { ports, names } = setUp([]);
  const answers = [err(failure('unknown')), ok('rules')];
  const call = readWithRetries(ports, PLACE, 'DescribeSecurityGroupAttribute', {
    about: ABOUT,
    read: () => Promise.resolve(answers.shift() ?? ok('none left')),
  });
  expect(await finished(call)).toEqual(ok('rules'));
  expect(names()).toEqual(['call.unknown']);
});
