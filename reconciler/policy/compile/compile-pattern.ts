// A pattern as written -> the packets that it stands for: names resolved, and what cannot be a packet left out.
import type { PacketPattern, PatternService } from '../../model/packets/pattern.ts';
import type { Peer } from '../../model/peer.ts';
import { ALL_PORTS, type PortRange } from '../../model/ports.ts';
import type { Family, Prefix } from '../../model/prefix.ts';
import { familyOf, hasPorts } from '../../model/protocol.ts';
import type { PatternEntry } from '../schema/pattern/pattern-entry.ts';
import { OWN_KEY, PEER_KEY } from '../schema/side-keys.ts';
import { INTERNET_NAME } from '../built-in/networks.ts';
import type { Definitions } from './definitions.ts';
import type { Site } from './file-context.ts';

export interface PatternSite extends Site {
  readonly definitions: Definitions;
}

/** Null if something is broken; what is wrong has been reported, here or before. */
export function compilePattern(entry: PatternEntry, site: PatternSite): PacketPattern | null {
  const services = patternServices(entry, site);
  const peers = patternPeers(entry, site);
  const own = membersOrNull(entry.own ?? []);
  const { direction, sourcePorts } = entry;
  if (sourcePorts) services?.forEach((service) => checkSourcePorts(service, site));
  if (!entry.isWhole || services === null || peers === null || own === null) return null;
  if (sourcePorts === undefined) return null;
  const possible = possiblePeers(peers, services, own);
  if (possible.length === 0) {
    reportNoPackets(entry, site);
    return null;
  }
  return {
    direction,
    services,
    peers: possible,
    namesInternet: entry.peers.some((word) => word?.kind === 'network' && word.name === INTERNET_NAME),
    own,
    sourcePorts: everyPortIsNull(sourcePorts),
  };
}

/** As far as they are known; null if one is not. */
function patternServices(entry: PatternEntry, site: PatternSite): PatternService[] | null {
  const { services, protocol, ports } = entry;
  if (services !== null) return namedServices(services, site);
  if (!protocol) return null;
  if (ports === null) return [{ protocol, ports: null }];
  if (!hasPorts(protocol)) {
    const message = `${protocol} has no ports`;
    const hint = 'remove the ports, or name tcp or udp';
    site.context.reporter.error([...site.path, 'ports'], { code: 'ports-not-allowed', message, hint });
    return null;
  }
  const ranges = membersOrNull(ports);
  return ranges?.map((range) => ({ protocol, ports: everyPortIsNull(range) })) ?? null;
}

function namedServices(
  names: ReadonlyArray<string | undefined>,
  { context, definitions, path }: PatternSite,
): PatternService[] | null {
  const sets = names.map((name, index) => {
    const site = { context, path: [...path, 'services', index] };
    return (name === undefined ? null : definitions.service(name, site)) ?? undefined;
  });
  return (
    membersOrNull(sets)
      ?.flat()
      .map(({ protocol, ports }) => ({
        protocol,
        ports: ports.kind === 'range' ? everyPortIsNull({ first: ports.first, last: ports.last }) : null,
      })) ?? null
  );
}

function patternPeers(
  { direction, peers }: PatternEntry,
  { context, definitions, path }: PatternSite,
): Peer[] | null {
  const sets = peers.map((word, index) => {
    if (word === undefined || word.kind === 'peer') return word && [word.peer];
    const site = { context, path: [...path, PEER_KEY[direction], index] };
    return definitions.network(word.name, site, 'pattern') ?? undefined;
  });
  return membersOrNull(sets)?.flat() ?? null;
}

function checkSourcePorts({ protocol }: PatternService, { context, path }: Site): void {
  if (protocol === 'tcp' || protocol === 'udp') return;
  const message = `${protocol} has no source ports`;
  const hint = 'remove sourcePorts, or name tcp or udp';
  const code = 'source-ports-not-allowed';
  context.reporter.error([...path, 'sourcePorts'], { code, message, hint });
}

/** The peers that some packet of the pattern can have: icmp is IPv4, icmpv6 is IPv6, and both sides are of one family. */
function possiblePeers(
  peers: readonly Peer[],
  services: readonly PatternService[],
  own: readonly Prefix[],
): Peer[] {
  const isPossible = (family: Family): boolean =>
    (own.length === 0 || own.some(({ kind }) => kind === family)) &&
    services.some(({ protocol }) => familyOf(protocol) === null || familyOf(protocol) === family);
  return peers.filter((peer) => !('address' in peer) || isPossible(peer.kind));
}

function reportNoPackets({ direction, own }: PatternEntry, { context, path }: Site): void {
  const key = own === null ? PEER_KEY[direction] : OWN_KEY[direction];
  const message = 'no packet is meant: protocol and addresses, or the two sides, are of different families';
  const hint = 'icmp goes with IPv4 and icmpv6 with IPv6; write one pattern for each family';
  context.reporter.error([...path, key], { code: 'empty-pattern', message, hint });
}

/** The members if all of them are known. */
function membersOrNull<T>(members: ReadonlyArray<T | undefined>): T[] | null {
  const known = members.filter((member) => member !== undefined);
  return known.length === members.length ? known : null;
}

const everyPortIsNull = (range: PortRange | null): PortRange | null =>
  range?.first === ALL_PORTS.first && range.last === ALL_PORTS.last ? null : range;
