// In which words Terraform, Ansible, Kubernetes, CloudFormation and the clouds' own APIs say what a rule says here.
// Sources: the documentation of the providers alicloud and aws, of ansible's ec2_group and ali_security_group, of
// NetworkPolicy, and reference pages of AuthorizeSecurityGroup of both clouds.

/** By key in lower case without `_` and `-`. */
type Words = ReadonlySet<string>;

export const PROTOCOL_WORDS: Words = new Set(['protocol', 'ipprotocol', 'proto']);
export const PORT_WORDS: Words = new Set(['ports', 'port', 'portrange', 'destport', 'destports', 'dport']);
export const FIRST_PORT_WORDS: Words = new Set(['fromport', 'portrangemin', 'startport']);
export const LAST_PORT_WORDS: Words = new Set(['toport', 'portrangemax', 'endport']);
export const PEER_WORDS: Words = new Set([
  'from',
  'to',
  'cidr',
  'cidrs',
  'cidrip',
  'cidripv4',
  'cidripv6',
  'cidrblock',
  'cidrblocks',
  'ipv6cidrblock',
  'ipv6cidrblocks',
  'ipv6cidrip',
  'sourcecidrip',
  'destcidrip',
  'ipv6sourcecidrip',
  'ipv6destcidrip',
  'ipranges',
  'ipv6ranges',
  'ipblock',
  'source',
  'sources',
  'destination',
  'sourceip',
  'groupid',
  'securitygroup',
  'sourcesecuritygroupid',
  'destinationsecuritygroupid',
  'sourcegroupid',
  'destgroupid',
  'prefixlistid',
  'prefixlistids',
  'sourceprefixlistid',
  'destprefixlistid',
]);
export const OWNER_WORDS: Words = new Set([
  'sourcegroupowneraccount',
  'sourcegroupownerid',
  'destgroupownerid',
]);
export const ACTION_WORDS: Words = new Set(['policy', 'action', 'effect']);
export const PRIORITY_WORDS: Words = new Set(['priority']);
export const DESCRIPTION_WORDS: Words = new Set(['description', 'desc', 'comment', 'ruledesc']);
/** What a policy says by where the rule stands, or what is so anyway. */
export const IDLE_WORDS: Words = new Set(['type', 'direction', 'nictype', 'securitygroupid', 'regionid']);

export const plainKey = (key: string): string => key.toLowerCase().replace(/[_-]/g, '');

/** Whose words these keys are. */
export function speakerOf(keys: readonly string[]): string {
  const plain = keys.map(plainKey);
  if (plain.includes('ipblock')) return 'Kubernetes';
  if (plain.includes('proto')) return 'Ansible';
  if (keys.some((key) => /^[A-Z]/.test(key))) return "the cloud's API";
  return keys.some((key) => key.includes('_')) ? 'Terraform' : 'another tool';
}
