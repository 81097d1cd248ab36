// The brake: no plan that no one approved makes more of the rules without effect that the group had when it was last as
// its policy says, than the config allows; but for those whose end has come that the policy gave them then. Judged on
// packets, from what the daemon read and the steps that it is about to take (told-plan.ts holds its calls to them); so a
// rule of which no drawn packet shows the loss is let off, and so are rules whose peer is no address.
import { groupContext } from '../../../reconciler/exposure/engine/context.ts';
import type { Packet } from '../../../reconciler/exposure/engine/packet.ts';
import { ruleIdentity, type Rule } from '../../../reconciler/model/rule.ts';
import { oracleDecide } from '../../support/packet-oracle.ts';
import type { Random } from '../../support/random.ts';
import type { Check, Converged, Fail, ToldPlan } from '../facts.ts';
import { APPROVAL_HOLDS_MS } from '../journals.ts';
import type { BrakeKnobs } from '../knobs.ts';
import { PacketsNear } from './packets-near.ts';
import { without, type PlanWatch } from './plan-watch.ts';
import { addedBy, removedBy } from './told-plan.ts';

const PACKETS_PER_RULE = 12;

export interface BrakeLimits extends BrakeKnobs {
  readonly random: Random;
  /** As the daemon's clock says, by which rules end. */
  readonly wallMs: () => number;
}

export class BrakeCheck implements Check {
  readonly #plans: PlanWatch;
  readonly #limits: BrakeLimits;
  readonly #fail: Fail;
  readonly #lastConverged = new Map<string, ReadonlySet<string>>();
  /** By group and identity: when rules end that have a date. */
  readonly #ends = new Map<string, ReadonlyMap<string, number>>();
  readonly #approvedAtMs = new Map<string, number>();
  #nowMs = 0;
  /** For the report. */
  readonly counts = { lossesJudged: 0 };

  constructor(plans: PlanWatch, limits: BrakeLimits, fail: Fail) {
    this.#plans = plans;
    this.#limits = limits;
    this.#fail = fail;
  }

  converged({ group, policy }: Converged): void {
    this.#lastConverged.set(group, new Set(this.#plans.lastRead(group).map(ruleIdentity)));
    if (policy === null) return;
    const rules = [...(policy.rules.ingress ?? []), ...(policy.rules.egress ?? [])];
    this.#ends.set(
      group,
      new Map(rules.map((rule) => [ruleIdentity(rule), rule.expiresAtMs ?? Infinity] as const)),
    );
  }

  approved(group: string, atMs: number): void {
    this.#approvedAtMs.set(group, atMs);
  }

  sent({ atMs }: { readonly atMs: number }): void {
    this.#nowMs = atMs;
  }

  /** Each time that a plan is begun. */
  told(plan: ToldPlan): void {
    const { group } = plan;
    if (this.#nowMs - (this.#approvedAtMs.get(group) ?? -Infinity) < APPROVAL_HOLDS_MS) return;
    const losing = this.#losing(plan);
    this.counts.lossesJudged += losing.length;
    if (losing.length <= this.#limits.rules) return;
    const which = losing.map(ruleIdentity).join('; ');
    this.#fail(
      'brake',
      `a plan for ${group} that no one approved makes ${losing.length} rules lose: ${which}`,
    );
  }

  #losing({ group, steps, state }: ToldPlan): Rule[] {
    const lastConverged = this.#lastConverged.get(group);
    if (lastConverged === undefined) return [];
    const before = this.#plans.lastRead(group);
    const after = [...without(before, steps.flatMap(removedBy)), ...steps.flatMap(addedBy)];
    const near = new PacketsNear([...before, ...after], group, this.#limits.random);
    const { SecurityGroupType: type, InnerAccessPolicy } = state;
    const innerAccess = InnerAccessPolicy === 'Accept' ? 'accept' : 'drop';
    const decide = (rules: readonly Rule[], packet: Packet) =>
      oracleDecide(rules, packet, groupContext({ id: group, type, innerAccess }));
    const outside = groupContext({ id: group, type, innerAccess: 'drop' });
    const matches = (rule: Rule, packet: Packet): boolean =>
      oracleDecide([{ ...rule, action: 'accept' }], packet, outside) === 'accept';
    const isLosing = (rule: Rule): boolean => {
      const stronger = before.filter(({ priority }) => priority < rule.priority);
      return Array.from({ length: PACKETS_PER_RULE }, () => ({ ...near.in(rule), memberOf: [] })).some(
        (packet) =>
          matches(rule, packet) &&
          !stronger.some((each) => matches(each, packet)) &&
          decide(before, packet) === 'accept' &&
          decide(after, packet) !== 'accept',
      );
    };
    return before.filter(
      (rule) =>
        rule.action === 'accept' &&
        !('id' in rule.peer) &&
        lastConverged.has(ruleIdentity(rule)) &&
        !this.#hasEnded(group, rule) &&
        isLosing(rule),
    );
  }

  #hasEnded(group: string, rule: Rule): boolean {
    return (this.#ends.get(group)?.get(ruleIdentity(rule)) ?? Infinity) <= this.#limits.wallMs();
  }
}
