// What the daemon says of itself is true: a group has as many rules as were last read of it, and one that it calls
// converged is, as it was last read, what its policy wants; and a call that its log calls succeeded was worked off by the cloud, without an error.
import { ruleIdentity } from '../../../reconciler/model/rule.ts';
import type { Check, Converged, Fail, Landing } from '../facts.ts';
import { wantedRules, without, type PlanWatch } from './plan-watch.ts';

export class TruthCheck implements Check {
  readonly #plans: PlanWatch;
  readonly #fail: Fail;
  readonly #done = new Set<string>();

  constructor(plans: PlanWatch, fail: Fail) {
    this.#plans = plans;
    this.#fail = fail;
  }

  landed({ call, code }: Landing): void {
    if (call !== null && code === '') this.#done.add(call.token);
  }

  succeeded(token: string): void {
    if (!this.#done.has(token))
      this.#fail('truth', `the log calls ${token} succeeded, which the cloud never did`);
  }

  /** It holds the checks' own picture of what was read against that of the daemon, too. */
  described(group: string, rules: number): void {
    const read = this.#plans.lastRead(group).length;
    if (rules !== read)
      this.#fail('truth', `${group} is said to have ${rules} rules, of which ${read} were read`);
  }

  converged({ group, policy }: Converged): void {
    if (policy === null) return;
    const read = this.#plans.lastRead(group);
    const wanted = wantedRules(policy, read);
    const wrong = [...without(wanted, read), ...without(read, wanted)].map(ruleIdentity);
    if (wrong.length === 0) return;
    this.#fail(
      'truth',
      `${group} is called converged, but as it was read these are not: ${wrong.join('; ')}`,
    );
  }
}
