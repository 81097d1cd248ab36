// Descriptions on the way: a rule that one of our calls brings or changes bears the text that the policy gives it. Where
// the policy gives none, it keeps what it has if only its priority differs from what it was; a rule that stands in for
// others for a while bears the text of one that the policy wants. No rule ever gets a text that was written for another,
// but for one that someone has just given to the rule that a Modify changes: no reading has shown it yet.
import { ruleIdentity, type Rule } from '../../../reconciler/model/rule.ts';
import type { Permission } from '../../../emulator/state.ts';
import type { Check, Fail, Landing } from '../facts.ts';
import { changeOf, readRule, type PlanWatch } from './plan-watch.ts';

export class TextCheck implements Check {
  readonly #plans: PlanWatch;
  readonly #fail: Fail;

  constructor(plans: PlanWatch, fail: Fail) {
    this.#plans = plans;
    this.#fail = fail;
  }

  landed({ call, before, after }: Landing): void {
    if (call === null || before === after) return;
    const plan = this.#plans.current(call);
    if (plan === null || plan.hitMoved) return;
    const { ingress, egress } = plan.fact.policy.rules;
    const wanted = [...(ingress ?? []), ...(egress ?? [])];
    const change = changeOf(before, after);
    const gone = change.gone.map(readRule);
    const unread = new Map(
      change.gone
        .filter((held) => this.#isUnread(call.group, held))
        .map((held) => [held.SecurityGroupRuleId, readRule(held).description]),
    );
    for (const permission of change.come) {
      const rule = readRule(permission);
      if (textsFor(rule, wanted, gone).has(rule.description)) continue;
      if (unread.get(permission.SecurityGroupRuleId) === rule.description) continue;
      const text = `${ruleIdentity(rule)} has the text ${JSON.stringify(rule.description)}`;
      this.#fail('texts', `after ${call.operation} of ${call.group} ${text}, which is not its own`);
    }
  }

  #isUnread(group: string, held: Permission): boolean {
    const read = this.#plans.lastReadOf(group, held.SecurityGroupRuleId);
    return read !== undefined && read.description !== readRule(held).description;
  }
}

function textsFor(rule: Rule, wanted: readonly Rule[], gone: readonly Rule[]): ReadonlySet<string | null> {
  const same = wanted.filter((each) => ruleIdentity(each) === ruleIdentity(rule));
  if (same.length === 0) return new Set([null, ...wanted.map(({ description }) => description)]);
  const texts = new Set(same.map(({ description }) => description));
  if (!texts.has(null)) return texts;
  const kept = gone.filter((each) => withoutPriority(each) === withoutPriority(rule));
  return new Set([...texts, ...kept.map(({ description }) => description)]);
}

const withoutPriority = (rule: Rule): string => ruleIdentity({ ...rule, priority: 1 });
