// Keeps books on the plan that is under way in each group, from what is seen outside: what the daemon read, what
// the policy wants, what others did to the group since, and which call is the plan's own.
//
// Two rule sets say what may happen on the way (`old` and `target`), and both live with the group:
//   old     the group as it really was when the plan was made. The daemon may have read something else (reads lag,
//           and people are quick), but a plan is only a difference, and it is carried out on what is there.
//   target  the policy, put on top of that: what the policy leaves alone as it was read, plus what else was there
//           and had not been read, minus what had been read and was not there any more.
// A change by anybody else is made to both sets: it is not ours, and it goes on to hold after our plan. Anybody
// else is people at the console, and also a call of ours that comes in after its sender has given up on it (a dead
// process, an earlier plan): no client in the world can call it back.
import { ruleIdentity, type Rule } from '../../../reconciler/model/rule.ts';
import type { Permission, SecurityGroup } from '../../../emulator/state.ts';
import { isWrite, type Check, type Landing, type PlanFact, type Reading, type SentCall } from '../facts.ts';
import type { SimPolicy } from '../policies.ts';
import { isIgnored, readShown } from '../rules.ts';
import { rulesIn } from './calls.ts';
import { Losses, type NamedRule } from './losses.ts';

export interface WatchedPlan {
  readonly fact: PlanFact;
  old: readonly Rule[];
  target: readonly Rule[];
  /** What the daemon cannot know of, since it came after the last reading. */
  addedByOthers: readonly Rule[];
  /** By id of what it is now: the rule of `old` that a Modify of the plan has made into another one. */
  readonly was: Map<string, Rule>;
  /** What others removed of the rules that the policy wants. */
  removedByOthers: readonly Rule[];
  /** By id the rules as the plan knows them: as they were read before, or as its own Modify left them. Empty where rules have no ids. */
  readonly told: Map<string, Rule>;
  /** By identity: the rules that an Authorize of the plan was told yes for, and that the plan left there. */
  readonly brought: Map<string, Rule>;
  /** Which of them the daemon read in the group after that. */
  readonly seenSince: Set<string>;
  /** Identities of what the plan has taken away so far. */
  readonly taken: Set<string>;
  /** ClientToken of the call that is being made. */
  token: string;
  /** Identities of the rules that were read and that the policy does not want. */
  readonly surplus: ReadonlySet<string>;
  /** What of the group's rules others took away and the daemon could not see: see `Losses`. */
  readonly losses: Losses;
  /** Whether the plan hit a rule that someone had changed under its id, or wants what ends just now: what comes of that no one can order. */
  hitMoved: boolean;
}

/**
 * Rules that the plan leaves alone, and of which the daemon could not see that someone took them away: its order may
 * count on them.
 */
export const unreadBystanders = (plan: WatchedPlan): Rule[] =>
  plan.losses.unread.map(({ rule }) => rule).filter((rule) => !plan.surplus.has(ruleIdentity(rule)));

/** Whether the plan answers for what comes of its calls. */
export const isJudged = (plan: WatchedPlan): boolean =>
  !plan.hitMoved && !plan.losses.unread.some(({ rule }) => plan.surplus.has(ruleIdentity(rule)));

export class PlanWatch implements Check {
  readonly #readings = new Map<string, Map<string, readonly Rule[]>>();
  readonly #told = new Map<string, Map<string, Rule>>();
  readonly #plans = new Map<string, WatchedPlan>();
  readonly #losses = new Map<string, Losses>();
  readonly #describeLagMs: number;
  readonly #isOfReplica: (call: SentCall) => boolean;
  #life = 0;

  /**
   * `describeLagMs`: how old what a Describe shows is. `isOfReplica`: whether the call belongs to a plan that another
   * replica is carrying out; what it takes away, whoever plans next has to know of.
   */
  constructor(describeLagMs: number, isOfReplica: (call: SentCall) => boolean = () => false) {
    this.#describeLagMs = describeLagMs;
    this.#isOfReplica = isOfReplica;
  }

  started(life: number): void {
    this.#life = life;
    this.#plans.clear();
    this.#readings.clear();
    this.#told.clear();
  }

  read({ group, nicType, sentMs, shown }: Reading): void {
    const named = shown.map(shownRule);
    const rules = named.map(({ rule }) => rule);
    const readings = this.#readings.get(group) ?? new Map<string, readonly Rule[]>();
    this.#readings.set(group, readings.set(nicType, rules));
    const told = this.#told.get(group) ?? new Map<string, Rule>();
    for (const { id, rule } of named) if (id !== '') told.set(id, rule);
    this.#told.set(group, told);
    this.#lossesOf(group).read({ nicType, shown: named, fromMs: sentMs - this.#describeLagMs });
    const plan = this.#plans.get(group);
    if (plan === undefined) return;
    for (const identity of rules.map(ruleIdentity)) {
      if (plan.brought.has(identity)) plan.seenSince.add(identity);
    }
  }

