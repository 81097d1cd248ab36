// Work that the journal cut short, without anything being wrong with it: the lease of the group is another replica's by
// now, or the database cannot be reached for a while.
import type { Clock } from '../../clock.ts';
import { JournalError, LeaseLost } from '../../journal/journal.ts';

/** While the database does not answer. */
const ASK_AGAIN_MS = 2000;

/** Whether the journal may answer later what it does not answer now. */
export const isUnavailable = (error: unknown): error is JournalError =>
  error instanceof JournalError && error.trouble === 'unavailable';

/** Does the work again and again while the database does not answer, until the stop. A lost lease ends it. */
export async function untilAnswered(
  work: () => Promise<void>,
  { clock, stopping }: { readonly clock: Clock; readonly stopping: AbortSignal },
): Promise<void> {
  while (!stopping.aborted) {
    try {
      await work();
      return;
    } catch (error) {
      if (error instanceof LeaseLost) return;
      if (!isUnavailable(error)) throw error;
      await clock.sleep(ASK_AGAIN_MS, stopping);
    }
  }
}
