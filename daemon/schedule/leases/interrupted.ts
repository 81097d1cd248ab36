// Work that the journal cut short, without anything being wrong with it: the lease of the group is another replica's by
// now, or the database cannot be reached for a while.
import { LeaseLost } from '../../journal/journal.ts';
import { isAborted } from '../../reconcile/group-run.ts';
import { isUnavailable, untilAnswered, type AnswerWait } from '../../journal/patient-journal.ts';

/** Does the work, again while the database does not answer. A lost lease ends it, and so does the stop. */
export async function untilDoneOrLost(work: () => Promise<void>, wait: AnswerWait): Promise<void> {
  if (wait.stopping.aborted) return;
  try {
    await untilAnswered(work, wait);
  } catch (error) {
    const isStopped = isAborted(wait.stopping) && isUnavailable(error);
    if (!isStopped && !(error instanceof LeaseLost)) throw error;
  }
}
