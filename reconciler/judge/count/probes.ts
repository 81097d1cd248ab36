// Patterns compiled beside the rules that are judged, so that all questions about a group share one compile. A probe is
// a rule in no state: its box is the frame of a question.
import { itemAt } from '../../exposure/engine/at.ts';
import type { GroupContext } from '../../exposure/engine/context.ts';
import { servicesBeforePeers } from '../../exposure/engine/field-order.ts';
import { compileRules, FAMILIES, type RuleSpace, type Universe } from '../../exposure/engine/universe.ts';
import type { PacketPattern, PatternService } from '../../model/packets/pattern.ts';
import { NO_PORTS } from '../../model/ports.ts';
import type { Family, Prefix } from '../../model/prefix.ts';
import { familyOf, hasPorts } from '../../model/protocol.ts';
import type { NicType, Rule } from '../../model/rule.ts';

const EVERYWHERE: Readonly<Record<Family, Prefix>> = {
  ipv4: { kind: 'ipv4', address: 0n, length: 0 },
  ipv6: { kind: 'ipv6', address: 0n, length: 0 },
};

/** The frame of a question: where in a universe the packets of a service are. */
export interface Probe {
  readonly universe: Universe;
  readonly clause: number;
}

export interface ProbedSpace {
  readonly space: RuleSpace;
  readonly probesOf: (pattern: PacketPattern) => readonly Probe[];
}

export function compileWithProbes(
  rules: readonly Rule[],
  patterns: readonly PacketPattern[],
  context: GroupContext,
): ProbedSpace {
  const all = [...rules];
  const numbers = new Map<PacketPattern, number[]>();
  for (const pattern of patterns) {
    const probes = probeRules(pattern, context);
    numbers.set(
      pattern,
      probes.map((_, at) => all.length + at),
    );
    all.push(...probes, ...cuts(pattern, context));
  }
  const space = compileRules(all, context, servicesBeforePeers);
  return {
    space,
    probesOf: (pattern) => (numbers.get(pattern) ?? []).flatMap((number) => itemAt(space.clausesOf, number)),
  };
}

const cardsOf = ({ classic }: GroupContext): readonly NicType[] =>
  classic ? ['intranet', 'internet'] : ['intranet'];

function probeRules(pattern: PacketPattern, context: GroupContext): Rule[] {
  return cardsOf(context).flatMap((nicType) =>
    FAMILIES.filter((family) => concernsFamily(pattern, family)).flatMap((family) =>
      pattern.services
        .filter((service) => canBeOf(service, family))
        .map((service) => ({
          ...openRule(pattern, nicType, EVERYWHERE[family]),
          ...servicePorts(service),
          sourcePorts: pattern.sourcePorts,
        })),
    ),
  );
}

/** No packet is of icmp and IPv6, though a rule for all protocols could be read so. */
const canBeOf = ({ protocol }: PatternService, family: Family): boolean =>
  familyOf(protocol) === null || familyOf(protocol) === family;

/** Rules that cut the axis of the own side where the pattern ends. */
function cuts(pattern: PacketPattern, context: GroupContext): Rule[] {
  return cardsOf(context).flatMap((nicType) =>
    pattern.own.map((own) => ({ ...openRule(pattern, nicType, EVERYWHERE[own.kind]), own })),
  );
}

function concernsFamily({ own, peers }: PacketPattern, family: Family): boolean {
  return (
    (own.length === 0 || own.some(({ kind }) => kind === family)) &&
    peers.some((peer) => !('address' in peer) || peer.kind === family)
  );
}

function servicePorts({ protocol, ports }: PatternService): Pick<Rule, 'protocol' | 'ports'> {
  const isPorted = hasPorts(protocol) && ports !== null;
  return { protocol, ports: isPorted ? { kind: 'range', ...ports } : NO_PORTS };
}

const openRule = ({ direction }: PacketPattern, nicType: NicType, peer: Prefix): Rule => ({
  direction,
  protocol: 'all',
  ports: NO_PORTS,
  sourcePorts: null,
  peer,
  own: null,
  action: 'accept',
  priority: 1,
  nicType,
  description: null,
});
