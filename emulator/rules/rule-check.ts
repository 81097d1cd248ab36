// Whether a well-formed rule may stand in a group: what it names must exist, and group, network and lists must
// allow it. First all look-ups, then the meaning, as the vendor does.
import type { Contents, Permission, PortRangeList, PrefixList, SecurityGroup } from '../state.ts';
import { refuse } from '../actions/refusals.ts';
import { SIDES, type RuleCall } from './rule-call.ts';
import type { RuleDraft } from './fields/rule-draft.ts';

/** What the look-ups found out about a draft. */
export interface Resolved {
  readonly nicType: Permission['NicType'];
  /** Account id of a peer group of another account, else `""`. */
  readonly peerOwner: string;
}

/** Throws the first refusal; the quotas are counted where rules are added (rule-book.ts). */
export function checkInGroup(draft: RuleDraft, group: SecurityGroup, call: RuleCall): Resolved {
  const { state } = call.world;
  if (draft.portListId !== '' && findPortList(state, draft.portListId, group) === undefined) {
    throw refuse('InvalidPortRangeListId.NotFound');
  }
  const peerGroup = draft.peerGroupId === '' ? undefined : peerGroupOf(draft, group, call);
  const prefixList = draft.peerListId === '' ? undefined : prefixListOf(draft, group, state);
  checkNetwork(draft, group);
  if (peerGroup !== undefined) checkPeerGroup(peerGroup, group, call);
  if (prefixList !== undefined) checkPrefixList(prefixList, draft, call);
  checkNicType(draft, group, call);
  const peerOwner = peerGroup?.OwnerId ?? group.OwnerId;
  return {
    nicType: nicTypeOf(draft, group),
    peerOwner: peerOwner === group.OwnerId ? '' : peerOwner,
  };
}

/** Login names aren't emulated: one stands for whoever owns the group. */
function peerGroupOf(draft: RuleDraft, group: SecurityGroup, call: RuleCall): SecurityGroup {
  const { peerGroupId, peerGroupOwner } = draft;
  const owner = peerGroupOwner === '' ? group.OwnerId : peerGroupOwner;
  const found = call.world.state.securityGroups.find(
    (each) =>
      each.SecurityGroupId === peerGroupId &&
      each.RegionId === group.RegionId &&
      (each.OwnerId === owner || !/^\d+$/.test(owner)),
  );
  if (found !== undefined) return found;
  const { peer } = SIDES[call.direction];
  throw refuse(owner === group.OwnerId ? `Invalid${peer}GroupId.NotFound` : `Invalid${peer}Group.NotFound`);
}

function prefixListOf(draft: RuleDraft, group: SecurityGroup, contents: Contents): PrefixList {
  const found = findPrefixList(contents, draft.peerListId, group);
  if (found === undefined) throw refuse('InvalidPrefixListId.NotFound');
  return found;
}

export type Place = Pick<SecurityGroup, 'RegionId' | 'OwnerId'>;

export const findPrefixList = (contents: Contents, id: string, place: Place): PrefixList | undefined =>
  contents.prefixLists.find(
    (each) => each.PrefixListId === id && each.RegionId === place.RegionId && each.OwnerId === place.OwnerId,
  );

export const findPortList = (contents: Contents, id: string, place: Place): PortRangeList | undefined =>
  contents.portRangeLists.find(
    (each) =>
      each.PortRangeListId === id && each.RegionId === place.RegionId && each.OwnerId === place.OwnerId,
  );

/** Classic networks know neither lists nor IPv6. */
function checkNetwork(draft: RuleDraft, group: SecurityGroup): void {
  if (group.VpcId !== '') return;
  if (draft.peerListId !== '') throw refuse('NotSupported.ClassicNetworkPrefixList');
  if (draft.portListId !== '' || draft.peerIpv6 !== '' || draft.ownIpv6 !== '') {
    throw refuse('InvalidSecurityGroup.InvalidNetworkType');
  }
}

function checkPeerGroup(peerGroup: SecurityGroup, group: SecurityGroup, call: RuleCall): void {
  refuseEnterprise(peerGroup, group, call);
  refuseSameGroup(peerGroup.SecurityGroupId, group, call);
  if (group.VpcId !== '' && peerGroup.VpcId === '') throw refuse('InvalidNetworkType.Mismatch');
  if (group.VpcId === '' && peerGroup.VpcId !== '') throw refuse('InvalidNetworkType.Conflict');
  if (group.VpcId !== peerGroup.VpcId) {
    throw refuse(`Invalid${SIDES[call.direction].peer}GroupId.Mismatch (vpc)`);
  }
}

/**
 * The pages of Authorize and Revoke have two codes, of which one speaks of what an enterprise group may say and the other of
 * whom a group may let in; those of Modify have the latter alone.
 */
function refuseEnterprise(peerGroup: SecurityGroup, group: SecurityGroup, call: RuleCall): void {
  if (group.SecurityGroupType === 'enterprise' && call.operation !== 'modify') {
    throw refuse('InvalidGroupParameter.OperationDenied');
  }
  if (group.SecurityGroupType === 'enterprise' || peerGroup.SecurityGroupType === 'enterprise') {
    throw refuse('InvalidGroupAuthParameter.OperationDenied');
  }
}

export function refuseSameGroup(peerGroupId: string, group: SecurityGroup, call: RuleCall): void {
  if (peerGroupId !== group.SecurityGroupId) return;
  if (call.operation === 'revoke') throw refuse('InvalidParamter.Conflict (same group, revoke)');
  throw refuse(
    call.direction === 'ingress' || call.legacy
      ? 'InvalidParamter.Conflict (same group)'
      : 'InvalidSecurityGroup.IsSame',
  );
}

function checkPrefixList(prefixList: PrefixList, draft: RuleDraft, call: RuleCall): void {
  const { AddressFamily } = prefixList;
  const modify = call.operation === 'modify';
  const ownFamily = draft.ownIpv4 !== '' ? 'IPv4' : draft.ownIpv6 !== '' ? 'IPv6' : AddressFamily;
  if (ownFamily !== AddressFamily) {
    throw refuse(
      modify
        ? 'InvalidParam.PrefixListAddressFamilyMismatch (modify)'
        : 'InvalidParam.PrefixListAddressFamilyMismatch',
    );
  }
  const protocolFamily =
    draft.protocol === 'ICMP' ? 'IPv4' : draft.protocol === 'ICMPV6' ? 'IPv6' : AddressFamily;
  if (protocolFamily === AddressFamily) return;
  if (modify) throw refuse('InvalidParam.ProtocolAndAddressFamilyMismatch');
  throw refuse(
    protocolFamily === 'IPv4'
      ? 'InvalidParam.Ipv4ProtocolConflictWithIpv6Address'
      : 'InvalidParam.Ipv6ProtocolConflictWithIpv4Address',
  );
}

/** Refuses a nic that the group's network or the peer doesn't have. */
function checkNicType(draft: RuleDraft, group: SecurityGroup, call: RuleCall): void {
  if (draft.nicType !== 'internet') return;
  if (group.VpcId !== '') throw refuse('InvalidNicType.ValueNotSupported');
  if (draft.peerGroupId !== '') throw refuse(`Invalid${SIDES[call.direction].peer}GroupId.Mismatch (nic)`);
}

/** A VPC has only intranet; a classic rule is internet by default, and intranet where its peer is a group. */
export function nicTypeOf(draft: RuleDraft, group: SecurityGroup): Permission['NicType'] {
  if (draft.nicType !== '') return draft.nicType;
  return group.VpcId !== '' || draft.peerGroupId !== '' ? 'intranet' : 'internet';
}
