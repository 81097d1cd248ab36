// Port ranges as the service writes them: `80/80`, `8000/8100`, and `-1/-1` where there are no ports.

/** The range that says "no ports" for ICMP, GRE and the like. */
export const NO_PORTS = '-1/-1';

export type PortRange = readonly [first: number, last: number];

/** Two whole numbers up to 65535 in any order, or undefined. */
export function parseRange(value: string): PortRange | undefined {
  const match = /^(-?\d{1,5})\/(-?\d{1,5})$/.exec(value);
  const range = [Number(match?.[1] ?? Number.NaN), Number(match?.[2] ?? Number.NaN)] as const;
  return range.every((port) => port <= 65535) ? range : undefined;
}

/** Whether it is "no ports", or ports from 1 on with the first one first. */
export const isOrdered = ([first, last]: PortRange): boolean =>
  (first === -1 && last === -1) || (first >= 1 && first <= last);

export const rangeText = ([first, last]: PortRange): string => `${first}/${last}`;

/** The canonical text of a range of real ports (1 to 65535), or undefined. */
export function canonicalPorts(value: string): string | undefined {
  const range = parseRange(value);
  return range !== undefined && isOrdered(range) && range[0] > 0 ? rangeText(range) : undefined;
}
