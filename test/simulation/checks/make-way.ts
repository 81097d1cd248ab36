// (f) Nothing is revoked while a rule that it makes way for is not there: when a plan that promises to be hitless
// sends a Revoke, every rule that one of its Authorizes was told yes for has been seen in the group since. (That the
// plan asks for those rules at all before it revokes, and that they really stand, follows from (a). Reads may lag:
// what somebody else did to the rules meanwhile the daemon cannot know.)
import type { Check, Fail, SentCall } from '../facts.ts';
import type { PlanWatch } from './plan-watch.ts';

export class MakeWayCheck implements Check {
  readonly #plans: PlanWatch;
  readonly #fail: Fail;

  constructor(plans: PlanWatch, fail: Fail) {
    this.#plans = plans;
    this.#fail = fail;
  }

  sent(call: SentCall): void {
    if (!call.operation.startsWith('Revoke')) return;
    const plan = this.#plans.current(call);
    if (plan?.fact.hitless !== true) return;
    const unseen = [...plan.brought].filter((identity) => !plan.seenSince.has(identity));
    if (unseen.length > 0) {
      this.#fail('(f) make way', `${call.group}: revokes without having seen ${unseen.join(', ')}`);
    }
  }
}
