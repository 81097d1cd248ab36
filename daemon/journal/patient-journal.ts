// Waiting for a journal whose database does not answer: when it is opened, and in work that cannot end half-way and has no group
// to try again, such as which policies are in force, and what a person has decided.
import type { Clock } from '../clock.ts';
import { JournalError, type Journal } from './journal.ts';

const BRIEF_PAUSE_MS = 250;
const LENGTHY_PAUSE_MS = 5000;

/** Whether the journal may answer later what it does not answer now. */
export const isUnavailable = (error: unknown): error is JournalError =>
  error instanceof JournalError && error.trouble === 'unavailable';

export interface AnswerWait {
  readonly clock: Pick<Clock, 'sleep'>;
  readonly stopping: AbortSignal;
  /** Whether a failure that says `unavailable` may pass. Absent: each may. */
  readonly mayPass?: (error: JournalError) => boolean;
}

/**
 * Does `work` until its database answers, with pauses that grow. Rejects with the failure of the last try where that cannot pass,
 * or where the signal came.
 */
export async function untilAnswered<T>(
  work: () => Promise<T>,
  { clock, stopping, mayPass = () => true }: AnswerWait,
): Promise<T> {
  for (let pauseMs = BRIEF_PAUSE_MS; ; pauseMs = Math.min(LENGTHY_PAUSE_MS, 2 * pauseMs)) {
    try {
      return await work();
    } catch (error) {
      if (stopping.aborted || !isUnavailable(error) || !mayPass(error)) throw error;
      await clock.sleep(pauseMs, stopping);
    }
  }
}

/**
 * Does as `journal` does; where its database does not answer, asks again until it does or the signal stops it. Every method
 * may be done twice then: each of them leaves the journal as one time does.
 */
export function patientJournal(
  journal: Journal,
  clock: Pick<Clock, 'sleep'>,
  stopping: AbortSignal,
): Journal {
  return new Proxy(journal, {
    get: (of, name) => {
      const method: unknown = Reflect.get(of, name, of);
      if (typeof method !== 'function') return method;
      const once = (...values: unknown[]): unknown => Reflect.apply(method, of, values);
      if (name === 'close' || name === 'openIntent') return once;
      return (...values: unknown[]) =>
        untilAnswered(() => Promise.resolve(once(...values)), { clock, stopping });
    },
  });
}
