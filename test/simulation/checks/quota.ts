// (e) The rule quota is never exceeded by us. The cloud would refuse, so what is checked is that it never has to:
// unless someone added rules since the group was read, or the cloud has room for fewer than it was said to. Each
// call is judged when it is first refused: a cloud that remembers its errors goes on to refuse it when there is room.
import type { Rule } from '../../../reconciler/model/rule.ts';
import type { Check, Fail, Landing } from '../facts.ts';
import type { PlanWatch } from './plan-watch.ts';

export class QuotaCheck implements Check {
  readonly #plans: PlanWatch;
  readonly #cloud: { readonly hasLessRoom: () => boolean; readonly remembersErrors: boolean };
  readonly #fail: Fail;
  /** Tokens of calls that were refused before. */
  readonly #refused = new Set<string>();

  /** `hasLessRoom`: whether just now it takes fewer rules than the daemon was told. */
  constructor(
    plans: PlanWatch,
    cloud: { readonly hasLessRoom: () => boolean; readonly remembersErrors: boolean },
    fail: Fail,
  ) {
    this.#plans = plans;
    this.#cloud = cloud;
    this.#fail = fail;
  }

  landed({ call, code, before }: Landing): void {
    if (call === null || code !== 'AuthorizationLimitExceed') return;
    const isRemembered = this.#cloud.remembersErrors && this.#refused.has(call.token);
    this.#refused.add(call.token);
    if (isRemembered || this.#cloud.hasLessRoom()) return;
    const plan = this.#plans.current(call);
    const added: readonly Rule[] = plan?.addedByOthers ?? [];
    if (plan !== null && added.length === 0) {
      this.#fail('(e) quota', `${call.group} holds ${before.Permissions.length} rules and was to take more`);
    }
  }
}
