// State files that are written by hand: what may be left out, and which ids are made up for it.
import { describe, expect, it } from 'vitest';
import { dumpState, parseState } from '../../../../emulator/admin/state-file.ts';

const https = { IpProtocol: 'tcp', PortRange: '443/443', SourceCidrIp: '0.0.0.0/0' };

describe('a state file written by hand', () => {
  it('needs of a rule what makes it a rule, and of a group nothing', () => {
    const { securityGroups } = parseState({ securityGroups: [{ Permissions: [https] }, {}] });
    expect(securityGroups).toMatchObject([
      {
        RegionId: 'cn-hangzhou',
        SecurityGroupId: 'sg-1',
        SecurityGroupName: 'sg-1',
        VpcId: 'vpc-emulator',
        Permissions: [
          {
            SecurityGroupRuleId: 'sgr-1-1',
            Direction: 'ingress',
            Policy: 'Accept',
            Priority: 1,
            NicType: 'intranet',
            CreateTime: '2020-01-01T00:00:00Z',
          },
        ],
      },
      { SecurityGroupId: 'sg-2', Permissions: [] },
    ]);
  });

  it('makes the ids of groups and lists from their names', () => {
    const state = parseState({
      securityGroups: [{ SecurityGroupName: 'web' }, { SecurityGroupName: 'two words' }],
      prefixLists: [{ PrefixListName: 'cdn', Entries: [{ Cidr: '2001:db8::/32' }] }, {}],
      portRangeLists: [{ PortRangeListName: 'app' }, {}],
    });
    expect(state.securityGroups.map(({ SecurityGroupId }) => SecurityGroupId)).toEqual(['sg-web', 'sg-2']);
    expect(state.prefixLists).toMatchObject([
      { PrefixListId: 'pl-cdn', AddressFamily: 'IPv6' },
      { PrefixListId: 'pl-2', AddressFamily: 'IPv4' },
    ]);
    expect(state.portRangeLists.map(({ PortRangeListId }) => PortRangeListId)).toEqual(['prl-app', 'prl-2']);
  });

  it('takes the direction of a rule from the side that its peer is on', () => {
    const rules = [
      { IpProtocol: 'ALL', DestGroupId: 'sg-db' },
      { IpProtocol: 'ALL', SourceGroupId: 'sg-lb' },
    ];
    const [group] = parseState({ securityGroups: [{ Permissions: rules }] }).securityGroups;
    expect(group?.Permissions.map(({ Direction }) => Direction)).toEqual(['egress', 'ingress']);
  });

  it('makes up no id that stands anywhere in the file', () => {
    const { securityGroups } = parseState({
      securityGroups: [
        { Permissions: [https] },
        {
          SecurityGroupId: 'sg-1',
          Permissions: [{ ...https, SecurityGroupRuleId: 'sgr-2-1' }],
        },
        { SecurityGroupName: '1', Permissions: [https, { ...https, PortRange: '80/80' }] },
      ],
    });
    const ids = securityGroups.flatMap(({ SecurityGroupId, Permissions }) => [
      SecurityGroupId,
      ...Permissions.map(({ SecurityGroupRuleId }) => SecurityGroupRuleId),
    ]);
    expect(ids).toEqual(['sg-2', 'sgr-2-2', 'sg-1', 'sgr-2-1', 'sg-1-2', 'sgr-1-2-1', 'sgr-1-2-2']);
  });

  it('is complete once it is saved', () => {
    const state = parseState({ securityGroups: [{ Permissions: [https] }], prefixLists: [{}] });
    const saved: unknown = JSON.parse(JSON.stringify(dumpState(state)));
    expect(saved).toMatchObject({
      securityGroups: [{ SecurityGroupId: 'sg-1', OwnerId: '1000000000000001' }],
    });
    expect(parseState(saved)).toEqual(state);
  });

  it('may hold 512 characters of a rule, whatever their size', () => {
    const holding = (Description: string) => ({
      securityGroups: [{ Permissions: [{ ...https, Description }] }],
    });
    expect(parseState(holding('🚀'.repeat(512))).securityGroups).toHaveLength(1);
    expect(() => parseState(holding('x'.repeat(513)))).toThrow(
      'Description: must have 512 characters at most',
    );
  });
});
