import type { Direction, NicType } from '../../model/rule.ts';

/**
 * Packets as people and scripts read them: one range or prefix a field, as canonical text. Traffic
 * between members of a group that lets its members reach each other never changes, so no box says
 * that it leaves that out.
 */
export interface Box {
  readonly direction: Direction;
  /** `group` and `prefixList`: the members of `peer`, at any address. Otherwise `peer` is a prefix. */
  readonly family: 'ipv4' | 'ipv6' | 'group' | 'prefixList';
  /** A name, a number, a range of numbers such as `18-255`, or `all`. */
  readonly protocol: string;
  /** The vendor's `N/M`; `-1/-1` where the protocol has none. */
  readonly ports: string;
  /** Absent: any. */
  readonly sourcePorts?: string;
  readonly peer: string;
  /** Prefixes that are left out of the peer. */
  readonly exceptPeers?: readonly string[];
  /** Absent: any member of the group. */
  readonly own?: string;
  readonly exceptOwn?: readonly string[];
  /** Absent: intranet, the only one outside classic networks. */
  readonly nicType?: NicType;
  /** Only packets whose peer (for port lists: whose port) is in all of these. */
  readonly memberOf?: readonly string[];
  /** And in none of these. */
  readonly notMemberOf?: readonly string[];
}
