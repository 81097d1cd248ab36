// How a one-shot command gives an account and region up: on a virtual clock, with endpoints that are what they are.
import { describe, expect, it } from 'vitest';
import { err, ok } from '../../../../reconciler/model/result.ts';
import type { Pacer } from '../../../../daemon/ecs/ask.ts';
import { makeFailure, type Failure } from '../../../../daemon/ecs/failures/failure.ts';
import { OneShotPatience } from '../../../../daemon/queue/one-shot-patience.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

const PLACE = { account: 'default', region: 'cn-hangzhou' };
const DEAD = makeFailure({ kind: 'retry', code: 'Transport.NotConnected', message: 'ECONNREFUSED' });
const REFUSED = makeFailure({ kind: 'denied', code: 'SignatureDoesNotMatch', message: 'wrong secret' });
const NO_ADDRESS = makeFailure({ kind: 'rejected', code: 'Transport.BadEndpoint', message: 'plain http' });
const NO_NAME = makeFailure({ kind: 'retry', code: 'Transport.UnknownHost', message: 'ENOTFOUND' });
const NO_PERMISSION = makeFailure({ kind: 'denied', code: 'Forbidden.RAM', message: 'not allowed' });

/** Tries for two minutes every half second, as a reader with much patience does. */
function endless(clock: VirtualClock): Pacer {
  return async (_operation, { signal }, run) => {
    for (let tries = 0; ; tries += 1) {
      const answer = await run();
      if (answer.ok || answer.error.kind !== 'retry' || tries === 240 || signal?.aborted === true)
        return answer;
      await clock.sleep(500, signal);
    }
  };
}

/** 300 groups read side by side; each attempt is answered by `answer`, which is given its number. */
async function readAll(answer: (attempt: number) => Promise<Failure | null>) {
  const clock = new VirtualClock();
  const patience = new OneShotPatience({ clock, timeoutMs: 10_000 });
  const read = patience.over(endless(clock));
  let attempts = 0;
  const began = clock.monotonicMs();
  const all = Promise.all(
    Array.from({ length: 300 }, () =>
      read('DescribeSecurityGroupAttribute', PLACE, async () => {
        attempts += 1;
        const failure = await answer(attempts);
        return failure === null ? ok(null) : err(failure);
      }),
    ),
  );
  const answers = await clock.until(all);
  const codes = new Set(answers.map((each) => (each.ok ? 'ok' : each.error.code)));
  return {
    attempts,
    codes: [...codes],
    tookMs: clock.monotonicMs() - began,
    givenUp: patience.givenUp(PLACE),
    clock,
  };
}

describe('an account and region of 300 groups', () => {
  it('that cannot be reached is given up after the time-out, by a few attempts', async () => {
    const { attempts, codes, tookMs, givenUp } = await readAll(() => Promise.resolve(DEAD));
    expect({ codes, givenUp }).toEqual({ codes: [DEAD.code], givenUp: DEAD });
    expect(tookMs).toBeLessThanOrEqual(10_000);
    expect(attempts).toBeLessThanOrEqual(2 * 21);
  });

  it('that never says anything is given up after the time-out', async () => {
    const { codes, tookMs, givenUp } = await readAll(() => new Promise(() => undefined));
    expect({ codes, message: givenUp?.message }).toEqual({
      codes: ['Transport.Timeout'],
      message: 'no answer within 4 s',
    });
    expect(tookMs).toBeLessThanOrEqual(10_000);
  });

  it.each([
    ['that refuses the credentials', REFUSED],
    ['whose endpoint is not allowed', NO_ADDRESS],
    ['whose name no server knows', NO_NAME],
  ])('%s is given up at once', async (_which, failure) => {
    const { attempts, codes, tookMs, givenUp } = await readAll(() => Promise.resolve(failure));
    expect({ codes, tookMs, givenUp }).toEqual({ codes: [failure.code], tookMs: 0, givenUp: failure });
    expect(attempts).toBeLessThanOrEqual(2);
  });

  it('that hangs once is read all the same', async () => {
    const { codes, givenUp } = await readAll((attempt) =>
      attempt === 1 ? new Promise(() => undefined) : Promise.resolve(null),
    );
    expect({ codes, givenUp }).toEqual({ codes: ['ok'], givenUp: null });
  });

  it('that lacks a permission is asked for each group: another may be allowed', async () => {
    const { attempts, codes, givenUp } = await readAll(() => Promise.resolve(NO_PERMISSION));
    expect({ attempts, codes, givenUp }).toEqual({ attempts: 300, codes: ['Forbidden.RAM'], givenUp: null });
  });

  it('that dies in the middle is given up, too', async () => {
    const { codes, tookMs, givenUp } = await readAll((attempt) =>
      Promise.resolve(attempt <= 10 ? null : DEAD),
    );
    expect({ codes, givenUp }).toEqual({ codes: ['ok', DEAD.code], givenUp: DEAD });
    expect(tookMs).toBeLessThanOrEqual(11_000);
  });
});
