// Whether the fields of one rule fit each other: everything that can be said without the state.
import { NO_PORTS } from './ports.ts';
import { refuse } from '../../actions/refusals.ts';
import { SIDES, type RuleCall } from '../rule-call.ts';
import { hasPorts, parameter } from './rule-fields.ts';
import type { RuleDraft } from './rule-draft.ts';

/** Throws the refusal of the first thing that doesn't fit. */
export function checkShape(draft: RuleDraft, call: RuleCall): void {
  checkProtocol(draft, call);
  checkPorts(draft, call);
  checkSourcePorts(draft, call);
  checkOneFamilyPerSide(draft, call);
  checkPeerGiven(draft, call);
  checkFamilies(draft);
  if (!call.legacy) refuseSameAddress(draft);
}

/** Without a protocol: the page of 2019 requires one and has no code for a missing one. Its nearest is our choice. */
function checkProtocol(draft: RuleDraft, { operation }: RuleCall): void {
  if (draft.protocol !== '') return;
  throw operation === 'revoke'
    ? refuse('InvalidIpProtocol.ValueNotSupported', parameter(draft, 'IpProtocol'))
    : refuse('OperationDenied');
}

function checkPorts({ protocol, portRange, portListId }: RuleDraft, call: RuleCall): void {
  if (portListId !== '') {
    if (!hasPorts(protocol)) throw refuse('InvalidParam.ProtocolNotSupportPortRangeList');
    return;
  }
  if (portRange === '') {
    // The page of 2019 requires ports too, and has no code for missing ones: the one for a bad range is our choice.
    throw refuse(call.legacy ? 'InvalidIpProtocol.Malformed (2019)' : 'InvalidPortRange.Malformed');
  }
  if (hasPorts(protocol) !== (portRange === NO_PORTS)) return;
  if (call.operation === 'revoke') throw refuse('InvalidIpPortRange.Malformed');
  const byId = call.operation === 'modify' && !call.legacy;
  throw refuse(byId ? 'InvalidParam.ProtocolAndPortRangeMismatch' : 'OperationDenied');
}

/**
 * `-1/-1` with TCP or UDP is refused, as a port range of -1/-1 is: the page of 2019 has source ports of -1/-1 for the other
 * protocols only, and says nothing of the rest. Our choice; a rule of a state file may have them, and they mean any port.
 */
function checkSourcePorts({ protocol, sourcePortRange }: RuleDraft, call: RuleCall): void {
  if (sourcePortRange === '' || hasPorts(protocol) !== (sourcePortRange === NO_PORTS)) return;
  throw refuse(call.legacy ? 'InvalidParam.PortRange (2019)' : 'InvalidSourcePortRange.Malformed');
}

function checkOneFamilyPerSide(draft: RuleDraft, { direction }: RuleCall): void {
  const { peer, own } = SIDES[direction];
  if (draft.peerIpv4 !== '' && draft.peerIpv6 !== '') throw refuse(`InvalidParam.${peer}Ip`, draft.name);
  if (draft.ownIpv4 !== '' && draft.ownIpv6 !== '') throw refuse(`InvalidParam.${own}Ip`, draft.name);
}

function checkPeerGiven(draft: RuleDraft, { direction, legacy, operation }: RuleCall): void {
  const { peerIpv4, peerIpv6, peerGroupId, peerListId } = draft;
  if ([peerIpv4, peerIpv6, peerGroupId, peerListId].some((field) => field !== '')) return;
  if (legacy) {
    throw refuse(
      operation === 'revoke' ? 'MissingParameter (revoke, 2019)' : `MissingParameter (${direction}, 2019)`,
    );
  }
  throw refuse(`MissingParameter.${SIDES[direction].peer}`, draft.name);
}

function checkFamilies(draft: RuleDraft): void {
  const { protocol, peerIpv4, peerIpv6, ownIpv4, ownIpv6 } = draft;
  const ipv4 = peerIpv4 !== '' || ownIpv4 !== '';
  const ipv6 = peerIpv6 !== '' || ownIpv6 !== '';
  if (ipv4 && ipv6) throw refuse('InvalidParameter.Conflict');
  if (protocol === 'ICMP' && ipv6) throw refuse('InvalidParam.Ipv4ProtocolConflictWithIpv6Address');
  if (protocol === 'ICMPV6' && ipv4) throw refuse('InvalidParam.Ipv6ProtocolConflictWithIpv4Address');
}

/** The page of 2019 has no code for it, and gives both sides the same default: there we let it pass. */
function refuseSameAddress({ peerIpv4, peerIpv6, ownIpv4, ownIpv6 }: RuleDraft): void {
  if (isSameAddress(peerIpv4, ownIpv4) || isSameAddress(peerIpv6, ownIpv6)) {
    throw refuse('InvalidParamter.Conflict (same address)');
  }
}

const isSameAddress = (peer: string, own: string): boolean => peer !== '' && peer === own;
