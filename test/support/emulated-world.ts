// A world for calling the emulator's actions without HTTP, and a small cloud that has one of everything.
import type { World } from '../../emulator/action.ts';
import { ApiError } from '../../emulator/action.ts';
import { ACTIONS } from '../../emulator/actions/table.ts';
import { DEFAULT_ACCOUNT_ID } from '../../emulator/gateway/credentials.ts';
import { DEFAULT_QUIRKS, type Quirks } from '../../emulator/quirks.ts';
import { randomId, seededRandom } from '../../emulator/random.ts';
import type { State } from '../../emulator/state.ts';
import { parseState } from '../../emulator/admin/state-file.ts';

export const START_MS = Date.parse('2024-05-01T08:00:00Z');
export const OTHER_ACCOUNT_ID = '2000000000000002';

export type RequestParams = Readonly<Record<string, string>>;

/** What a call came to. */
export type CallResult =
  | { readonly ok: true; readonly answer: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly status: number; readonly code: string; readonly message: string };

export class EmulatedWorld implements World {
  readonly state: State;
  readonly quirks: Quirks;
  readonly random = seededRandom(7);
  clockMs = START_MS;

  constructor(stateFile: unknown = ONE_OF_EVERYTHING, quirks: Partial<Quirks> = {}) {
    this.state = parseState(stateFile);
    this.quirks = { ...DEFAULT_QUIRKS, ...quirks };
  }

  nowMs(): number {
    return this.clockMs;
  }

  newId(prefix: string): string {
    return randomId(prefix, this.random);
  }

  /** RegionId is filled in as cn-hangzhou; give it as `""` to leave it out. */
  call(action: string, params: RequestParams = {}, accountId = DEFAULT_ACCOUNT_ID): CallResult {
    const handler = ACTIONS.get(action);
    if (handler === undefined) throw new Error(`no action ${action}`);
    const request = { action, params: new Map(Object.entries({ RegionId: REGION, ...params })), accountId };
    try {
      return { ok: true, answer: handler(request, this) };
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return { ok: false, status: error.status, code: error.code, message: error.message };
    }
  }

  /** The rules of a group as they are stored. */
  rules(securityGroupId = 'sg-web') {
    const group = this.state.securityGroups.find((each) => each.SecurityGroupId === securityGroupId);
    if (group === undefined) throw new Error(`no group ${securityGroupId}`);
    return group.Permissions;
  }
}

export const REGION = 'cn-hangzhou';

const inHangzhou = { RegionId: REGION, VpcId: 'vpc-1' };

export const ONE_OF_EVERYTHING = {
  securityGroups: [
    {
      ...inHangzhou,
      SecurityGroupId: 'sg-web',
      SecurityGroupName: 'web',
      Tags: [{ TagKey: 'team', TagValue: 'shop' }],
      Permissions: [
        {
          SecurityGroupRuleId: 'sgr-v4',
          Direction: 'ingress',
          IpProtocol: 'TCP',
          PortRange: '80/80',
          SourceCidrIp: '10.0.0.0/8',
        },
        {
          SecurityGroupRuleId: 'sgr-v6',
          Direction: 'ingress',
          IpProtocol: 'TCP',
          PortRange: '80/80',
          Ipv6SourceCidrIp: '2001:db8::/32',
        },
        {
          SecurityGroupRuleId: 'sgr-sg',
          Direction: 'ingress',
          IpProtocol: 'TCP',
          PortRange: '443/443',
          SourceGroupId: 'sg-lb',
        },
        {
          SecurityGroupRuleId: 'sgr-pl',
          Direction: 'ingress',
          IpProtocol: 'TCP',
          PortRange: '443/443',
          SourcePrefixListId: 'pl-v4',
        },
        {
          SecurityGroupRuleId: 'sgr-prl',
          Direction: 'ingress',
          IpProtocol: 'TCP',
          PortRangeListId: 'prl-app',
          SourceCidrIp: '10.0.0.0/8',
        },
        {
          SecurityGroupRuleId: 'sgr-full',
          Direction: 'ingress',
          IpProtocol: 'UDP',
          PortRange: '53/53',
          SourcePortRange: '1024/65535',
          SourceCidrIp: '192.168.0.0/16',
          DestCidrIp: '10.1.0.0/16',
          Policy: 'Drop',
          Priority: 7,
          Description: 'names',
        },
        {
          SecurityGroupRuleId: 'sgr-out',
          Direction: 'egress',
          IpProtocol: 'ALL',
          PortRange: '-1/-1',
          DestCidrIp: '0.0.0.0/0',
        },
      ],
    },
    { ...inHangzhou, SecurityGroupId: 'sg-lb', SecurityGroupName: 'lb', Members: ['i-lb1'] },
    { ...inHangzhou, SecurityGroupId: 'sg-far', VpcId: 'vpc-2' },
    {
      ...inHangzhou,
      SecurityGroupId: 'sg-classic',
      VpcId: '',
      Permissions: [
        {
          SecurityGroupRuleId: 'sgr-c1',
          Direction: 'ingress',
          IpProtocol: 'TCP',
          PortRange: '22/22',
          SourceCidrIp: '10.0.0.0/8',
          NicType: 'internet',
        },
        {
          SecurityGroupRuleId: 'sgr-c2',
          Direction: 'ingress',
          IpProtocol: 'TCP',
          PortRange: '23/23',
          SourceCidrIp: '10.0.0.0/8',
          NicType: 'intranet',
        },
      ],
    },
    { ...inHangzhou, SecurityGroupId: 'sg-classic2', VpcId: '' },
    { ...inHangzhou, SecurityGroupId: 'sg-ent', SecurityGroupType: 'enterprise' },
    {
      ...inHangzhou,
      SecurityGroupId: 'sg-managed',
      ServiceManaged: true,
      Permissions: [
        {
          SecurityGroupRuleId: 'sgr-m1',
          Direction: 'ingress',
          IpProtocol: 'TCP',
          PortRange: '1/1',
          SourceCidrIp: '10.0.0.0/8',
        },
      ],
    },
    { ...inHangzhou, SecurityGroupId: 'sg-other', OwnerId: OTHER_ACCOUNT_ID },
    { RegionId: 'cn-beijing', SecurityGroupId: 'sg-north', VpcId: 'vpc-3' },
  ],
  prefixLists: [
    {
      RegionId: REGION,
      PrefixListId: 'pl-v4',
      PrefixListName: 'cdn',
      MaxEntries: 5,
      Entries: [{ Cidr: '198.51.100.0/24', Description: 'cdn' }],
    },
    {
      RegionId: REGION,
      PrefixListId: 'pl-v6',
      AddressFamily: 'IPv6',
      MaxEntries: 5,
      Entries: [{ Cidr: '2001:db8::/32' }],
    },
  ],
  portRangeLists: [
    {
      RegionId: REGION,
      PortRangeListId: 'prl-app',
      PortRangeListName: 'app',
      MaxEntries: 3,
      Entries: [{ PortRange: '8000/8100', Description: 'app' }],
    },
    { RegionId: REGION, PortRangeListId: 'prl-spare', MaxEntries: 2, Entries: [{ PortRange: '1/2' }] },
  ],
};

/** A rule's parameters in the form `Permissions.N`. */
export const permission = (index: number, fields: RequestParams): RequestParams =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [`Permissions.${String(index)}.${name}`, value]),
  );
