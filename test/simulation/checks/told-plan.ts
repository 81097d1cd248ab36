// Calls are held against the plan as it was told before the first of them: a process adds, changes and removes only what
// the plan that it wrote into the journal says. Which call is whose the token tells; a call that an earlier process left
// open belongs to no plan of this one.
import { ruleIdentity, type Rule } from '../../../reconciler/model/rule.ts';
import type { Step } from '../../../reconciler/plan/plan.ts';
import { isWrite, type Check, type Fail, type SentCall, type ToldPlan } from '../facts.ts';
import { namedBy, rulesIn } from './calls.ts';
import type { PlanWatch, WatchedPlan } from './plan-watch.ts';

export class ToldPlanCheck implements Check {
  readonly #plans: PlanWatch;
  readonly #fail: Fail;
  #told = new Map<string, ToldPlan>();
  readonly #lifeOf = new Map<string, number>();

  constructor(plans: PlanWatch, fail: Fail) {
    this.#plans = plans;
    this.#fail = fail;
  }

  started(): void {
    this.#told = new Map();
  }

  told(plan: ToldPlan): void {
    this.#told.set(plan.group, plan);
  }

  sent(call: SentCall): void {
    if (!isWrite(call.operation)) return;
    const life = this.#lifeOf.get(call.token) ?? call.life;
    this.#lifeOf.set(call.token, life);
    if (life !== call.life) return;
    const told = this.#told.get(call.group);
    const plan = this.#plans.current(call);
    if (plan === null) return;
    const strays = told === undefined ? ['whatever it says'] : straysOf(call, plan, told.steps);
    if (strays.length === 0) return;
    this.#fail(
      'told plan',
      `${call.operation} of ${call.group} is about ${strays.join('; ')}, which no step says`,
    );
  }
}

/** What a call names and no step of its kind does. */
function straysOf(call: SentCall, plan: WatchedPlan, steps: readonly Step[]): string[] {
  const { operation, params } = call;
  // A Modify may leave fields out: what it says is no whole rule.
  const named = operation.startsWith('Modify') ? [] : rulesIn(operation, params);
  const come = operation.startsWith('Authorize') ? named : [];
  const gone = operation.startsWith('Authorize') ? [] : [...namedBy(call, plan), ...named];
  const removed = identities(steps.flatMap(removedBy));
  const added = identities(steps.flatMap(addedBy));
  const strays = (rules: readonly Rule[], known: ReadonlySet<string>) =>
    rules.map(ruleIdentity).filter((identity) => !known.has(identity));
  return [...strays(gone, new Set([...removed, ...added])), ...strays(come, added)];
}

const identities = (rules: readonly Rule[]): ReadonlySet<string> => new Set(rules.map(ruleIdentity));

/** The rules that a step brings. */
export function addedBy(step: Step): Rule[] {
  if (step.kind === 'revoke') return [];
  return step.kind === 'modify' ? [step.to.rule] : step.rules.map(({ rule }) => rule);
}

/** The rules that a step takes away. */
export function removedBy(step: Step): Rule[] {
  if (step.kind === 'authorize') return [];
  return step.kind === 'modify' ? [step.target.rule] : step.targets.map(({ rule }) => rule);
}
