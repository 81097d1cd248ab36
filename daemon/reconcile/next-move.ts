// What comes next for a group, decided at the end of its reconcile and nowhere else: the controller and
// `rampart apply` follow it.
import type { Failure } from '../ecs/failures/failure.ts';
import { isRuleQuotaRefusal, mayNotKnowTheForm } from '../ecs/failures/refusals.ts';

export type NextMove =
  /** Until then nothing changes by trying. */
  | { readonly afterMs: number }
  | 'resync'
  /** Soon: rules were quarantined, so there is less to do, and the others wait for that. */
  | 'retry'
  /** Soon at first, and then at a falling rate. */
  | 'backoff'
  /** As `backoff`, but without somebody's help it will fail again: a command gives up. */
  | 'needsHelp';

/** After a reconcile that failed; `failure` is what the cloud said, if it was that. */
export function moveAfterFailure(failure: Failure | null, isLessToDo: boolean): NextMove {
  if (failure !== null && needsHelp(failure)) return 'needsHelp';
  return isLessToDo ? 'retry' : 'backoff';
}

function needsHelp(failure: Failure): boolean {
  // A refusal that ends a reconcile instead of quarantining a rule taught something: the next plan is another one.
  if (isRuleQuotaRefusal(failure) || mayNotKnowTheForm(failure)) return false;
  return failure.kind === 'denied' || failure.kind === 'managed' || failure.kind === 'rejected';
}
