// With room every plan is hitless: where the old and the new rules fit into the group together, a plan that promises
// less, and so cuts or opens something on the way, is a mistake (T1 of docs/algorithms.md).
import { ruleIdentity, type Rule } from '../../../reconciler/model/rule.ts';
import type { Check, Fail, Landing, PlanFact } from '../facts.ts';
import { wantedRules, without, type PlanWatch } from './plan-watch.ts';

export interface Room {
  readonly ruleQuota: number;
  /** Rules that name a group, of which a basic group may have so many. */
  readonly groupReferenceQuota: number;
  /** On the API of 2019 a rule may have to go before its twin of another priority comes. */
  readonly isLegacy: boolean;
}

export class HitlessCheck implements Check {
  readonly #plans: PlanWatch;
  readonly #room: Room;
  readonly #fail: Fail;
  /** Groups of which the cloud refused rules for want of room: the daemon may have learned of less than there is. */
  readonly #fuller = new Set<string>();

  constructor(plans: PlanWatch, room: Room, fail: Fail) {
    this.#plans = plans;
    this.#room = room;
    this.#fail = fail;
  }

  landed({ call, code, after }: Landing): void {
    if (call !== null && code === 'AuthorizationLimitExceed') this.#fuller.add(after.SecurityGroupId);
  }

  planned({ group, policy, hitless, isEnding }: PlanFact): void {
    if (hitless || isEnding || policy.mode === 'observe' || this.#fuller.has(group)) return;
    const held = this.#plans.lastRead(group);
    const coming = without(wantedRules(policy, held), held);
    if (this.#room.isLegacy && hasTwins(held, coming)) return;
    if (!this.#fits([...held, ...coming])) return;
    const { ruleQuota } = this.#room;
    this.#fail(
      'hitless',
      `a plan for ${group} promises less than hitless, though ${held.length} rules and ${coming.length} new ones ` +
        `have room together in ${ruleQuota}: ${coming.map(ruleIdentity).join('; ')}`,
    );
  }

  #fits(rules: readonly Rule[]): boolean {
    const { ruleQuota, groupReferenceQuota } = this.#room;
    const naming = rules.filter(({ peer }) => peer.kind === 'group').length;
    return rules.length <= ruleQuota && naming <= groupReferenceQuota;
  }
}

function hasTwins(held: readonly Rule[], coming: readonly Rule[]): boolean {
  const nameOf = (rule: Rule): string => ruleIdentity({ ...rule, priority: 1 });
  const names = new Set(held.map(nameOf));
  return coming.some((rule) => names.has(nameOf(rule)));
}
