// What someone meant who wrote a key that a state file does not have: the words of policies, and other letter case.

/** Keys of policies and of other tools, by what they are called here. */
const SYNONYMS: Readonly<Record<string, string>> = {
  groups: 'securityGroups',
  rules: 'Permissions',
  ingress: 'Permissions, with "Direction": "ingress" in each rule',
  egress: 'Permissions, with "Direction": "egress" in each rule',
  protocol: 'IpProtocol',
  port: 'PortRange, such as "443/443"',
  ports: 'PortRange, such as "443/443"',
  from: 'SourceCidrIp, Ipv6SourceCidrIp, SourceGroupId or SourcePrefixListId',
  to: 'DestCidrIp, Ipv6DestCidrIp, DestGroupId or DestPrefixListId',
  action: 'Policy: Accept or Drop',
  region: 'RegionId',
  vpc: 'VpcId',
  id: 'SecurityGroupId, PrefixListId, PortRangeListId or SecurityGroupRuleId',
  name: 'SecurityGroupName, PrefixListName or PortRangeListName',
  cidr: 'Cidr in a prefix list, SourceCidrIp or DestCidrIp in a rule',
  tags: 'Tags: [{"TagKey": …, "TagValue": …}]',
  type: 'SecurityGroupType: normal or enterprise',
};

/** What to write instead of an unknown key, or undefined. `known` are the keys that there are, on any level. */
export function hintForKey(key: string, known: readonly string[]): string | undefined {
  const lower = key.toLowerCase();
  const other = known.find((each) => each !== key && each.toLowerCase() === lower);
  return other ?? (Object.hasOwn(SYNONYMS, lower) ? SYNONYMS[lower] : undefined);
}
