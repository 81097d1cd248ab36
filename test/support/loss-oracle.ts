// Which rules lose traffic and which directions are emptied, found by trying every packet of a small space. It shares
// the packet oracle with other tests, and no code with the engine.
import type { GroupContext } from '../../reconciler/exposure/engine/context.ts';
import type { Packet } from '../../reconciler/exposure/engine/packet.ts';
import type { Family } from '../../reconciler/model/prefix.ts';
import type { Direction, Rule } from '../../reconciler/model/rule.ts';
import { oracleDecide, oracleMatches } from './packet-oracle.ts';

/** The values that are tried: all that the rules of a test can tell apart. */
export interface SmallSpace {
  readonly protocols: readonly number[];
  readonly ports: readonly number[];
  readonly sourcePorts: readonly number[];
  readonly addresses: Readonly<Record<Family, readonly bigint[]>>;
  /** Those of the addresses that are private. */
  readonly privateAddresses: Readonly<Record<Family, readonly bigint[]>>;
  readonly owns: Readonly<Record<Family, readonly bigint[]>>;
}

export interface RuleSets {
  readonly before: readonly Rule[];
  readonly after: readonly Rule[];
  readonly context: GroupContext;
}

const DIRECTIONS: readonly Direction[] = ['ingress', 'egress'];
const FAMILIES: readonly Family[] = ['ipv4', 'ipv6'];

export function oracleLosing(sets: RuleSets, space: SmallSpace): Set<Rule> {
  return new Set(sets.before.filter((rule) => rule.action === 'accept' && oracleLoses(rule, sets, space)));
}

function oracleLoses(rule: Rule, sets: RuleSets, space: SmallSpace): boolean {
  const { peer } = rule;
  const isList = peer.kind === 'prefixList';
  const isSymbol = peer.kind === 'group' || (isList && !isReadList(peer.id, sets.context));
  const ofThese = (rules: readonly Rule[]): Rule[] =>
    rules.filter(
      (other) => other.peer.kind !== 'group' || (peer.kind === 'group' && other.peer.id === peer.id),
    );
  const before = ofThese(sets.before);
  const after = ofThese(sets.after);
  const lists = unreadLists([...before, ...after], sets.context);
  const lost = (packet: Packet): boolean =>
    decides(rule, before, packet, sets.context) && oracleDecide(after, packet, sets.context) === 'drop';
  if (!isSymbol) {
    for (const packet of packetsOf(rule.direction, FAMILIES, space, subsets(lists)))
      if (lost(packet)) return true;
    return false;
  }
  const memberships = subsets(lists.filter((id) => id !== peer.id)).map((ids) => [...ids, peer.id]);
  return FAMILIES.filter((family) => family === 'ipv4' || namesIpv6(sets.before, sets.context)).some(
    (family) => {
      const lostAt = new Map<string, Set<bigint>>();
      for (const packet of packetsOf(rule.direction, [family], space, memberships)) {
        if (packet.peer === null || !space.privateAddresses[family].includes(packet.peer) || !lost(packet))
          continue;
        const service = `${packet.protocol}/${packet.port}`;
        lostAt.set(service, (lostAt.get(service) ?? new Set()).add(packet.peer));
      }
      const half = space.privateAddresses[family].length / 2;
      return [...lostAt.values()].some(({ size }) => size > half);
    },
  );
}

/** Whether the rule matches and no stronger one does; a drop of the same priority is stronger. */
function decides(rule: Rule, rules: readonly Rule[], packet: Packet, context: GroupContext): boolean {
  if (!oracleMatches(rule, packet, context)) return false;
  return !rules.some(
    (other) =>
      (other.priority < rule.priority || (other.priority === rule.priority && other.action === 'drop')) &&
      oracleMatches(other, packet, context),
  );
}

/** As `ingress ipv4`. */
export function oracleEmptied({ before, after, context }: RuleSets, space: SmallSpace): string[] {
  const rules = [...before, ...after];
  const groups = rules.flatMap(({ peer }) => (peer.kind === 'group' ? [peer.id] : []));
  const isOpenToItself = context.type === 'normal' && context.innerAccess === 'accept';
  const symbols = [...new Set([...groups, ...unreadLists(rules, context)])].filter(
    (id) => !(isOpenToItself && id === context.id),
  );
  const families = FAMILIES.filter((family) => family === 'ipv4' || namesIpv6(rules, context));
  const acceptsAny = (side: readonly Rule[], packets: readonly Packet[]): boolean =>
    packets.some((packet) => oracleDecide(side, packet, context) === 'accept');
  return DIRECTIONS.flatMap((direction) =>
    families
      .filter((family) => {
        const packets = [...packetsOf(direction, [family], space, subsets(symbols))];
        return acceptsAny(before, packets) && !acceptsAny(after, packets);
      })
      .map((family) => `${direction} ${family}`),
  );
}

function isReadList(id: string, context: GroupContext): boolean {
  const list = context.prefixLists.get(id);
  return list !== undefined && list.entries !== null;
}

function unreadLists(rules: readonly Rule[], context: GroupContext): string[] {
  const ids = rules.flatMap(({ peer, ports }) => [
    ...(peer.kind === 'prefixList' && !isReadList(peer.id, context) ? [peer.id] : []),
    ...(ports.kind === 'list' && !context.portLists.has(ports.id) ? [ports.id] : []),
  ]);
  return [...new Set(ids)];
}

function namesIpv6(rules: readonly Rule[], context: GroupContext): boolean {
  return rules.some(({ peer, own, protocol }) => {
    if (peer.kind === 'ipv6' || own?.kind === 'ipv6' || protocol === 'icmpv6') return true;
    return peer.kind === 'prefixList' && context.prefixLists.get(peer.id)?.family === 'ipv6';
  });
}

function* packetsOf(
  direction: Direction,
  families: readonly Family[],
  space: SmallSpace,
  memberships: ReadonlyArray<readonly string[]>,
): Generator<Packet> {
  const { protocols, ports, sourcePorts, addresses, owns } = space;
  for (const family of families)
    for (const protocol of protocols)
      for (const port of ports)
        for (const peer of addresses[family])
          for (const sourcePort of sourcePorts)
            for (const own of owns[family])
              for (const memberOf of memberships)
                yield {
                  direction,
                  nicType: 'intranet',
                  family,
                  protocol,
                  port,
                  peer,
                  sourcePort,
                  own,
                  memberOf,
                };
}

function subsets(items: readonly string[]): string[][] {
  return items.reduce<string[][]>((all, item) => all.flatMap((subset) => [subset, [...subset, item]]), [[]]);
}
