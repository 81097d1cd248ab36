// The emulated cloud in the vendor's wire forms: what GET and PUT /_emulator/state carry.
// Groups, rules and lists are values: a change puts a new one in the old one's place. So an earlier state is
// kept by keeping its arrays, which is how Describe can lag, and whatever is derived from a value stays true.

export interface Tag {
  readonly TagKey: string;
  readonly TagValue: string;
}

export type Direction = 'ingress' | 'egress';

/** A rule as DescribeSecurityGroupAttribute shows it. Absent text fields are `""`. */
export interface Permission {
  readonly SecurityGroupRuleId: string;
  readonly Direction: Direction;
  readonly IpProtocol: string;
  readonly PortRange: string;
  readonly PortRangeListId: string;
  readonly SourcePortRange: string;
  readonly SourceCidrIp: string;
  readonly Ipv6SourceCidrIp: string;
  readonly SourceGroupId: string;
  /** Account id of a group of another account; empty for the own account's groups. */
  readonly SourceGroupOwnerAccount: string;
  readonly SourcePrefixListId: string;
  readonly DestCidrIp: string;
  readonly Ipv6DestCidrIp: string;
  readonly DestGroupId: string;
  readonly DestGroupOwnerAccount: string;
  readonly DestPrefixListId: string;
  readonly Policy: 'Accept' | 'Drop';
  /** 1 to 100; system-made rules of before May 2020 have 110. */
  readonly Priority: number;
  readonly NicType: 'intranet' | 'internet';
  readonly Description: string;
  readonly CreateTime: string;
}

/** What groups and lists have in common. */
interface Resource {
  readonly RegionId: string;
  readonly Description: string;
  readonly ResourceGroupId: string;
  readonly CreationTime: string;
  /** Account that owns it. */
  readonly OwnerId: string;
  readonly Tags: readonly Tag[];
}

export interface SecurityGroup extends Resource {
  readonly SecurityGroupId: string;
  readonly SecurityGroupName: string;
  /** Empty in a classic network. */
  readonly VpcId: string;
  readonly SecurityGroupType: 'normal' | 'enterprise';
  readonly InnerAccessPolicy: 'Accept' | 'Drop';
  readonly ServiceManaged: boolean;
  /** Ids of the instances (`i-`) and network interfaces (`eni-`) in the group. */
  readonly Members: readonly string[];
  readonly Permissions: readonly Permission[];
}

export interface PrefixListEntry {
  readonly Cidr: string;
  readonly Description: string;
}

export interface PortRangeListEntry {
  readonly PortRange: string;
  readonly Description: string;
}

/** What both kinds of list have in common. */
export interface EntryList<Entry> extends Resource {
  readonly MaxEntries: number;
  readonly Entries: readonly Entry[];
}

export interface PrefixList extends EntryList<PrefixListEntry> {
  readonly PrefixListId: string;
  readonly PrefixListName: string;
  readonly AddressFamily: 'IPv4' | 'IPv6';
}

export interface PortRangeList extends EntryList<PortRangeListEntry> {
  readonly PortRangeListId: string;
  readonly PortRangeListName: string;
}

/** Everything in the emulated cloud at one moment. */
export interface Contents {
  readonly securityGroups: readonly SecurityGroup[];
  readonly prefixLists: readonly PrefixList[];
  readonly portRangeLists: readonly PortRangeList[];
}

/** What the cloud held until `untilMs`. */
export interface PastContents extends Contents {
  readonly untilMs: number;
}

/** Its contents are replaced by `change` (actions/contents.ts) alone. */
export interface State extends Contents {
  /** Counts changes: the gateway compares it before and after a call. Not part of the state file. */
  version: number;
  /** Oldest first, for the quirk describeLagMs; empty while that is 0. Not part of the state file. */
  past: readonly PastContents[];
}
