import { describe, expect, it } from 'vitest';
import { JournalError } from '../../../../daemon/journal/journal.ts';
import { untilAnswered } from '../../../../daemon/journal/patient-journal.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

const unanswered = new JournalError('unavailable', 'no answer');

/** Fails so often, and then answers with how often it was asked. */
function answersAfter(failures: number): () => Promise<number> {
  let asked = 0;
  return () => {
    asked += 1;
    return asked <= failures ? Promise.reject(unanswered) : Promise.resolve(asked);
  };
}

describe('work for which the database is waited for', () => {
  it('is done again until the database answers, with pauses that grow to five seconds', async () => {
    const clock = new VirtualClock();
    const stopping = new AbortController().signal;
    expect(await clock.until(untilAnswered(answersAfter(7), { clock, stopping }))).toBe(8);
    expect(clock.monotonicMs()).toBe(250 + 500 + 1000 + 2000 + 4000 + 5000 + 5000);
  });

  it('is done once where the failure cannot pass, or is another', async () => {
    const clock = new VirtualClock();
    const stopping = new AbortController().signal;
    const refused = { clock, stopping, mayPass: () => false };
    await expect(clock.until(untilAnswered(answersAfter(1), refused))).rejects.toBe(unanswered);
    const full = new JournalError('full', 'the disk is full');
    await expect(untilAnswered(() => Promise.reject(full), { clock, stopping })).rejects.toBe(full);
    expect(clock.monotonicMs()).toBe(0);
  });

  it('is not done again after the stop, which ends a pause at once', async () => {
    const clock = new VirtualClock();
    const stop = new AbortController();
    const waiting = untilAnswered(answersAfter(100), { clock, stopping: stop.signal });
    void clock.sleep(10_000).then(() => stop.abort());
    await expect(clock.until(waiting)).rejects.toBe(unanswered);
    expect(clock.monotonicMs()).toBe(10_000);
  });
});
