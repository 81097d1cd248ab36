// The packet that `rampart check` asks about, from its flags.
import type { Packet } from '../../../reconciler/exposure/engine/packet.ts';
import { MAX_PORT } from '../../../reconciler/model/ports.ts';
import { parsePrefix, type Family, type Prefix } from '../../../reconciler/model/prefix.ts';
import {
  hasPorts,
  parseDescribedProtocol,
  protocolNumber,
  type Protocol,
} from '../../../reconciler/model/protocol.ts';
import { err, ok, type Result } from '../../../reconciler/model/result.ts';
import type { Direction, NicType } from '../../../reconciler/model/rule.ts';
import { GROUP_ID, PREFIX_LIST_ID } from '../../../reconciler/policy/schema/peer-text.ts';

export interface PacketFlags {
  readonly direction: Direction;
  readonly protocol: string;
  readonly port?: string;
  readonly sourcePort?: string;
  /** At most one address, and the groups and prefix lists that hold it. */
  readonly peer: readonly string[];
  readonly own?: string;
  readonly family?: Family;
  readonly nicType: NicType;
}

/** The packet, or everything that is wrong with the flags. */
export function parsePacket(flags: PacketFlags): Result<Packet, readonly string[]> {
  const problems: string[] = [];
  const take = <T>(result: Result<T, string>): T | null => {
    if (result.ok) return result.value;
    problems.push(result.error);
    return null;
  };
  const protocol = take(readProtocol(flags.protocol));
  const port = take(readPort('--port', flags.port));
  const sourcePort = take(readPort('--source-port', flags.sourcePort));
  const peer = take(readPeer(flags.peer));
  const own = flags.own === undefined ? null : take(readAddress('--own', flags.own));
  if (protocol === null || peer === null) return err(problems);
  problems.push(...portProblems(flags, protocol.name));
  const family = take(readFamily(flags.family, protocol.name, [peer.address, own]));
  if (family === null || problems.length > 0) return err(problems);
  return ok({
    direction: flags.direction,
    nicType: flags.nicType,
    family,
    protocol: protocol.number,
    peer: peer.address?.address ?? null,
    memberOf: peer.memberOf,
    sourcePort,
    own: own?.address ?? null,
    port,
  });
}

/** Name and IANA number. A packet has one protocol, so `all` is none. */
function readProtocol(text: string): Result<{ readonly name: Protocol; readonly number: number }, string> {
  const name = parseDescribedProtocol(text);
  const number = name === null ? null : protocolNumber(name);
  if (name !== null && number !== null) return ok({ name, number });
  return err('--protocol: write tcp, udp, icmp, icmpv6, gre, or a protocol number from 0 to 255');
}

function readPort(flag: string, text: string | undefined): Result<number | null, string> {
  if (text === undefined) return ok(null);
  const port = /^[1-9]\d{0,4}$/.test(text) ? Number(text) : NaN;
  return port <= MAX_PORT ? ok(port) : err(`${flag}: write one port from 1 to ${MAX_PORT}`);
}

function portProblems({ port, sourcePort }: PacketFlags, protocol: Protocol): string[] {
  if (hasPorts(protocol)) return port === undefined ? [`--port: ${protocol} needs one`] : [];
  return [
    ...(port === undefined ? [] : [`--port: protocol ${protocol} has no ports`]),
    ...(sourcePort === undefined ? [] : [`--source-port: protocol ${protocol} has no ports`]),
  ];
}

function readPeer(
  texts: readonly string[],
): Result<{ readonly address: Prefix | null; readonly memberOf: readonly string[] }, string> {
  const isId = (text: string): boolean => GROUP_ID.test(text) || PREFIX_LIST_ID.test(text);
  const memberOf = [...new Set(texts.filter(isId))].sort();
  const [text, ...others] = texts.filter((each) => !isId(each));
  if (others.length > 0)
    return err('--peer: write one address at most, and the groups and lists that hold it');
  if (text === undefined) return ok({ address: null, memberOf });
  const address = readAddress('--peer', text);
  return address.ok ? ok({ address: address.value, memberOf }) : address;
}

function readAddress(flag: string, text: string): Result<Prefix, string> {
  const prefix = text.includes('/') ? null : parsePrefix(text, 'refuse');
  if (prefix?.ok === true) return prefix;
  const ids = flag === '--peer' ? ', sg-… or pl-…' : '';
  return err(`${flag}: write one address, such as 203.0.113.7 or 2001:db8::7${ids}`);
}

/** What the addresses and the protocol say; IPv4 if they say nothing. */
function readFamily(
  wished: Family | undefined,
  protocol: Protocol,
  addresses: ReadonlyArray<Prefix | null>,
): Result<Family, string> {
  const said = new Set<Family>(addresses.flatMap((address) => (address === null ? [] : [address.kind])));
  if (protocol === 'icmp') said.add('ipv4');
  if (protocol === 'icmpv6') said.add('ipv6');
  if (wished !== undefined) said.add(wished);
  if (said.size > 1) return err('the addresses, the protocol and --family mix IPv4 with IPv6');
  const [family = 'ipv4'] = said;
  return ok(family);
}
