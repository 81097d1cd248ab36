// Hints in virtual time.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HintPacer } from '../../../../../daemon/http/hooks/pacer.ts';
import { runs } from '../../../../support/runs.ts';
import { VirtualClock } from '../../../../support/virtual-clock.ts';

const QUIET_MS = 2000;

function paced(stopping = new AbortController()) {
  const clock = new VirtualClock();
  const pacer = new HintPacer(clock, QUIET_MS, stopping.signal);
  const acts: Array<[key: string, atMs: number, hints: number]> = [];
  return {
    acts,
    hint: (key = '') => pacer.hint(key, (hints) => acts.push([key, clock.monotonicMs(), hints])),
    pass: (ms: number) => clock.until(clock.sleep(ms)),
  };
}

describe('hints', () => {
  it('act at once after a quiet time', async () => {
    const { acts, hint, pass } = paced();
    hint();
    expect(acts).toEqual([['', 0, 1]]);
    await pass(QUIET_MS);
    hint();
    expect(acts).toEqual([
      ['', 0, 1],
      ['', 2000, 1],
    ]);
  });

  it('that come together act once more when the quiet time is over, and none is lost', async () => {
    const { acts, hint, pass } = paced();
    hint();
    await pass(500);
    hint();
    hint();
    await pass(1000);
    hint();
    await pass(10_000);
    expect(acts).toEqual([
      ['', 0, 1],
      ['', 2000, 3],
    ]);
  });

  it('without end act no more than once in each quiet time', async () => {
    const { acts, hint, pass } = paced();
    for (let count = 0; count < 1000; count++) {
      hint();
      await pass(10);
    }
    await pass(QUIET_MS);
    expect(acts.map(([, atMs]) => atMs)).toEqual([0, 2000, 4000, 6000, 8000, 10_000]);
    expect(acts.reduce((sum, [, , hints]) => sum + hints, 0)).toBe(1000);
  });

  it('of one key do not hold up those of another', async () => {
    const { acts, hint, pass } = paced();
    hint('a');
    hint('a');
    hint('b');
    await pass(QUIET_MS);
    expect(acts).toEqual([
      ['a', 0, 1],
      ['b', 0, 1],
      ['a', 2000, 1],
    ]);
  });

  it('that wait at the stop are dropped', async () => {
    const stopping = new AbortController();
    const { acts, hint, pass } = paced(stopping);
    hint();
    hint();
    stopping.abort();
    hint();
    await pass(QUIET_MS);
    expect(acts).toEqual([['', 0, 1]]);
  });

  it('at any times act within the quiet time, never closer together, and each is counted once', async () => {
    const steps = fc.array(fc.record({ key: fc.constantFrom('a', 'b'), afterMs: fc.nat(3000) }), {
      maxLength: 30,
    });
    await fc.assert(
      fc.asyncProperty(steps, async (hints) => {
        const { acts, hint, pass } = paced();
        const given: Array<[key: string, atMs: number]> = [];
        let nowMs = 0;
        for (const { key, afterMs } of hints) {
          await pass(afterMs);
          given.push([key, (nowMs += afterMs)]);
          hint(key);
        }
        await pass(QUIET_MS);
        for (const key of ['a', 'b']) {
          const of = acts.filter(([each]) => each === key).map(([, atMs]) => atMs);
          expect(of.every((atMs, index) => index === 0 || atMs - (of[index - 1] ?? 0) >= QUIET_MS)).toBe(
            true,
          );
          for (const [each, atMs] of given) {
            if (each !== key) continue;
            expect(of.some((actMs) => actMs >= atMs && actMs <= atMs + QUIET_MS)).toBe(true);
          }
        }
        expect(acts.reduce((sum, [, , count]) => sum + count, 0)).toBe(hints.length);
      }),
      runs(100),
    );
  });
});
