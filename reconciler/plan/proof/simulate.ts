// What a group holds after some steps, if the cloud does what it was asked to.
import { handleOf, type DescribedRule } from '../../model/group.ts';
import { ruleIdentity } from '../../model/rule.ts';
import type { Step } from '../plan.ts';

/**
 * The rules after the steps; new ones have no id yet. Throws on a step that the cloud would refuse or
 * silently skip: a target that is not there, a rule that is there already.
 */
export function applySteps(rules: readonly DescribedRule[], steps: readonly Step[]): DescribedRule[] {
  const standing = new Standing(rules);
  for (const step of steps) standing.apply(step);
  return standing.rules;
}

class Standing {
  readonly #rules = new Named<DescribedRule>();
  /** How many rules have the identity: the cloud may hold twins, but never makes one. */
  readonly #identities = new Map<string, number>();

  constructor(rules: readonly DescribedRule[]) {
    for (const rule of rules) this.#put(rule);
  }

  get rules(): DescribedRule[] {
    return this.#rules.items();
  }

  apply(step: Step): void {
    switch (step.kind) {
      case 'authorize':
        for (const { rule } of step.rules) this.#add({ rule, id: null, selector: {} });
        return;
      case 'modify':
        this.#modify(step.target, { ...step.target, rule: step.to.rule });
        return;
      case 'revoke':
        for (const target of step.targets) this.#remove(target);
    }
  }

  #add(rule: DescribedRule): void {
    const identity = ruleIdentity(rule.rule);
    if (this.#identities.has(identity)) throw new Error(`the step adds a rule that is there: ${identity}`);
    this.#put(rule);
  }

  /** Another text makes no new twin, though the rule may have one. */
  #modify(from: DescribedRule, to: DescribedRule): void {
    this.#remove(from);
    if (ruleIdentity(from.rule) === ruleIdentity(to.rule)) this.#put(to);
    else this.#add(to);
  }

  #put(rule: DescribedRule): void {
    const identity = ruleIdentity(rule.rule);
    this.#identities.set(identity, (this.#identities.get(identity) ?? 0) + 1);
    this.#rules.put(rule, rule);
  }

  #remove(target: DescribedRule): void {
    const identity = ruleIdentity(this.#rules.take(target).rule);
    const left = (this.#identities.get(identity) ?? 0) - 1;
    if (left > 0) this.#identities.set(identity, left);
    else this.#identities.delete(identity);
  }
}

/** Something for each rule that is held, found by what a call names the rule by. Where that is its fields, twins share it. */
export class Named<T> {
  readonly #items = new Map<string, readonly T[]>();

  put(rule: DescribedRule, item: T): void {
    const handle = handleOf(rule);
    this.#items.set(handle, [...(this.#items.get(handle) ?? []), item]);
  }

  /** Of twins, the first. */
  take(rule: DescribedRule): T {
    const handle = handleOf(rule);
    const [item, ...others] = this.#items.get(handle) ?? [];
    if (item === undefined) throw new Error(`the step names a rule that is not there: ${handle}`);
    if (others.length > 0) this.#items.set(handle, others);
    else this.#items.delete(handle);
    return item;
  }

  items(): T[] {
    return [...this.#items.values()].flat();
  }
}
