// Model -> wire: the fields of one rule.
import type { Peer } from '../../../reconciler/model/peer.ts';
import { formatPortRange, formatPorts } from '../../../reconciler/model/ports.ts';
import { formatPrefix } from '../../../reconciler/model/prefix.ts';
import type { Direction, Rule } from '../../../reconciler/model/rule.ts';
import type { WireParams } from '../api.ts';
import { SIDE_FIELDS } from './side-fields.ts';

/** The fields of one rule, without numbering. */
export function ruleParams(rule: Rule): WireParams {
  const fields = SIDE_FIELDS[rule.direction];
  return {
    IpProtocol: rule.protocol,
    ...(rule.ports.kind === 'list'
      ? { PortRangeListId: rule.ports.id }
      : { PortRange: formatPorts(rule.ports) }),
    ...(rule.sourcePorts === null ? {} : { SourcePortRange: formatPortRange(rule.sourcePorts) }),
    ...peerParams(rule.peer, rule.direction),
    ...(rule.own === null ? {} : { [fields.own[rule.own.kind]]: formatPrefix(rule.own) }),
    Policy: rule.action,
    Priority: String(rule.priority),
    NicType: rule.nicType,
    ...descriptionParams(rule),
  };
}

function peerParams(peer: Peer, direction: Direction): WireParams {
  const fields = SIDE_FIELDS[direction].peer;
  switch (peer.kind) {
    case 'ipv4':
    case 'ipv6':
      return { [fields[peer.kind]]: formatPrefix(peer) };
    case 'prefixList':
      return { [fields.prefixList]: peer.id };
    case 'group':
      return { [fields.group]: peer.id, ...ownerParams(peer.ownerId, direction) };
  }
}

/** The vendor describes owners as account ids; a login name goes by another field. */
function ownerParams(ownerId: string | null, direction: Direction): WireParams {
  const fields = SIDE_FIELDS[direction].peer;
  if (ownerId === null) return {};
  return { [/^\d+$/.test(ownerId) ? fields.groupOwnerId : fields.groupOwnerAccount]: ownerId };
}

export const descriptionParams = (rule: Rule): WireParams =>
  rule.description === null ? {} : { Description: rule.description };
