// What a Modify by id makes of a rule: what was sent over what is there, within what may be changed. The kind of
// peer, the kind of ports and the nic stay; no field goes from non-empty to empty.
import type { World } from '../action.ts';
import type { Permission, SecurityGroup } from '../state.ts';
import { fieldsOf } from './permission.ts';
import { refuse } from '../actions/refusals.ts';
import { findPrefixList } from './rule-check.ts';
import type { RuleDraft, RuleFields } from './fields/rule-draft.ts';
import { NO_PORTS } from './fields/ports.ts';

/** Throws the refusal of the first change that isn't allowed. */
export function mergeRule(
  sent: RuleDraft,
  before: Permission,
  group: SecurityGroup,
  world: World,
): RuleDraft {
  const old = fieldsOf(before);
  if (sent.nicType !== '' && sent.nicType !== old.nicType) throw refuse('InvalidOperation.ModifyNicType');
  refuseOtherPeerKind(sent, old, group, world);
  const portKind = portKindOf(sent);
  if (portKind !== 'none' && portKind !== portKindOf(old)) {
    throw refuse('InvalidOperation.ModifyPortRangeType');
  }
  const keep = world.quirks.modifyOmitted === 'keep';
  if (!keep) refuseEmptied(sent, old);
  const ports = portKind === 'none' ? old : sent;
  return {
    name: sent.name,
    form: sent.form,
    protocol: sent.protocol || old.protocol,
    portRange: ports.portRange,
    portListId: ports.portListId,
    sourcePortRange: sent.sourcePortRange || old.sourcePortRange,
    ...peerOf(peerKindOf(sent) === 'none' ? old : sent),
    ...mergeOwnSide(sent, old),
    ...mergeVerdict(sent, old, keep),
    nicType: old.nicType,
    description: sent.description || old.description,
  };
}

/** The two fields that have a default to go back to. */
function mergeVerdict(
  sent: RuleFields,
  old: RuleFields,
  keep: boolean,
): Pick<RuleFields, 'policy' | 'priority'> {
  const omitted = keep ? old : { policy: 'Accept' as const, priority: 1 };
  return { policy: sent.policy || omitted.policy, priority: sent.priority ?? omitted.priority };
}

const peerOf = ({ peerIpv4, peerIpv6, peerGroupId, peerGroupOwner, peerListId }: RuleFields) => ({
  peerIpv4,
  peerIpv6,
  peerGroupId,
  peerGroupOwner,
  peerListId,
});

/** An own side sent in the other family would empty the old field, which is not allowed. */
function mergeOwnSide(sent: RuleFields, old: RuleFields): Pick<RuleFields, 'ownIpv4' | 'ownIpv6'> {
  const emptiesIpv4 = old.ownIpv4 !== '' && sent.ownIpv6 !== '' && sent.ownIpv4 === '';
  const emptiesIpv6 = old.ownIpv6 !== '' && sent.ownIpv4 !== '' && sent.ownIpv6 === '';
  if (emptiesIpv4 || emptiesIpv6) throw refuse('InvalidParam.InvalidModifyRuleRequest');
  return { ownIpv4: sent.ownIpv4 || old.ownIpv4, ownIpv6: sent.ownIpv6 || old.ownIpv6 };
}

function peerKindOf(fields: RuleFields): 'ipv4' | 'ipv6' | 'group' | 'list' | 'none' {
  if (fields.peerIpv4 !== '') return 'ipv4';
  if (fields.peerIpv6 !== '') return 'ipv6';
  if (fields.peerGroupId !== '') return 'group';
  return fields.peerListId === '' ? 'none' : 'list';
}

function portKindOf({ portRange, portListId }: RuleFields): 'range' | 'list' | 'none' {
  if (portRange !== '') return 'range';
  return portListId === '' ? 'none' : 'list';
}

function refuseOtherPeerKind(sent: RuleDraft, old: RuleFields, group: SecurityGroup, world: World): void {
  const kind = peerKindOf(sent);
  if (kind === 'none') return;
  if (kind !== peerKindOf(old)) throw refuse('InvalidOperation.ModifySgRuleEntityType');
  if (kind !== 'list') return;
  const next = findPrefixList(world.state, sent.peerListId, group);
  if (next === undefined) throw refuse('InvalidPrefixListId.NotFound');
  const family = findPrefixList(world.state, old.peerListId, group)?.AddressFamily;
  if (family !== undefined && next.AddressFamily !== family) {
    throw refuse('InvalidParam.PrefixListAddressFamilyMismatch (modify)');
  }
}

/**
 * The strict reading of "a field cannot go from non-empty to empty" for a request that leaves optional fields
 * out (quirk modifyOmitted=reset): left out is empty, so it is refused. Policy and Priority have defaults and
 * go back to them; protocol, ports and peer can't be empty and stay.
 */
function refuseEmptied(sent: RuleFields, old: RuleFields): void {
  const emptied =
    (old.description !== '' && sent.description === '') ||
    (old.sourcePortRange !== '' && old.sourcePortRange !== NO_PORTS && sent.sourcePortRange === '') ||
    (old.ownIpv4 !== '' && sent.ownIpv4 === '') ||
    (old.ownIpv6 !== '' && sent.ownIpv6 === '');
  if (emptied) throw refuse('InvalidParam.InvalidModifyRuleRequest');
}
