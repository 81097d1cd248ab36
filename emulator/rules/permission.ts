// From a checked draft to a rule as it is stored, and back. And which rules are the same rule.
import type { Quirks } from '../quirks.ts';
import type { Permission } from '../state.ts';
import { canonicalIpv4, canonicalIpv6, type AddressForm } from './fields/address.ts';
import { NO_PORTS } from './fields/ports.ts';
import { SIDES, type RuleCall } from './rule-call.ts';
import type { Resolved } from './rule-check.ts';
import type { RuleDraft, RuleFields } from './fields/rule-draft.ts';
import { canonicalProtocol, ipv4Form } from './fields/rule-fields.ts';

/** What the cloud adds to a rule's own fields. */
type Stamp = Pick<Permission, 'SecurityGroupRuleId' | 'CreateTime'>;

/**
 * The same rule with its fields in the manual's order. Written out, it gives all rules one hidden class; rules put
 * together by spreads and computed names make Describe several times slower.
 */
export const inOrder = (rule: Permission): Permission => ({
  SecurityGroupRuleId: rule.SecurityGroupRuleId,
  Direction: rule.Direction,
  IpProtocol: rule.IpProtocol,
  PortRange: rule.PortRange,
  PortRangeListId: rule.PortRangeListId,
  SourcePortRange: rule.SourcePortRange,
  SourceCidrIp: rule.SourceCidrIp,
  Ipv6SourceCidrIp: rule.Ipv6SourceCidrIp,
  SourceGroupId: rule.SourceGroupId,
  SourceGroupOwnerAccount: rule.SourceGroupOwnerAccount,
  SourcePrefixListId: rule.SourcePrefixListId,
  DestCidrIp: rule.DestCidrIp,
  Ipv6DestCidrIp: rule.Ipv6DestCidrIp,
  DestGroupId: rule.DestGroupId,
  DestGroupOwnerAccount: rule.DestGroupOwnerAccount,
  DestPrefixListId: rule.DestPrefixListId,
  Policy: rule.Policy,
  Priority: rule.Priority,
  NicType: rule.NicType,
  Description: rule.Description,
  CreateTime: rule.CreateTime,
});

/** A draft that passed all checks, as the rule that it becomes. */
export function permissionOf(draft: RuleDraft, call: RuleCall, stamp: Stamp & Resolved): Permission {
  const { peer, own } = SIDES[call.direction];
  const { peerOwner, nicType, ...stamped } = stamp;
  return inOrder({
    ...BLANK,
    ...stamped,
    NicType: nicType,
    Direction: call.direction,
    IpProtocol: draft.protocol,
    PortRange: draft.portRange,
    PortRangeListId: draft.portListId,
    SourcePortRange: draft.sourcePortRange,
    [`${peer}CidrIp`]: draft.peerIpv4,
    [`Ipv6${peer}CidrIp`]: draft.peerIpv6,
    [`${peer}GroupId`]: draft.peerGroupId,
    [`${peer}GroupOwnerAccount`]: peerOwner,
    [`${peer}PrefixListId`]: draft.peerListId,
    [`${own}CidrIp`]: draft.ownIpv4,
    [`Ipv6${own}CidrIp`]: draft.ownIpv6,
    Policy: draft.policy === '' ? 'Accept' : draft.policy,
    Priority: draft.priority ?? 1,
    Description: draft.description,
  });
}

const BLANK = {
  SourceCidrIp: '',
  Ipv6SourceCidrIp: '',
  SourceGroupId: '',
  SourceGroupOwnerAccount: '',
  SourcePrefixListId: '',
  DestCidrIp: '',
  Ipv6DestCidrIp: '',
  DestGroupId: '',
  DestGroupOwnerAccount: '',
  DestPrefixListId: '',
};