  /** As the daemon last read the group. */
  lastRead(group: string): Rule[] {
    return [...(this.#readings.get(group)?.values() ?? [])].flat();
  }

  /** The rule with that id, as it was last read; undefined if it never was, or rules have no ids. */
  lastReadOf(group: string, id: string): Rule | undefined {
    return this.#told.get(group)?.get(id);
  }

  planned(fact: PlanFact): void {
    const read = this.lastRead(fact.group);
    const real = rulesOf(fact.state);
    const unread = without(real, read);
    const wanted = wantedRules(fact.policy, read);
    this.#plans.set(fact.group, {
      fact,
      old: real,
      target: [...without(wanted, without(read, real)), ...without(unread, wanted)],
      addedByOthers: unread,
      was: new Map(),
      removedByOthers: [],
      told: new Map(this.#told.get(fact.group)),
      brought: new Map(),
      seenSince: new Set(),
      taken: new Set(),
      token: '',
      surplus: new Set(without(read, wanted).map(ruleIdentity)),
      losses: this.#lossesOf(fact.group),
      hitMoved: fact.isEnding,
    });
  }

  sent({ operation, group, token, life }: SentCall): void {
    const plan = this.#plans.get(group);
    if (isWrite(operation) && plan?.fact.life === life) plan.token = token;
  }

  /** Its sender is done with the call: a copy of it that comes in later is a change by someone else. */
  succeeded(token: string): void {
    for (const plan of this.#plans.values()) if (plan.token === token) plan.token = '';
  }

  landed({ call, atMs, before, after, code }: Landing): void {
    const plan = this.#plans.get(after.SecurityGroupId);
    const change = changeOf(before, after);
    const isOwn = call !== null && plan !== undefined && this.current(call) === plan;
    if (!isOwn && (call === null || !this.#isOfReplica(call)))
      this.#noteLosses(after.SecurityGroupId, change, atMs);
    if (plan === undefined) return;
    if (isOwn) {
      noteOwn(plan, change);
      if (code === '' && call.operation.startsWith('Authorize')) noteBrought(plan, call);
      return;
    }
    // Another description makes no other rule.
    const gone = without(change.gone.map(readRule), change.come.map(readRule));
    const come = without(change.come.map(readRule), change.gone.map(readRule));
    const goneOfOld = without(
      change.gone.map((rule) => plan.was.get(rule.SecurityGroupRuleId) ?? readRule(rule)),
      change.come.map(readRule),
    );
    plan.old = [...without(plan.old, goneOfOld), ...come];
    const { ingress, egress } = plan.fact.policy.rules;
    const unwanted = without(gone, [...(ingress ?? []), ...(egress ?? [])]);
    plan.removedByOthers = [...plan.removedByOthers, ...without(gone, unwanted)];
    plan.target = [...without(plan.target, gone), ...come.filter((rule) => !isNamedForRemoval(plan, rule))];
    plan.addedByOthers = [...plan.addedByOthers, ...come];
  }

  /** The rules that a Revoke names, by what was last read of them; null if it names one that was never read. */
  revokedBy({ group, operation, params }: SentCall): Rule[] | null {
    const ids = Object.entries(params).flatMap(([name, id]) =>
      name.startsWith('SecurityGroupRuleId.') ? [id] : [],
    );
    if (ids.length === 0) return rulesIn(operation, params);
    const rules = ids.map((id) => this.#told.get(group)?.get(id));
    return rules.includes(undefined) ? null : rules.filter((rule) => rule !== undefined);
  }

  #noteLosses(group: string, { gone, come }: ReturnType<typeof changeOf>, atMs: number): void {
    this.#lossesOf(group).note({ gone: gone.map(heldRule), come: come.map(heldRule), atMs });
  }

  #lossesOf(group: string): Losses {
    const losses = this.#losses.get(group) ?? new Losses();
    this.#losses.set(group, losses);
    return losses;
  }

  /** The plan that this call belongs to; null for one that comes in after its sender has gone on or has died. */
  current(call: SentCall): WatchedPlan | null {
    const plan = this.#plans.get(call.group);
    return plan !== undefined && call.life === this.#life && plan.token === call.token ? plan : null;
  }
}

const directionOf = ({ Direction }: Readonly<Record<string, unknown>>): Rule['direction'] =>
  Direction === 'egress' ? 'egress' : 'ingress';

export const readRule = (permission: Permission): Rule =>
  readShown(permission as unknown as Readonly<Record<string, unknown>>, permission.Direction);

const heldRule = (permission: Permission): NamedRule => ({
  id: permission.SecurityGroupRuleId,
  rule: readRule(permission),
});

const shownRule = (shown: Reading['shown'][number]): NamedRule => ({
  id: typeof shown.SecurityGroupRuleId === 'string' ? shown.SecurityGroupRuleId : '',
  rule: readShown(shown, directionOf(shown)),
});

export const rulesOf = (group: SecurityGroup): Rule[] => group.Permissions.map(readRule);

/** What one call changed. A rule that was modified has gone and come. */
export function changeOf(
  before: SecurityGroup,
  after: SecurityGroup,
): { readonly gone: readonly Permission[]; readonly come: readonly Permission[] } {
  const was = new Set(before.Permissions);
  const is = new Set(after.Permissions);
  return {
    gone: before.Permissions.filter((rule) => !is.has(rule)),
    come: after.Permissions.filter((rule) => !was.has(rule)),
  };
}

/** What shall be in the group, given what was read of it. */
export function wantedRules(policy: SimPolicy, read: readonly Rule[]): Rule[] {
  const left = read.filter(
    (rule) =>
      policy.rules[rule.direction] === null ||
      policy.mode === 'additive' ||
      (policy.ignores && isIgnored(rule)),
  );
  const wanted = [...(policy.rules.ingress ?? []), ...(policy.rules.egress ?? [])];
  return [...wanted, ...without(left, wanted)];
}

/** `rules` less those of `others`, one for one. */
export function without(rules: readonly Rule[], others: readonly Rule[]): Rule[] {
  const counts = new Map<string, number>();
  for (const other of others) {
    const identity = ruleIdentity(other);
    counts.set(identity, (counts.get(identity) ?? 0) + 1);
  }
  return rules.filter((rule) => {
    const identity = ruleIdentity(rule);
    const count = counts.get(identity) ?? 0;
    if (count > 0) counts.set(identity, count - 1);
    return count === 0;
  });
}

/** Without ids a rule is named by what it is: one that comes in the place of one that is yet to go has its name. */
const isNamedForRemoval = (plan: WatchedPlan, rule: Rule): boolean => {
  const identity = ruleIdentity(rule);
  return plan.told.size === 0 && plan.surplus.has(identity) && !plan.taken.has(identity);
};

/** Whether the call hit a rule that someone had made into another one before. */
function isStale(plan: WatchedPlan, { gone, come }: ReturnType<typeof changeOf>): boolean {
  const kept = new Set(come.map((rule) => ruleIdentity(readRule(rule)))); // those that get another text
  return gone.some((rule) => {
    const identity = ruleIdentity(readRule(rule));
    const told = plan.told.get(rule.SecurityGroupRuleId);
    if (told !== undefined) return ruleIdentity(told) !== identity;
    // Without ids a rule is hit by its fields, of which the priority may be none.
    const isMeant = plan.surplus.has(identity) || plan.brought.has(identity) || kept.has(identity);
    return plan.told.size === 0 && !isMeant;
  });
}

function noteOwn(plan: WatchedPlan, change: ReturnType<typeof changeOf>): void {
  if (isStale(plan, change)) plan.hitMoved = true;
  noteModified(plan, change);
  for (const gone of change.gone) {
    plan.brought.delete(ruleIdentity(readRule(gone)));
    plan.taken.add(ruleIdentity(readRule(gone)));
  }
}

/** Should someone remove the rule now, nothing is left of the old one either. */
function noteModified({ was, told }: WatchedPlan, { gone, come }: ReturnType<typeof changeOf>): void {
  const [from, to] = [gone[0], come[0]];
  if (from === undefined || to === undefined || gone.length + come.length > 2) return;
  const id = to.SecurityGroupRuleId;
  was.set(id, was.get(from.SecurityGroupRuleId) ?? readRule(from));
  if (told.has(id)) told.set(id, readRule(to));
}

function noteBrought(plan: WatchedPlan, { operation, params }: SentCall): void {
  for (const rule of rulesIn(operation, params)) {
    const identity = ruleIdentity(rule);
    // A late twin of the call that comes in when the rule was seen already has no effect, and is none again.
    if (!plan.brought.has(identity)) plan.seenSince.delete(identity);
    plan.brought.set(identity, rule);
  }
}
