// What an answer says of a rule, read from the vendor's manual and by none of the converter's code. Where it says nothing
// that has a meaning, it answers with the texts themselves, which no rule has: then the converter must have refused it.
import { isIPv4, isIPv6 } from 'node:net';

export type WireRule = Readonly<Record<string, unknown>>;

export interface Said {
  readonly id: string;
  readonly direction: string;
  readonly action: string;
  readonly protocol: string;
  readonly priority: number;
  readonly ports: string;
  readonly sourcePorts: string;
  readonly peer: string;
  readonly own: string;
  readonly isUnknown: boolean;
}

/** Fields of the manual of DescribeSecurityGroupAttribute, and of its SDK, that say nothing of the traffic. */
const NO_TRAFFIC =
  /^(Description|CreateTime|NicType|(Source|Dest)(GroupName|GroupOwnerId|GroupOwnerAccount|PrefixListName)|PortRangeListName)$/;
const KNOWN =
  /^(SecurityGroupRuleId|Direction|Policy|IpProtocol|Priority|PortRange|PortRangeListId|SourcePortRange|(Ipv6)?(Source|Dest)CidrIp|(Source|Dest)(GroupId|PrefixListId))$/;

export function saidOf(wire: WireRule): Said {
  const text = (name: string): string => {
    const value = Object.hasOwn(wire, name) ? wire[name] : undefined;
    if (value === undefined || value === null) return '';
    return typeof value === 'string' ? value : JSON.stringify(value);
  };
  const direction = text('Direction').toLowerCase();
  const [far, near] = direction === 'ingress' ? ['Source', 'Dest'] : ['Dest', 'Source'];
  const cidrs = (side: string): string =>
    prefixSaid(text(`${side}CidrIp`)) + prefixSaid(text(`Ipv6${side}CidrIp`));
  const named = [text(`${far}GroupId`), text(`${far}PrefixListId`)];
  const peer =
    cidrs(far) +
    (named[0] === '' ? '' : `group ${named[0]}`) +
    (named[1] === '' ? '' : `prefixList ${named[1]}`);
  return {
    id: text('SecurityGroupRuleId'),
    direction,
    action: text('Policy').toLowerCase(),
    protocol: protocolSaid(text('IpProtocol')),
    priority: Number(text('Priority')),
    ports: portsSaid(text('PortRange')) + text('PortRangeListId'),
    sourcePorts: portsSaid(text('SourcePortRange')).replace(/^1\/65535$/, ''),
    peer,
    own: ownSaid(cidrs(near), peer) + text(`${near}GroupId`) + text(`${near}PrefixListId`),
    isUnknown: Object.entries(wire).some(
      ([name, value]) => !KNOWN.test(name) && !NO_TRAFFIC.test(name) && value !== null && value !== '',
    ),
  };
}

const portsSaid = (text: string): string => (text === '-1/-1' ? '' : text);

const NUMBERS: Readonly<Record<string, string>> = { 1: 'icmp', 6: 'tcp', 17: 'udp', 47: 'gre', 58: 'icmpv6' };

const protocolSaid = (text: string): string => NUMBERS[text] ?? text.toLowerCase();

/** All addresses of the peer's family are no limit. */
const ownSaid = (own: string, peer: string): string =>
  /^ipv[46] 0\/0$/.test(own) && peer.startsWith(own.slice(0, 4)) ? '' : own;

/** With the bits behind the length as zeros. */
function prefixSaid(text: string): string {
  if (text === '') return '';
  const [address = '', lengthText, ...more] = text.split('/');
  const family = isIPv4(address) ? 'ipv4' : isIPv6(address) && !address.includes('%') ? 'ipv6' : null;
  if (family === null || more.length > 0) return `not an address: ${text}`;
  const bits = family === 'ipv4' ? 32 : 128;
  const length = lengthText === undefined ? bits : Number(lengthText);
  const whole = family === 'ipv4' ? ipv4Of(address) : ipv6Of(address);
  const rest = BigInt(Math.max(0, bits - length));
  return `${family} ${((whole >> rest) << rest).toString(16)}/${length}`;
}

const ipv4Of = (text: string): bigint => text.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n);

/** The URL parser writes any form of an address in one. */
function ipv6Of(text: string): bigint {
  const written = new URL(`http://[${text}]`).hostname.slice(1, -1);
  const [head = '', tail] = written.split('::');
  const words = (part: string): string[] => part.split(':').filter((word) => word !== '');
  const [first, last] = [words(head), words(tail ?? '')];
  const zeros = Array.from({ length: 8 - first.length - last.length }, () => '0');
  return [...first, ...zeros, ...last].reduce((sum, word) => sum * 65_536n + BigInt(`0x${word}`), 0n);
}
