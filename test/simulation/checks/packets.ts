// (a) Nothing is opened that neither side opens, nothing is cut that both sides let through. After each of our
// effects, and (where the cloud does not promise to apply a batch as a whole) for parts of it, each packet must
// fare as under `old` or as under `target`, the two rule sets of plan-watch.ts. The cloud merges the rules of all groups
// of an interface: so it must also fare so beside a rule of another group, whatever that is, unless the policy says that
// the group is alone there. A plan that said beforehand that it
// cannot be hitless is held to the half of the promise that the config chose for that case.
import { groupContext, type GroupContext } from '../../../reconciler/exposure/engine/context.ts';
import type { Packet } from '../../../reconciler/exposure/engine/packet.ts';
import { NO_PORTS } from '../../../reconciler/model/ports.ts';
import type { Rule } from '../../../reconciler/model/rule.ts';
import type { Permission, SecurityGroup } from '../../../emulator/state.ts';
import { oracleDecide } from '../../support/packet-oracle.ts';
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
    const { plan, packet, after, state } = moment;
    const context = groupContext({
      id: after.SecurityGroupId,
      type: after.SecurityGroupType,
      innerAccess: after.InnerAccessPolicy === 'Accept' ? 'accept' : 'drop',
    });
    this.counts.packets += 1;
    const { old, target } = plan;
    const foreign = plan.fact.policy.alone
      ? []
      : [foreignRule(packet, [...old, ...target, ...state], this.#options.random)];
    for (const beside of foreign.length === 0 ? [[]] : [[], foreign])
      this.#judgeBeside(moment, context, beside);
  }

  #judgeBeside(
    { plan, packet, after, state, where }: Moment,
    context: GroupContext,
    foreign: readonly Rule[],
  ): void {
    const decideOf = (rules: readonly Rule[]) => oracleDecide([...rules, ...foreign], packet, context);
    const isBetween = (others: readonly Rule[]): boolean => {
      const decide = (rules: readonly Rule[]) => decideOf([...rules, ...others]);
      return [plan.old, plan.target].some((rules) => decide(rules) === decide(state));
    };
    if (isBetween([])) return;
    // In the group as the daemon had to take it to be, the packet fares as it should.
    const bystanders = unreadBystanders(plan);
    if (bystanders.length > 0 && isBetween(bystanders)) return;
    const now = decideOf(state);
    // Someone removed a rule that the policy wants: no one can be blamed for what the policy itself says.
    const wished = [...plan.target, ...plan.removedByOthers];
    if (now === decideOf(wished)) return;
    const { fallback } = this.#options;
    if (!plan.fact.hitless && fallback === (now === 'accept' ? 'neverCut' : 'neverOpen')) return;
    const what = now === 'accept' ? 'opened' : 'cut';
    this.#fail(
      '(a) packets',
      `${where} of ${after.SecurityGroupId} has ${what} ${packetText(packet)}${besideText(foreign)}, which ` +
        `${now === 'accept' ? 'neither' : 'both'} the group as it was and as its policy wants it ` +
        `${now === 'accept' ? 'lets' : 'let'} through`,
    );
  }
}

/** A rule that matches the packet, of a strength near that of one of these: nothing between two of them is ever told. */
function foreignRule(packet: Packet, near: readonly Rule[], random: Random): Rule {
  const priority = (near.length === 0 ? 50 : random.pick(near).priority) + random.pick([-1, 0, 0, 1]);
  return {
    direction: packet.direction,
    protocol: 'all',
    ports: NO_PORTS,
    sourcePorts: null,
    peer: { kind: packet.family, address: 0n, length: 0 },
    own: null,
    action: random.chance(0.5) ? 'accept' : 'drop',
    priority: Math.max(1, priority),
    nicType: packet.nicType,
    description: null,
  };
}

const besideText = ([rule]: readonly Rule[]): string =>
  rule === undefined
    ? ''
    : ` (with a rule of another group: ${rule.action} all at priority ${rule.priority})`;

function packetText({ direction, family, protocol, port, sourcePort, peer, own, memberOf }: Packet): string {
  const address = (value: bigint | null) =>
    value === null ? 'any' : peerText({ kind: family, address: value, length: family === 'ipv4' ? 32 : 128 });
  return (
    `${direction} protocol ${protocol} port ${port} from port ${sourcePort} peer ${address(peer)} ` +
    `own ${address(own)}${memberOf.length === 0 ? '' : ` in ${memberOf.join(',')}`}`
  );
}
