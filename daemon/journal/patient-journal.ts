// A journal that waits for its database, for work that cannot end half-way and has no group to try again: which policies
// are in force, and what a person has decided.
import type { Clock } from '../clock.ts';
import { JournalError, type Journal } from './journal.ts';

const BRIEF_PAUSE_MS = 250;
const LENGTHY_PAUSE_MS = 5000;

/**
 * Does as `journal` does; where its database does not answer, asks again until it does or the signal stops it. Every method
 * may be done twice then: each of them leaves the journal as one time does.
 */
export function patientJournal(
  journal: Journal,
  clock: Pick<Clock, 'sleep'>,
  stopping: AbortSignal,
): Journal {
  const patiently = async <T>(work: () => Promise<T>): Promise<T> => {
    for (let pauseMs = BRIEF_PAUSE_MS; ; pauseMs = Math.min(LENGTHY_PAUSE_MS, 2 * pauseMs)) {
      try {
        return await work();
      } catch (error) {
        const isOver = !(error instanceof JournalError && error.trouble === 'unavailable');
        if (isOver || stopping.aborted) throw error;
        await clock.sleep(pauseMs, stopping);
      }
    }
  };
  return new Proxy(journal, {
    get: (of, name) => {
      const method: unknown = Reflect.get(of, name, of);
      if (typeof method !== 'function') return method;
      const once = (...values: unknown[]): unknown => Reflect.apply(method, of, values);
      if (name === 'close' || name === 'openIntent') return once;
      return (...values: unknown[]) => patiently(() => Promise.resolve(once(...values)));
    },
  });
}