/** A stored rule in the terms of a request, for a Modify that changes part of it. */
export function fieldsOf(rule: Permission): RuleFields {
  const { peer, own } = SIDES[rule.Direction];
  return {
    protocol: canonicalProtocol(rule.IpProtocol) ?? rule.IpProtocol,
    portRange: rule.PortRange,
    portListId: rule.PortRangeListId,
    sourcePortRange: rule.SourcePortRange,
    peerIpv4: rule[`${peer}CidrIp`],
    peerIpv6: rule[`Ipv6${peer}CidrIp`],
    peerGroupId: rule[`${peer}GroupId`],
    peerGroupOwner: rule[`${peer}GroupOwnerAccount`],
    peerListId: rule[`${peer}PrefixListId`],
    ownIpv4: rule[`${own}CidrIp`],
    ownIpv6: rule[`Ipv6${own}CidrIp`],
    policy: rule.Policy,
    priority: rule.Priority,
    nicType: rule.NicType,
    description: rule.Description,
  };
}

/** What decides which rules are the same rule. */
export interface IdentityOptions extends Pick<
  Quirks,
  'apiLevel' | 'priorityInIdentity' | 'ipv4HostBits' | 'bareIpv4' | 'omittedOwnSide'
> {
  /** The flat form masks IPv6 blocks, so whoever uses it can name only the masked form. */
  readonly ipv6HostBits?: AddressForm['hostBits'];
}

/**
 * Two rules of a group with the same identity are the same rule. It holds peer, own side, ports, protocol, policy,
 * nic and (by the quirk) priority; not the description. A rule of a state file may be written in a form that no
 * request is read to, so the texts are brought to the form of requests first.
 */
export function identityOf(rule: Permission, options: IdentityOptions): string {
  const { priorityInIdentity, ipv4HostBits, bareIpv4, ipv6HostBits } = options;
  const form = [priorityInIdentity, ipv4HostBits, bareIpv4, ipv6HostBits, ownSideIsAny(options)].join(' ');
  const known = identitiesByForm.get(form) ?? new WeakMap<Permission, string>();
  identitiesByForm.set(form, known);
  let identity = known.get(rule);
  if (identity === undefined) {
    identity = identityText(rule, options);
    known.set(rule, identity);
  }
  return identity;
}

/**
 * Whether an own side that is left out and 0.0.0.0/0 are one: the page of 2019 gives DestCidrIp that default. Whether
 * the default is what the rule then is, or only what it means, is open; today's pages have none.
 */
export const ownSideIsAny = ({
  apiLevel,
  omittedOwnSide,
}: Pick<Quirks, 'apiLevel' | 'omittedOwnSide'>): boolean =>
  apiLevel === 'legacy2019' && omittedOwnSide === 'any';

export const WHOLE_IPV4 = '0.0.0.0/0';

/** Whether the block, host bits or not, is all of IPv4. */
export const isWholeIpv4 = (block: string): boolean => block.endsWith('/0');

/** Rules are values, so an identity stays true; to work out those of a large group takes longer than all the rest. */
const identitiesByForm = new Map<string, WeakMap<Permission, string>>();

function identityText(rule: Permission, options: IdentityOptions): string {
  const ipv4 = ipv4Form(options);
  const { own } = SIDES[rule.Direction];
  const blockOf = (side: 'Source' | 'Dest'): string => {
    const block = rule[`${side}CidrIp`];
    if (block === '' || (side === own && ownSideIsAny(options) && isWholeIpv4(block))) return '';
    return canonicalIpv4(block, ipv4) ?? block;
  };
  const ipv6: AddressForm = { hostBits: options.ipv6HostBits ?? 'keep', bare: 'keep' };
  return [
    rule.Direction,
    canonicalProtocol(rule.IpProtocol),
    rule.PortRange,
    rule.PortRangeListId,
    rule.SourcePortRange === NO_PORTS ? '' : rule.SourcePortRange,
    blockOf('Source'),
    rule.Ipv6SourceCidrIp && canonicalIpv6(rule.Ipv6SourceCidrIp, ipv6),
    rule.SourceGroupId,
    rule.SourcePrefixListId,
    blockOf('Dest'),
    rule.Ipv6DestCidrIp && canonicalIpv6(rule.Ipv6DestCidrIp, ipv6),
    rule.DestGroupId,
    rule.DestPrefixListId,
    rule.Policy,
    rule.NicType,
    options.priorityInIdentity ? rule.Priority : '',
  ].join(' ');
}
