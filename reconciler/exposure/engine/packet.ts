import type { Family } from '../../model/prefix.ts';
import type { Direction, NicType } from '../../model/rule.ts';

/**
 * One packet as a security group sees it. A field that is null is not known (or, for ports, the
 * protocol has none): then only rules that leave the field open match.
 */
export interface Packet {
  readonly direction: Direction;
  /** The card it crosses; outside classic networks there is only the intranet one. */
  readonly nicType: NicType;
  readonly family: Family;
  /** IANA number, 0 to 255. */
  readonly protocol: number;
  /** Address of the far side. */
  readonly peer: bigint | null;
  /**
   * Ids of the groups and prefix lists that hold the far side, and of the port lists that hold the
   * destination port. An address says nothing about membership, so the two are independent.
   */
  readonly memberOf: readonly string[];
  /** Of an example: ids of those that must not hold them, or it would fare otherwise. Whoever decides asks `memberOf` alone. */
  readonly notMemberOf?: readonly string[];
  readonly sourcePort: number | null;
  /** Address of the group's own side. */
  readonly own: bigint | null;
  /** Destination port, in both directions. */
  readonly port: number | null;
}
