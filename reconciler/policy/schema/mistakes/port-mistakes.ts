// What is often written where ports or a protocol are wanted, and what it means here.
import { MAX_PORT } from '../../../model/ports.ts';
import { parseDescribedProtocol, parsePolicyProtocol, type PolicyProtocol } from '../../../model/protocol.ts';

/** Ports that people know by name. Source: IANA's service name registry, and the defaults of the products. */
const PORT_BY_NAME: ReadonlyMap<string, number> = new Map([
  ['ftp', 21],
  ['ssh', 22],
  ['smtp', 25],
  ['dns', 53],
  ['http', 80],
  ['ntp', 123],
  ['https', 443],
  ['mysql', 3306],
  ['rdp', 3389],
  ['postgres', 5432],
  ['postgresql', 5432],
  ['redis', 6379],
]);

const MEANS_EVERY_PORT = /^(?:any|all|\*|-1|-1[-/:]-1|[01][-/:]6553[5-6])$/i;

/** More would be no hint. */
const MOST_PORTS_IN_CURE = 12;

/** What to write instead, as YAML; null: that cannot be told. */
export function portCure(text: string): string | null {
  const parts = text
    .replace(/^\s*\[|\]\s*$/g, '')
    .split(/\s*[,;]\s*/)
    .filter((part) => part !== '');
  if (parts.length === 0 || parts.length > MOST_PORTS_IN_CURE) return null;
  const cures = parts.map((part) => onePort(part.replace(/["']/g, '')));
  if (cures.includes(null)) return null;
  return cures.length === 1 ? (cures[0] ?? null) : `[${cures.map((cure) => cure ?? '').join(', ')}]`;
}

function onePort(written: string): string | null {
  const text = written.trim();
  if (MEANS_EVERY_PORT.test(text)) return 'all';
  const named = PORT_BY_NAME.get(text.toLowerCase());
  if (named !== undefined) return String(named);
  const bare = text.replace(/^(?:tcp|udp)[/:]|[/:](?:tcp|udp)$/gi, '');
  const match = /^0*(\d{1,6})(?:\s*(?:-|\/|:|\.\.+|–|\bto\b)\s*0*(\d{1,6}))?$/i.exec(bare);
  if (match === null) return null;
  const [first, last] = [Number(match[1]), Number(match[2] ?? match[1])];
  const [low, high] = [Math.max(1, Math.min(first, last)), Math.min(MAX_PORT, Math.max(first, last))];
  if (low > MAX_PORT || high < 1) return null;
  if (low === 1 && high === MAX_PORT) return 'all';
  return low === high ? String(low) : `${low}-${high}`;
}

const MEANS_EVERY_PROTOCOL = /^(?:-1|any|\*|ip|all traffic)$/i;
const PROTOCOL_NAMES: ReadonlyMap<string, PolicyProtocol> = new Map([
  ['ping', 'icmp'],
  ['icmpv4', 'icmp'],
  ['icmp6', 'icmpv6'],
  ['ipv6-icmp', 'icmpv6'],
  ['icmp-v6', 'icmpv6'],
]);

/** Source: IANA's registry of protocol numbers. */
const NUMBER_NAMES: ReadonlyMap<string, string> = new Map([
  ['2', 'IGMP'],
  ['4', 'IP in IP'],
  ['41', 'IPv6 in IPv4'],
  ['50', 'ESP'],
  ['51', 'AH'],
  ['89', 'OSPF'],
  ['112', 'VRRP'],
  ['132', 'SCTP'],
]);

/** What a policy calls the protocol; null: that cannot be told. */
export function protocolCure(text: string): PolicyProtocol | null {
  const trimmed = text.trim();
  if (MEANS_EVERY_PROTOCOL.test(trimmed)) return 'all';
  const other = PROTOCOL_NAMES.get(trimmed.toLowerCase());
  if (other !== undefined) return other;
  return parsePolicyProtocol(parseDescribedProtocol(trimmed) ?? '');
}

/** Of a number of IANA that no policy can name: `number 50 (ESP)`; null if it is none. */
export function numberedProtocol(text: string): string | null {
  const number = parseDescribedProtocol(text.trim());
  if (number === null || parsePolicyProtocol(number) !== null) return null;
  const name = NUMBER_NAMES.get(number);
  return `number ${number}${name === undefined ? '' : ` (${name})`}`;
}

/** `80/tcp`, `tcp:443`, `tcp` or `https`, as an entry of a service. */
export function serviceCure(text: string): string | null {
  const trimmed = text.trim().toLowerCase();
  const named = PORT_BY_NAME.get(trimmed);
  if (named !== undefined) return `${trimmed === 'dns' || trimmed === 'ntp' ? 'udp' : 'tcp'}/${named}`;
  const [protocol] = /^(?:tcp|udp)\b|\b(?:tcp|udp)$/.exec(trimmed) ?? [];
  if (protocol === undefined) return null;
  const rest = trimmed.replace(/^(?:tcp|udp)[\s/:]*|[\s/:]*(?:tcp|udp)$/g, '');
  const ports = rest === '' ? 'all' : onePort(rest);
  return ports === null ? null : `${protocol}/${ports}`;
}
