// (f) Nothing is revoked while a rule that it makes way for is not there: when a Revoke of a plan takes effect,
// every rule that an Authorize of the same plan was told yes for stands in the group, unless somebody else has
// taken it away since. (That the plan asks for those rules at all before it revokes follows from (a).)
import { ruleIdentity } from '../../../reconciler/model/rule.ts';
import type { Check, Fail, Landing } from '../facts.ts';
import { rulesOf, type PlanWatch } from './plan-watch.ts';

export class MakeWayCheck implements Check {
  readonly #plans: PlanWatch;
  readonly #fail: Fail;

  constructor(plans: PlanWatch, fail: Fail) {
    this.#plans = plans;
    this.#fail = fail;
  }

  landed({ call, before, after }: Landing): void {
    if (call === null || before === after || !call.operation.startsWith('Revoke')) return;
    const plan = this.#plans.current(call);
    if (plan === null) return;
    const standing = new Set(rulesOf(after).map(ruleIdentity));
    const absent = [...plan.brought].filter((identity) => !standing.has(identity));
    if (absent.length > 0) {
      this.#fail('(f) make way', `${call.group}: revoked although ${absent.join(', ')} never came`);
    }
  }
}
