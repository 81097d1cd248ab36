/** An inclusive range of TCP or UDP ports, 1 <= first <= last <= 65535. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** The group's own ports that a rule names: none (the protocol has none), a range, or a port list. */
export type Ports =
  | { readonly kind: 'none' }
  | ({ readonly kind: 'range' } & PortRange)
  | { readonly kind: 'list'; readonly id: string };

export const MAX_PORT = 65535;
export const ALL_PORTS: PortRange = { first: 1, last: MAX_PORT };
export const NO_PORTS: Ports = { kind: 'none' };

/** The vendor's text for "this protocol has no ports" (and, as a source port range, for "any"). */
export const NO_PORTS_TEXT = '-1/-1';

/** Reads the vendor's `N/M`, 1 <= N <= M <= 65535, decimal and without leading zeros; null if it is not one. */
export function parsePortRange(text: string): PortRange | null {
  const match = /^([1-9]\d{0,4})\/([1-9]\d{0,4})$/.exec(text);
  if (match === null) return null;
  const range = { first: Number(match[1]), last: Number(match[2]) };
  return range.first <= range.last && range.last <= MAX_PORT ? range : null;
}

export const formatPortRange = (range: PortRange): string => `${range.first}/${range.last}`;

/** The vendor's `PortRange` text; a port list has none, so it shows as `-1/-1` beside its own field. */
export function formatPorts(ports: Ports): string {
  return ports.kind === 'range' ? formatPortRange(ports) : NO_PORTS_TEXT;
}

/** An absent source port range means any port, and so does 1/65535: one canonical form, `null`. */
export function canonicalSourcePorts(range: PortRange | null): PortRange | null {
  return range !== null && range.first === 1 && range.last === MAX_PORT ? null : range;
}
