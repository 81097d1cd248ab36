// What the strategies have to go by. What several of them need is found once, and only if one asks for it.
import type { DescribedGroup, DescribedRule } from '../../model/group.ts';
import type { Excess } from '../check/objection.ts';
import { coexistenceIn } from '../coexist/coexistence.ts';
import { splitTwins, swapSteps, type TwinSwap } from '../coexist/revoke-first.ts';
import { callLimits, type Changes } from '../order/calls.ts';
import { join } from '../order/components.ts';
import { order } from '../order/order.ts';
import type { GroupPolicy, NoHitlessOrder, PlanOptions, Step } from '../plan.ts';
import { constrainedOrder, widenedOrder, type OrderAnswer, type OrderSearch } from './constrained-order.ts';
import { joinedOrder, unpaired } from './joined-order.ts';
import { whyNoOrder } from './no-order.ts';
import { loadOf, minus, plus, quotaOf, shortfall, type Load, type Room } from './quota.ts';
import { searchBudget } from './search-state.ts';
import { AS_THEY_FIT, FREEING_FIRST, inStages, type Stages } from './staged-order.ts';

/** Of the usual budget: a last resort may not take long. */
const JOINED_SHARE = 0.5;
const WIDENING_SHARE = 0.25;

export class OrderTask {
  /** Rules that have to be removed before their twins of another priority are added. */
  readonly twins: readonly TwinSwap[];
  /** The group without those. */
  readonly room: Room;
  /** All that the group holds. */
  readonly described: readonly DescribedRule[];
  /** Hitless but for the twins, if there is room for it. */
  readonly usual: readonly Step[];
  /** Of what the wanted rules themselves are more than the group may hold. */
  readonly excess: readonly Excess[];
  readonly #rest: Changes;
  readonly #search: OrderSearch;
  readonly #mayRemove: boolean;
  #stages: Stages | null = null;
  #joined: OrderAnswer | null = null;

  constructor(changes: Changes, policy: GroupPolicy, group: DescribedGroup, options: PlanOptions) {
    const { mayAdd } = coexistenceIn(group, options.legacyPriority);
    const { twins, rest } = mayAdd ? { twins: [], rest: changes } : splitTwins(changes);
    const removedFirst = new Set(twins.flatMap(({ removed }) => removed));
    this.twins = twins;
    this.described = group.rules;
    this.room = {
      group: { ...group, rules: group.rules.filter((rule) => !removedFirst.has(rule)) },
      quota: quotaOf(group.rules, options),
      alone: policy.alone,
      options,
      limits: callLimits(group, options),
    };
    this.usual = order(rest, this.room.group, this.room.limits, swapSteps(twins));
    this.excess = excessOf(changes, group.rules, this.room);
    this.#rest = rest;
    this.#mayRemove = policy.mode !== 'additive';
    const budget = searchBudget(1);
    this.#search = (part, room) => constrainedOrder(part, room, budget);
  }

  /** The changes but for the twins, in stages that fit. */
  get stages(): Stages {
    this.#stages ??= inStages(this.#rest, this.room, this.#search, AS_THEY_FIT);
    return this.#stages;
  }

  frugalStages(): Stages {
    return inStages(this.#rest, this.room, this.#search, FREEING_FIRST);
  }

  /** In stages of several parts, and with pairs undone. `none` if there is no order of single calls. */
  get joined(): OrderAnswer {
    const budget = searchBudget(JOINED_SHARE);
    this.#joined ??= this.#mayRemove
      ? joinedOrder(this.#unpaired, this.room, (part, room) => constrainedOrder(part, room, budget))
      : { kind: 'unknown' };
    return this.#joined;
  }

  /** How much more room the usual order takes than there is. */
  get missing(): Load {
    return shortfall(this.described, this.usual, this.room);
  }

  /** Why there is no hitless order; null if more than room is missing. */
  whyNoOrder(): NoHitlessOrder | null {
    if (this.twins.length > 0 || !this.#mayRemove) return null;
    const { room, joined: answer, missing } = this;
    return whyNoOrder({ changes: this.#unpaired, room, answer, missing });
  }

  get #unpaired(): Changes {
    return unpaired(this.#rest, this.room.group);
  }

  /** The stages, and with widened rules what they left. */
  widenedStages(): Stages {
    const { steps, held, waiting } = this.stages;
    const budget = searchBudget(WIDENING_SHARE);
    const more = inStages(
      join(waiting.map(({ changes }) => changes)),
      { ...this.room, group: { ...this.room.group, rules: held } },
      (changes, room) => widenedOrder(changes, room, budget),
      AS_THEY_FIT,
    );
    return { ...more, steps: [...steps, ...more.steps] };
  }
}

function excessOf(changes: Changes, described: readonly DescribedRule[], { quota, options }: Room): Excess[] {
  const added = loadOf([...changes.added, ...changes.modified.map(({ to }) => to)], options);
  const removed = loadOf([...changes.removed, ...changes.modified.map(({ from }) => from)], options);
  const load = minus(plus(loadOf(described, options), added), removed);
  return (['rules', 'groupRules'] as const)
    .filter((counted) => load[counted] > quota[counted])
    .map((counted) => ({ counted, wanted: load[counted], quota: quota[counted] }));
}
