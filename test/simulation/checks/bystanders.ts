// Every write is judged: what a policy leaves alone is never named in a call. Rules that it ignores, and those of a
// direction that it does not manage, are neither modified nor revoked, and nothing is added to such a direction. Judged by
// the rules as they were read when the plan was made: what someone made of them since, the daemon cannot know.
import { ruleIdentity, type Rule } from '../../../reconciler/model/rule.ts';
import { isWrite, type Check, type Fail, type SentCall } from '../facts.ts';
import { isIgnored } from '../rules.ts';
import { namedBy } from './calls.ts';
import type { PlanWatch } from './plan-watch.ts';

export class BystanderCheck implements Check {
  readonly #plans: PlanWatch;
  readonly #fail: Fail;
  /** For the report. */
  readonly counts = { writesJudged: 0 };

  constructor(plans: PlanWatch, fail: Fail) {
    this.#plans = plans;
    this.#fail = fail;
  }

  sent(call: SentCall): void {
    if (!isWrite(call.operation)) return;
    const plan = this.#plans.current(call);
    if (plan === null) return;
    const { policy } = plan.fact;
    this.counts.writesJudged += 1;
    const say = (what: string) => this.#fail('bystanders', `${call.operation} of ${call.group} ${what}`);
    const direction: Rule['direction'] = call.operation.includes('Egress') ? 'egress' : 'ingress';
    if (policy.rules[direction] === null) say(`is of ${direction}, which its policy does not manage`);
    if (!policy.ignores) return;
    for (const rule of namedBy(call, plan)) {
      if (isIgnored(rule)) say(`names ${ruleIdentity(rule)} "${rule.description ?? ''}", which is ignored`);
    }
  }
}
