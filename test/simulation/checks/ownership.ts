// (d) Only groups that a policy in force names are written, only after this process has read them and made a
// plan, only as their mode allows; groups of a cloud product never.
import { isWrite, type Check, type Fail, type PlanFact, type SentCall } from '../facts.ts';

export class OwnershipCheck implements Check {
  readonly #isManaged: (group: string) => boolean;
  readonly #fail: Fail;
  #plans = new Map<string, PlanFact>();

  constructor(isManaged: (group: string) => boolean, fail: Fail) {
    this.#isManaged = isManaged;
    this.#fail = fail;
  }

  started(): void {
    this.#plans = new Map();
  }

  planned(plan: PlanFact): void {
    this.#plans.set(plan.group, plan);
  }

  sent({ operation, group }: SentCall): void {
    if (!isWrite(operation)) return;
    const plan = this.#plans.get(group);
    const say = (what: string) => this.#fail('(d) ownership', `${operation} of ${group}: ${what}`);
    if (this.#isManaged(group)) say('a cloud product owns it');
    if (plan === undefined) say('no plan was made for it');
    if (plan?.policy.mode === 'observe') say('its policy only observes');
    if (plan?.policy.mode === 'additive' && operation.startsWith('Revoke')) say('its policy only adds');
  }
}
