// (e) The rule quota is never exceeded by us. The cloud would refuse, so what is checked is that it never has to:
// unless somebody added rules since the group was read, or the cloud has room for fewer than it was said to. (A cloud
// that remembers its errors goes on to refuse a call of that time when there is room again.)
import type { Rule } from '../../../reconciler/model/rule.ts';
import type { Check, Fail, Landing } from '../facts.ts';
import type { PlanWatch } from './plan-watch.ts';

export class QuotaCheck implements Check {
  readonly #plans: PlanWatch;
  readonly #isLessThanConfigured: () => boolean;
  readonly #fail: Fail;
  /** Tokens of calls that were refused while there was less room than configured. */
  readonly #excused = new Set<string>();

  constructor(plans: PlanWatch, isLessThanConfigured: () => boolean, fail: Fail) {
    this.#plans = plans;
    this.#isLessThanConfigured = isLessThanConfigured;
    this.#fail = fail;
  }

  landed({ call, code, before }: Landing): void {
    if (call === null || code !== 'AuthorizationLimitExceed') return;
    if (this.#isLessThanConfigured()) this.#excused.add(call.token);
    if (this.#excused.has(call.token)) return;
    const plan = this.#plans.current(call);
    const added: readonly Rule[] = plan?.addedByOthers ?? [];
    if (plan !== null && added.length === 0) {
      this.#fail('(e) quota', `${call.group} holds ${before.Permissions.length} rules and was to take more`);
    }
  }
}
