import { describe, expect, it } from 'vitest';
import { askPatiently, callVerdict } from '../../../../../daemon/commands/doctor/answers.ts';
import type { TransportAnswer } from '../../../../../daemon/ecs/transport/transport.ts';
import { systemClock } from '../../../../../daemon/clock.ts';

const refused = (code: string, status = 400, missingAction: string | null = null): TransportAnswer => ({
  kind: 'refused',
  status,
  code,
  message: 'no',
  requestId: null,
  retryAfterMs: null,
  missingAction,
});
const failed = (code: 'Transport.Timeout' | 'Transport.NoCredentials'): TransportAnswer => ({
  kind: 'failed',
  code,
  message: 'no',
});
const ANSWERED: TransportAnswer = { kind: 'answered', status: 200, body: {} };

describe('an answer says of who asked', () => {
  it.each<[TransportAnswer, string]>([
    [ANSWERED, 'allowed'],
    [{ ...ANSWERED, status: 502 }, 'unanswered'],
    [refused('InvalidPrefixListId.NotFound', 404), 'allowed'],
    [refused('InvalidSecurityGroupRuleId.NotFound', 404), 'allowed'],
    [refused('InvalidApi.NotFound', 404), 'allowed'],
    [refused('Forbidden.RAM', 403), 'denied'],
    [refused('NoPermission', 403), 'denied'],
    [refused('RAM.PERMISSION.DENIED', 400), 'denied'],
    [refused('SomethingElse', 403, 'ecs:DescribeRegions'), 'denied'],
    [refused('SignatureDoesNotMatch'), 'unknown caller'],
    [refused('InvalidAccessKeyId.NotFound', 404), 'unknown caller'],
    [refused('InvalidTimeStamp.Expired'), 'unknown caller'],
    [failed('Transport.NoCredentials'), 'unknown caller'],
    [failed('Transport.Timeout'), 'unanswered'],
    [refused('Throttling.User'), 'unanswered'],
    [refused('InternalError', 500), 'unanswered'],
    [refused('SomethingElse', 503), 'unanswered'],
  ])('%j: %s', (answer, kind) => {
    expect(callVerdict(answer).kind).toBe(kind);
  });
});

/** Waits take no time; what would break off an answer never comes. */
function hastyClock() {
  let nowMs = 0;
  return {
    monotonicMs: () => nowMs,
    sleep: (delayMs: number, signal?: AbortSignal): Promise<void> => {
      if (signal !== undefined) return new Promise(() => undefined);
      nowMs += delayMs;
      return Promise.resolve();
    },
  };
}

describe('asking patiently', () => {
  const answers = (...list: readonly TransportAnswer[]) => {
    let asked = 0;
    const call = (): Promise<TransportAnswer> => Promise.resolve(list[asked++] ?? ANSWERED);
    return { call, asked: () => asked };
  };

  it('asks again after a failure by accident, and not after a refusal', async () => {
    const flaky = answers(failed('Transport.Timeout'), refused('Throttling.User'));
    expect(await askPatiently(flaky.call, hastyClock(), 60_000)).toBe(ANSWERED);
    const denied = answers(refused('Forbidden.RAM', 403));
    expect(await askPatiently(denied.call, hastyClock(), 60_000)).toMatchObject({ code: 'Forbidden.RAM' });
    expect(denied.asked()).toBe(1);
  });

  it('gives up after its time, whether or not there is an answer', async () => {
    const flaky = answers(...Array.from({ length: 9 }, () => failed('Transport.Timeout')));
    expect(await askPatiently(flaky.call, systemClock, 1)).toMatchObject({ code: 'Transport.Timeout' });
    expect(flaky.asked()).toBe(1);
    const silent = (): Promise<TransportAnswer> => new Promise(() => undefined);
    expect(await askPatiently(silent, systemClock, 5)).toMatchObject({
      kind: 'failed',
      code: 'Transport.Timeout',
    });
  });
});
