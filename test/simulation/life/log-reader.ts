// What the log of one process says, told to the checks.
import type { CommonFields, EventFields, EventName } from '../../../daemon/telemetry/events.ts';
import { Attempts, type Attempt } from '../attempts.ts';
import { inForceAt, isEnding, type PolicyView } from '../policies.ts';
import type { LifeWorld } from './life-world.ts';

export class LogReader {
  /** Of plans, as they are told and begun. */
  readonly attempts: Attempts;
  readonly #life: number;
  readonly #world: Pick<LifeWorld, 'time' | 'check' | 'fail' | 'stateOf'>;
  readonly #view: PolicyView;

  constructor(life: number, world: Pick<LifeWorld, 'time' | 'check' | 'fail' | 'stateOf'>, view: PolicyView) {
    this.#life = life;
    this.#world = world;
    this.#view = view;
    this.attempts = new Attempts((attempt) => this.#planned(attempt), world.fail);
  }

  hear<Name extends EventName>(event: Name, fields: EventFields<Name>): void {
    if (event === 'group.described') this.#described(fields);
    if (event === 'plan.made') this.attempts.told(fields);
    if (event === 'group.converged') this.#converged(fields);
    if (event === 'call.succeeded') this.#succeeded(fields);
    if (event === 'plan.blocked' && JSON.stringify(fields).includes('a bug of Rampart'))
      this.#world.fail('no bugs', JSON.stringify(fields));
  }

  #converged({ group = '', revision = '' }: CommonFields): void {
    const { time, check } = this.#world;
    const policy = this.#view.policyOf(group, revision);
    const isKnown = policy !== undefined && !isEnding(policy, time.wallMs);
    check.converged({ group, policy: isKnown ? inForceAt(policy, time.wallMs) : null });
  }

  /** With no rules it says that all was so already, which the cloud tells by an error. */
  #succeeded(fields: CommonFields & { readonly rules?: number }): void {
    if (fields.rules !== 0) this.#world.check.succeeded(fields.clientToken ?? '');
  }

  #described({ group = '', rules = NaN }: CommonFields & { readonly rules?: number }): void {
    this.attempts.described(group);
    this.#world.check.described(group, rules);
  }

  #planned({ group, revision, hitless, isRetry }: Attempt): void {
    const policy = this.#view.policyOf(group, revision);
    if (policy === undefined) {
      this.#world.fail('(d) ownership', `a plan for ${group}, which no policy of ${revision} names`);
      return;
    }
    this.#world.check.planned({
      life: this.#life,
      group,
      policy: inForceAt(policy, this.#world.time.wallMs),
      hitless,
      isRetry,
      isEnding: isEnding(policy, this.#world.time.wallMs),
      state: this.#world.stateOf(group),
    });
  }
}
