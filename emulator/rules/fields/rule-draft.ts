// A rule as a request spells it: each field checked for its format and brought to the form that Describe shows,
// but not yet checked against the other fields or against the state. `""` stands for "left out".
import { text } from '../../actions/params.ts';
import { SIDES } from '../rule-call.ts';
import {
  readDescription,
  readIpv4,
  readIpv6,
  readNicType,
  readPolicy,
  readPortRange,
  readPriority,
  readProtocol,
  readSourcePortRange,
  type DraftSource,
} from './rule-fields.ts';

export interface RuleDraft {
  /** What the messages call it: `Permissions.3`, or `request` for the flat form. */
  readonly name: string;
  readonly form: DraftSource['form'];
  readonly protocol: string;
  readonly portRange: string;
  readonly portListId: string;
  readonly sourcePortRange: string;
  readonly peerIpv4: string;
  readonly peerIpv6: string;
  readonly peerGroupId: string;
  /** Account id or login name, as sent. */
  readonly peerGroupOwner: string;
  readonly peerListId: string;
  readonly ownIpv4: string;
  readonly ownIpv6: string;
  readonly policy: '' | 'Accept' | 'Drop';
  readonly priority: number | undefined;
  readonly nicType: '' | 'intranet' | 'internet';
  readonly description: string;
}

/** The fields of a rule by themselves. */
export type RuleFields = Omit<RuleDraft, 'name' | 'form'>;

/** Throws the refusal of the first field whose format is bad. */
export function readDraft(source: DraftSource): RuleDraft {
  const { fields, call } = source;
  const { own } = SIDES[call.direction];
  const portRange = readPortRange(source);
  return {
    name: source.name,
    form: source.form,
    protocol: readProtocol(source),
    portRange,
    portListId: portRange === '' && takesPortList(source) ? text(fields, 'PortRangeListId') : '',
    sourcePortRange: readSourcePortRange(source),
    ...readPeer(source),
    ownIpv4: readIpv4(source, own),
    ownIpv6: readIpv6(source, own),
    policy: readPolicy(source),
    priority: readPriority(source),
    nicType: readNicType(source),
    description: readDescription(source),
  };
}

/** Authorize and Revoke have it in `Permissions.N` only, Modify only at the top level, and 2019 nowhere. */
const takesPortList = ({ call, form }: DraftSource): boolean =>
  !call.legacy && (form === 'current' || call.operation === 'modify');

type Peer = Pick<RuleDraft, 'peerIpv4' | 'peerIpv6' | 'peerGroupId' | 'peerGroupOwner' | 'peerListId'>;

/** Of several peers one counts: a block before a group, a group before a prefix list. */
function readPeer(source: DraftSource): Peer {
  const { fields, call } = source;
  const { peer } = SIDES[call.direction];
  const peerIpv4 = readIpv4(source, peer);
  const peerIpv6 = readIpv6(source, peer);
  const block = { peerIpv4, peerIpv6, peerGroupId: '', peerGroupOwner: '', peerListId: '' };
  if (peerIpv4 !== '' || peerIpv6 !== '') return block;
  const peerGroupId = text(fields, `${peer}GroupId`);
  if (peerGroupId !== '') {
    const ownerId = text(fields, `${peer}GroupOwnerId`);
    return {
      ...block,
      peerGroupId,
      peerGroupOwner: ownerId === '' ? text(fields, `${peer}GroupOwnerAccount`) : ownerId,
    };
  }
  return { ...block, peerListId: call.legacy ? '' : text(fields, `${peer}PrefixListId`) };
}
