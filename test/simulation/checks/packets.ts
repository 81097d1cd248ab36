// (a) Nothing is opened that neither side opens, nothing is cut that both sides let through. After each of our
// effects, and (where the cloud does not promise to apply a batch as a whole) for parts of it, each packet must
// fare as under `old` or as under `target`, the two rule sets of plan-watch.ts. The cloud merges the rules of all groups
// of an interface: so it must also fare so beside a rule of another group, whatever that is, unless the policy says that
// the group is alone there. A plan that said beforehand that it
// cannot be hitless is held to the half of the promise that the config chose for that case.
import { groupContext, type GroupContext } from '../../../reconciler/exposure/engine/context.ts';
import type { Packet } from '../../../reconciler/exposure/engine/packet.ts';
import type { Rule } from '../../../reconciler/model/rule.ts';
import type { Permission, SecurityGroup } from '../../../emulator/state.ts';
import { oracleMatches } from '../../support/packet-oracle.ts';
import type { Random } from '../../support/random.ts';
import type { Check, Fail, Landing } from '../facts.ts';
import { peerText } from '../rules.ts';
import { PacketsNear } from './packets-near.ts';
import {
  changeOf,
  isJudged,
  readRule,
  unreadBystanders,
  type PlanWatch,
  type WatchedPlan,
} from './plan-watch.ts';

export interface PacketOptions {
  /** What a plan that cannot be hitless keeps. */
  readonly fallback: 'neverOpen' | 'neverCut' | 'refuse';
  /** Whether parts of a batch are never in force alone. */
  readonly batchesAtomic: boolean;
  readonly random: Random;
}

const PACKETS_PER_RULE = 12;
const MIN_PACKETS = 48;
const PARTS_OF_A_BATCH = 3;

interface Moment {
  readonly plan: WatchedPlan;
  readonly state: readonly Rule[];
  readonly packet: Packet;
  readonly after: SecurityGroup;
  readonly where: string;
}

export class PacketCheck implements Check {
  readonly #plans: PlanWatch;
  readonly #options: PacketOptions;
  readonly #fail: Fail;
  /** For the report: how many effects could be judged, and how many not. */
  readonly counts = { judged: 0, unjudged: 0, packets: 0 };

  constructor(plans: PlanWatch, options: PacketOptions, fail: Fail) {
    this.#plans = plans;
    this.#options = options;
    this.#fail = fail;
  }

  landed({ call, before, after }: Landing): void {
    if (call === null || before === after) return;
    const plan = this.#plans.current(call);
    if (plan === null) return;
    this.counts[isJudged(plan) ? 'judged' : 'unjudged'] += 1;
    if (!isJudged(plan)) return;
    const { gone, come } = changeOf(before, after);
    const changed = [...gone, ...come].map(readRule);
    if (changed.length === 0) return;
    const states = [after.Permissions, ...this.#parts(before, gone, come)].map((state) =>
      state.map(readRule),
    );
    const packets = this.#packets(changed, [...plan.old, ...plan.target, ...changed], after);
    for (const [index, state] of states.entries()) {
      const where = index === 0 ? '' : ' in a part of the batch';
      for (const packet of packets)
        this.#judge({ plan, state, packet, after, where: call.operation + where });
    }
  }

