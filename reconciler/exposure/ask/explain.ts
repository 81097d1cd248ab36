// Why a packet passes or not, for people: who decides, who matches as well but is weaker, and who would
// decide otherwise if something that the question leaves open were so.
import { compareRules, ruleRank, type Rule } from '../../model/rule.ts';
import type { GroupContext } from '../engine/context.ts';
import { decide, type Decision } from './decide.ts';
import { matches } from './matches.ts';
import type { Packet } from '../engine/packet.ts';

export interface Explanation {
  readonly decision: Decision;
  /** The other rules that match, in the order of `compareRules`. */
  readonly alsoMatching: readonly Rule[];
  /** In the order of `compareRules`. */
  readonly rivals: readonly Rival[];
}

/** The fields of a rule about which a packet may say nothing. Membership in groups and lists never ends. */
export type OpenField = 'ports' | 'sourcePorts' | 'peer' | 'own';

/** A rule that is stronger than what decides, acts otherwise, and is ruled out by nothing that is known. */
export interface Rival {
  readonly rule: Rule;
  /** What the packet would have to fit beside all that is known of it; at least one. */
  readonly needs: readonly OpenField[];
}

export function explain(rules: readonly Rule[], packet: Packet, context: GroupContext): Explanation {
  const decision = decide(rules, packet, context);
  if (decision.by === 'innerAccess') return { decision, alsoMatching: [], rivals: [] };
  const winner = decision.by === 'rule' ? decision.rule : null;
  const inOrder = [...rules].sort(compareRules);
  return {
    decision,
    alsoMatching: inOrder.filter((rule) => rule !== winner && matches(rule, packet, context)),
    rivals: inOrder
      .filter((rule) => rule.action !== decision.action)
      .filter((rule) => winner === null || ruleRank(rule) < ruleRank(winner))
      .flatMap((rule) => rivalOf(rule, packet, context)),
  };
}

interface Filling {
  readonly field: OpenField;
  readonly fill: (packet: Packet) => Packet;
}

/** Fills in what the packet leaves open as the rule would have it: if it matches then, the rule is a rival. */
function rivalOf(rule: Rule, packet: Packet, context: GroupContext): Rival[] {
  const fillings = fillingsFor(rule, packet, context);
  const matchesWith = (chosen: readonly Filling[]): boolean =>
    matches(
      rule,
      chosen.reduce((filled, { fill }) => fill(filled), packet),
      context,
    );
  if (!matchesWith(fillings)) return [];
  const needed = fillings.filter((filling) => !matchesWith(fillings.filter((other) => other !== filling)));
  return [{ rule, needs: needed.map(({ field }) => field) }];
}

function fillingsFor(rule: Rule, packet: Packet, context: GroupContext): Filling[] {
  const { ports, sourcePorts, own } = rule;
  const fillings: Filling[] = [];
  if (ports.kind === 'list') fillings.push({ field: 'ports', fill: joining(ports.id) });
  if (packet.sourcePort === null && sourcePorts !== null) {
    fillings.push({ field: 'sourcePorts', fill: (filled) => ({ ...filled, sourcePort: sourcePorts.first }) });
  }
  fillings.push({ field: 'peer', fill: peerFill(rule, packet, context) });
  if (packet.own === null && own !== null) {
    fillings.push({ field: 'own', fill: (filled) => ({ ...filled, own: own.address }) });
  }
  return fillings;
}

function peerFill({ peer }: Rule, packet: Packet, context: GroupContext): Filling['fill'] {
  if ('address' in peer) return addressing(packet, peer.address);
  const entries = peer.kind === 'prefixList' ? context.prefixLists.get(peer.id)?.entries : null;
  if (entries === undefined || entries === null) return joining(peer.id);
  return addressing(packet, entries.find((entry) => entry.kind === packet.family)?.address);
}

const joining =
  (id: string): Filling['fill'] =>
  (filled) => ({ ...filled, memberOf: [...filled.memberOf, id] });

const addressing =
  (packet: Packet, address: bigint | undefined): Filling['fill'] =>
  (filled) => ({ ...filled, peer: packet.peer ?? address ?? null });
