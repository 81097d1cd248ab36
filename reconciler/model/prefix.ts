// IPv4 and IPv6 prefixes, parsed strictly. The published parsers that were tried read `010.0.0.1`
// as octal, accept `/33`, or guess missing octets; a firewall tool may do none of that.
import { err, ok, type Result } from './result.ts';

export type Family = 'ipv4' | 'ipv6';

/** A masked network: all bits of `address` behind `length` are zero. */
export interface Prefix {
  readonly kind: Family;
  readonly address: bigint;
  /** 0 to 32 for IPv4, 0 to 128 for IPv6. */
  readonly length: number;
}

export interface PrefixError {
  readonly message: string;
  readonly hint: string;
}

/** What to do with address bits behind the prefix length: `refuse` in policies, `mask` in what the cloud says. */
export type HostBits = 'refuse' | 'mask';

export const addressBits = (family: Family): number => (family === 'ipv4' ? 32 : 128);

/**
 * Reads `A.B.C.D`, `A.B.C.D/N`, an IPv6 address or an IPv6 prefix.
 * A bare address is the prefix of full length. Leading zeros, missing octets and zone ids are refused.
 */
export function parsePrefix(text: string, hostBits: HostBits): Result<Prefix, PrefixError> {
  const slash = text.indexOf('/');
  const addressText = slash < 0 ? text : text.slice(0, slash);
  const kind: Family = addressText.includes(':') ? 'ipv6' : 'ipv4';
  const address = kind === 'ipv6' ? parseIpv6(addressText) : parseIpv4(addressText);
  if (address === null) return err(badAddress(text, kind));
  const bits = addressBits(kind);
  const length = slash < 0 ? bits : parseLength(text.slice(slash + 1), bits);
  if (length === null) {
    return err({
      message: `"${text}" has a bad prefix length`,
      hint: `write /0 to /${bits}, in decimal and without leading zeros`,
    });
  }
  const masked = maskAddress(address, length, bits);
  if (masked !== address && hostBits === 'refuse') {
    const suggestion = formatPrefix({ kind, address: masked, length });
    return err({ message: `"${text}" has host bits behind /${length}`, hint: `write \`${suggestion}\`` });
  }
  return ok({ kind, address: masked, length });
}

/** Canonical text: always with an explicit length; IPv6 lower-case and compressed as RFC 5952 asks. */
export function formatPrefix(prefix: Prefix): string {
  return `${formatAddress(prefix.kind, prefix.address)}/${prefix.length}`;
}

export function formatAddress(kind: Family, address: bigint): string {
  return kind === 'ipv4' ? formatIpv4(address) : formatIpv6(address);
}

/** The highest address of the network. */
export function lastAddress(prefix: Prefix): bigint {
  const hostBitCount = BigInt(addressBits(prefix.kind) - prefix.length);
  return prefix.address | ((1n << hostBitCount) - 1n);
}

/** Whether every address of `inner` is in `outer`. Families never contain each other. */
export function prefixContains(outer: Prefix, inner: Prefix): boolean {
  return (
    outer.kind === inner.kind &&
    outer.length <= inner.length &&
    maskAddress(inner.address, outer.length, addressBits(outer.kind)) === outer.address
  );
}

function badAddress(text: string, kind: Family): PrefixError {
  return kind === 'ipv4'
    ? {
        message: `"${text}" is not an IPv4 address or prefix`,
        hint: 'write four decimal numbers 0 to 255 without leading zeros, such as 192.0.2.0/24',
      }
    : { message: `"${text}" is not an IPv6 address or prefix`, hint: 'write it such as 2001:db8::/32' };
}

function parseLength(text: string, bits: number): number | null {
  if (!/^(0|[1-9]\d{0,2})$/.test(text)) return null;
  const length = Number(text);
  return length <= bits ? length : null;
}

function maskAddress(address: bigint, length: number, bits: number): bigint {
  const hostBitCount = BigInt(bits - length);
  return (address >> hostBitCount) << hostBitCount;
}

function parseIpv4(text: string): bigint | null {
  const octets = text.split('.');
  if (octets.length !== 4) return null;
  let address = 0n;
  for (const octet of octets) {
    if (!/^(0|[1-9]\d{0,2})$/.test(octet) || Number(octet) > 255) return null;
    address = (address << 8n) | BigInt(octet);
  }
  return address;
}

function parseIpv6(text: string): bigint | null {
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const head = parseIpv6Groups(halves[0] ?? '', halves.length === 1);
  const tail = halves.length === 2 ? parseIpv6Groups(halves[1] ?? '', true) : [];
  if (head === null || tail === null) return null;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return null;
  const groups = [...head, ...new Array<bigint>(missing).fill(0n), ...tail];
  return groups.reduce((address, group) => (address << 16n) | group, 0n);
}

/** Groups of one side of `::`; a dotted IPv4 tail counts as two groups and may only stand at the end. */
function parseIpv6Groups(text: string, mayEndInIpv4: boolean): bigint[] | null {
  if (text === '') return [];
  const parts = text.split(':');
  const groups: bigint[] = [];
  for (const [index, part] of parts.entries()) {
    if (/^[0-9a-f]{1,4}$/i.test(part)) {
      groups.push(BigInt(`0x${part}`));
      continue;
    }
    const embedded = mayEndInIpv4 && index === parts.length - 1 ? parseIpv4(part) : null;
    if (embedded === null) return null;
    groups.push(embedded >> 16n, embedded & 0xffffn);
  }
  return groups;
}

function formatIpv4(address: bigint): string {
  const value = Number(address);
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff).join('.');
}

function formatIpv6(address: bigint): string {
  const groups = Array.from({ length: 8 }, (_, index) =>
    ((address >> BigInt(112 - 16 * index)) & 0xffffn).toString(16),
  );
  const { start, length } = longestZeroRun(groups);
  if (length < 2) return groups.join(':');
  return `${groups.slice(0, start).join(':')}::${groups.slice(start + length).join(':')}`;
}

/** The first longest run of zero groups: what RFC 5952 compresses. */
function longestZeroRun(groups: readonly string[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let runLength = 0;
  for (const [index, group] of groups.entries()) {
    runLength = group === '0' ? runLength + 1 : 0;
    if (runLength > best.length) best = { start: index - runLength + 1, length: runLength };
  }
  return best;
}
