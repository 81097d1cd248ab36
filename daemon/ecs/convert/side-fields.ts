// The vendor's names of the two sides of a rule. The peer is the source of an ingress rule and the destination
// of an egress rule; the other side is the group's own.
import type { Direction } from '../../../reconciler/model/rule.ts';

const sideFields = <Side extends 'Source' | 'Dest'>(side: Side) =>
  ({
    ipv4: `${side}CidrIp`,
    ipv6: `Ipv6${side}CidrIp`,
    group: `${side}GroupId`,
    groupOwnerAccount: `${side}GroupOwnerAccount`,
    groupOwnerId: `${side}GroupOwnerId`,
    prefixList: `${side}PrefixListId`,
  }) as const;

export const SIDE_FIELDS = {
  ingress: { peer: sideFields('Source'), own: sideFields('Dest') },
  egress: { peer: sideFields('Dest'), own: sideFields('Source') },
} as const satisfies Record<Direction, object>;
