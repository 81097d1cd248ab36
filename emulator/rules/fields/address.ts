// Addresses as the service reads and rewrites them. Our own reading, on purpose: see architecture.md on why the
// emulator shares no code with the reconciler.
import { isIPv4, isIPv6 } from 'node:net';

export interface AddressForm {
  /** Host bits behind the prefix: cleared, or left as sent. */
  readonly hostBits: 'mask' | 'keep';
  /** An address without a length: left so, or given the full length. */
  readonly bare: 'keep' | 'full';
}

/** The canonical text of an IPv4 address or block, or undefined when it is neither. */
export function canonicalIpv4(value: string, form: AddressForm): string | undefined {
  const { address, length } = split(value, 32);
  if (length === undefined || !isIPv4(address)) return undefined;
  if (length === 'none') return form.bare === 'full' ? `${address}/32` : address;
  if (form.hostBits === 'keep') return `${address}/${length}`;
  const octets = address.split('.').map((octet, index) => Number(octet) & byteMask(length - 8 * index, 8));
  return `${octets.join('.')}/${length}`;
}

/** The canonical text (lower case, zeros compressed) of an IPv6 address or block, or undefined. */
export function canonicalIpv6(value: string, form: AddressForm): string | undefined {
  const { address, length } = split(value, 128);
  if (length === undefined || !isIPv6Text(address)) return undefined;
  if (length === 'none') return form.bare === 'full' ? `${compressed(address)}/128` : compressed(address);
  if (form.hostBits === 'keep') return `${compressed(address)}/${length}`;
  const pieces = expanded(address).map((piece, index) => piece & byteMask(length - 16 * index, 16));
  return `${compressed(pieces.map((piece) => piece.toString(16)).join(':'))}/${length}`;
}

/** Whether the text is an IPv6 address, whatever length follows it. */
export const looksLikeIpv6 = (value: string): boolean => isIPv6Text(value.split('/')[0] ?? '');

/** A zone (`fe80::1%eth0`) is no part of a rule. */
const isIPv6Text = (address: string): boolean => isIPv6(address) && !address.includes('%');

function split(value: string, lengthMax: number): { address: string; length: number | 'none' | undefined } {
  const [address = '', length, ...rest] = value.split('/');
  if (length === undefined) return { address, length: 'none' };
  const valid = rest.length === 0 && /^\d{1,3}$/.test(length) && Number(length) <= lengthMax;
  return { address, length: valid ? Number(length) : undefined };
}

/** The mask of one piece of `width` bits of which the first `ones` count (clamped to the piece). */
function byteMask(ones: number, width: number): number {
  const kept = Math.min(Math.max(ones, 0), width);
  return ((1 << width) - 1) & ~((1 << (width - kept)) - 1);
}

/** URL hosts are written in the canonical form of RFC 5952, which spares us our own printer. */
const compressed = (address: string): string => new URL(`http://[${address}]`).hostname.slice(1, -1);

function expanded(address: string): number[] {
  const [head = '', tail] = compressed(address).split('::');
  const pieces = (part: string) => part.split(':').filter((piece) => piece !== '');
  const before = pieces(head);
  const after = pieces(tail ?? '');
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  return [...before, ...zeros, ...after].map((piece) => Number.parseInt(piece, 16));
}