  /** States that the cloud may pass through while it applies a batch. */
  #parts(
    before: SecurityGroup,
    gone: readonly Permission[],
    come: readonly Permission[],
  ): Array<readonly Permission[]> {
    if (this.#options.batchesAtomic || (gone.length > 0 && come.length > 0)) return [];
    if (gone.length + come.length < 2) return [];
    const { random } = this.#options;
    return Array.from({ length: PARTS_OF_A_BATCH }, () => {
      const gonePart = new Set(gone.filter(() => random.chance(0.5)));
      return [
        ...before.Permissions.filter((rule) => !gonePart.has(rule)),
        ...come.filter(() => random.chance(0.5)),
      ];
    });
  }

  #packets(focus: readonly Rule[], all: readonly Rule[], group: SecurityGroup): Packet[] {
    const near = new PacketsNear(all, group.SecurityGroupId, this.#options.random);
    const count = Math.max(MIN_PACKETS, Math.min(focus.length, 20) * PACKETS_PER_RULE);
    return Array.from({ length: count }, () => near.in(this.#options.random.pick(focus)));
  }

  #judge(moment: Moment): void {
    const { plan, packet, after, state, where } = moment;
    const context = groupContext({
      id: after.SecurityGroupId,
      type: after.SecurityGroupType,
      innerAccess: after.InnerAccessPolicy === 'Accept' ? 'accept' : 'drop',
    });
    this.counts.packets += 1;
    const rankOf = (rules: readonly Rule[]): number => strongest(rules, packet, context);
    const ranks: Ranks = {
      state: rankOf(state),
      old: rankOf(plan.old),
      target: rankOf(plan.target),
      bystanders: rankOf(unreadBystanders(plan)),
      removed: rankOf(plan.removedByOthers),
      rest: defaultRank(packet, context),
    };
    const beside = plan.fact.policy.alone ? [NO_RULE] : [NO_RULE, ...ranksAround(ranks)];
    const broken = beside.find((foreign) => !this.#isFair(ranks, foreign, plan.fact.hitless));
    if (broken === undefined) return;
    const now = isAccept(winner(ranks, ranks.state, broken)) ? 'accept' : 'drop';
    this.#fail(
      '(a) packets',
      `${where} of ${after.SecurityGroupId} has ${now === 'accept' ? 'opened' : 'cut'} ` +
        `${packetText(packet)}${besideText(broken)}, which ` +
        `${now === 'accept' ? 'neither' : 'both'} the group as it was and as its policy wants it ` +
        `${now === 'accept' ? 'lets' : 'let'} through`,
    );
  }

  /** Whether the packet may fare as it does, beside a rule of another group. */
  #isFair(ranks: Ranks, foreign: number, isHitless: boolean): boolean {
    const { state, old, target, bystanders, removed } = ranks;
    const accepts = (...held: readonly number[]): boolean =>
      isAccept(winner(ranks, Math.min(...held), foreign));
    const now = accepts(state);
    if (accepts(old) === now || accepts(target) === now) return true;
    // In the group as the daemon had to take it to be, the packet fares as it should.
    const asTaken = accepts(state, bystanders);
    if (bystanders !== NO_RULE && [old, target].some((rank) => accepts(rank, bystanders) === asTaken))
      return true;
    // Someone removed a rule that the policy wants: no one can be blamed for what the policy itself says.
    if (accepts(target, removed) === now) return true;
    return !isHitless && this.#options.fallback === (now ? 'neverCut' : 'neverOpen');
  }
}

/** The ranks of the strongest rules that match a packet, as in docs/algorithms.md: lower wins, and odd ones accept. */
interface Ranks {
  readonly state: number;
  readonly old: number;
  readonly target: number;
  readonly bystanders: number;
  readonly removed: number;
  /** Of what holds for a packet that no rule matches. */
  readonly rest: number;
}

const NO_RULE = Infinity;
/** Between members of a group whose inner access is open no rule is asked. */
const BEFORE_ALL_RULES = -1;

function strongest(rules: readonly Rule[], packet: Packet, context: GroupContext): number {
  const { type, innerAccess, id } = context;
  const isBetweenMembers = packet.nicType === 'intranet' && packet.memberOf.includes(id);
  if (type === 'normal' && innerAccess === 'accept' && isBetweenMembers) return BEFORE_ALL_RULES;
  let rank = NO_RULE;
  for (const rule of rules) {
    if (oracleMatches(rule, packet, context)) rank = Math.min(rank, rankOfRule(rule));
  }
  return rank;
}

const rankOfRule = ({ priority, action }: Pick<Rule, 'priority' | 'action'>): number =>
  2 * priority + (action === 'accept' ? 1 : 0);

const defaultRank = ({ direction }: Packet, { type }: GroupContext): number =>
  rankOfRule({ priority: 1000, action: direction === 'egress' && type === 'normal' ? 'accept' : 'drop' });

const winner = ({ rest }: Ranks, held: number, foreign: number): number => Math.min(held, foreign, rest);

/** Of minus one as of any odd number. */
const isAccept = (rank: number): boolean => Math.abs(rank % 2) === 1;

/** What a rule of another group can do at all, it does as strong as one of these, or just weaker: nothing else tells. */
function ranksAround({ state, old, target }: Ranks): number[] {
  const priorities = [state, old, target].flatMap((rank) =>
    rank === NO_RULE || rank === BEFORE_ALL_RULES ? [WEAKEST] : [rank >> 1, (rank >> 1) + 1],
  );
  return [...new Set(priorities)].flatMap((priority) => [2 * priority, 2 * priority + 1]);
}

/** A priority that a policy cannot give: that of rules which the cloud itself made. */
const WEAKEST = 110;

const besideText = (foreign: number): string =>
  foreign === NO_RULE
    ? ''
    : ` (with a rule of another group: ${isAccept(foreign) ? 'accept' : 'drop'} all at priority ${foreign >> 1})`;

function packetText({ direction, family, protocol, port, sourcePort, peer, own, memberOf }: Packet): string {
  const address = (value: bigint | null) =>
    value === null ? 'any' : peerText({ kind: family, address: value, length: family === 'ipv4' ? 32 : 128 });
  return (
    `${direction} protocol ${protocol} port ${port} from port ${sourcePort} peer ${address(peer)} ` +
    `own ${address(own)}${memberOf.length === 0 ? '' : ` in ${memberOf.join(',')}`}`
  );
}
