// The emulated cloud in the vendor's wire forms: what GET and PUT /_emulator/state carry.

export interface Tag {
  TagKey: string;
  TagValue: string;
}

/** A rule as DescribeSecurityGroupAttribute shows it. Absent text fields are `""`. */
export interface Permission {
  SecurityGroupRuleId: string;
  Direction: 'ingress' | 'egress';
  IpProtocol: string;
  PortRange: string;
  PortRangeListId: string;
  SourcePortRange: string;
  SourceCidrIp: string;
  Ipv6SourceCidrIp: string;
  SourceGroupId: string;
  SourceGroupOwnerAccount: string;
  SourcePrefixListId: string;
  DestCidrIp: string;
  Ipv6DestCidrIp: string;
  DestGroupId: string;
  DestGroupOwnerAccount: string;
  DestPrefixListId: string;
  Policy: 'Accept' | 'Drop';
  Priority: number;
  NicType: 'intranet' | 'internet';
  Description: string;
  CreateTime: string;
}

export interface SecurityGroup {
  RegionId: string;
  SecurityGroupId: string;
  SecurityGroupName: string;
  Description: string;
  /** Empty in a classic network. */
  VpcId: string;
  SecurityGroupType: 'normal' | 'enterprise';
  InnerAccessPolicy: 'Accept' | 'Drop';
  ServiceManaged: boolean;
  ResourceGroupId: string;
  CreationTime: string;
  /** Account that owns the group. */
  OwnerId: string;
  Tags: Tag[];
  Permissions: Permission[];
}

export interface PrefixList {
  RegionId: string;
  PrefixListId: string;
  PrefixListName: string;
  AddressFamily: 'IPv4' | 'IPv6';
  MaxEntries: number;
  Description: string;
  CreationTime: string;
  ResourceGroupId: string;
  OwnerId: string;
  Tags: Tag[];
  Entries: Array<{ Cidr: string; Description: string }>;
}

export interface PortRangeList {
  RegionId: string;
  PortRangeListId: string;
  PortRangeListName: string;
  MaxEntries: number;
  Description: string;
  CreationTime: string;
  ResourceGroupId: string;
  OwnerId: string;
  Tags: Tag[];
  Entries: Array<{ PortRange: string; Description: string }>;
}

export interface State {
  /** Counts changes: the gateway compares it before and after a call. Not part of the state file. */
  version: number;
  securityGroups: SecurityGroup[];
  prefixLists: PrefixList[];
  portRangeLists: PortRangeList[];
}
