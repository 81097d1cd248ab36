import type { Family } from './prefix.ts';

/** Protocols a policy may name. */
export const POLICY_PROTOCOLS = ['tcp', 'udp', 'icmp', 'icmpv6', 'gre', 'all'] as const;

export type PolicyProtocol = (typeof POLICY_PROTOCOLS)[number];

/** Or an IANA protocol number that has no name above; some regions let people write these in the console. */
export type Protocol = PolicyProtocol | `${number}`;

const NUMBER_OF: Readonly<Record<Exclude<PolicyProtocol, 'all'>, number>> = {
  icmp: 1,
  tcp: 6,
  udp: 17,
  gre: 47,
  icmpv6: 58,
};

/** Reads a protocol name in any letter case; null if a policy may not name it. */
export function parsePolicyProtocol(text: string): PolicyProtocol | null {
  const lower = text.toLowerCase();
  return POLICY_PROTOCOLS.find((protocol) => protocol === lower) ?? null;
}

/** Reads what the cloud says: a name in any case or an IANA number 0 to 255, named where it has a name. */
export function parseDescribedProtocol(text: string): Protocol | null {
  const named = parsePolicyProtocol(text);
  if (named !== null) return named;
  if (!/^(0|[1-9]\d{0,2})$/.test(text) || Number(text) > 255) return null;
  const number = Number(text);
  const name = POLICY_PROTOCOLS.find((protocol) => protocol !== 'all' && NUMBER_OF[protocol] === number);
  return name ?? `${number}`;
}

/** The IANA number, or null for `all`. */
export function protocolNumber(protocol: Protocol): number | null {
  if (protocol === 'all') return null;
  return protocol in NUMBER_OF ? NUMBER_OF[protocol as Exclude<PolicyProtocol, 'all'>] : Number(protocol);
}

/** Only TCP and UDP have ports in this API; every other protocol carries the vendor's `-1/-1`. */
export const hasPorts = (protocol: Protocol): boolean => protocol === 'tcp' || protocol === 'udp';

/** The family that a protocol goes with; null: both. */
export function familyOf(protocol: Protocol): Family | null {
  if (protocol === 'icmp') return 'ipv4';
  return protocol === 'icmpv6' ? 'ipv6' : null;
}
