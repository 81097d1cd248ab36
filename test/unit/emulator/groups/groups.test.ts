import { describe, expect, it } from 'vitest';
import {
  EmulatedWorld,
  ONE_OF_EVERYTHING,
  OTHER_ACCOUNT_ID,
  permission,
  REGION,
  type RequestParams,
} from '../../../support/emulated-world.ts';

describe('CreateSecurityGroup', () => {
  const create = (params: RequestParams) => {
    const world = new EmulatedWorld({});
    const result = world.call('CreateSecurityGroup', { VpcId: 'vpc-1', ...params });
    expect(result.ok).toBe(true);
    return { group: world.state.securityGroups[0], answer: result.ok ? result.answer : {} };
  };

  it('makes a group without rules and answers with its id', () => {
    const { group, answer } = create({
      SecurityGroupName: '网页-1',
      Description: 'web',
      ResourceGroupId: 'rg-1',
      'Tag.1.Key': 'team',
      'Tag.1.Value': '',
    });
    expect(group).toEqual({
      RegionId: REGION,
      SecurityGroupId: answer.SecurityGroupId,
      SecurityGroupName: '网页-1',
      Description: 'web',
      VpcId: 'vpc-1',
      SecurityGroupType: 'normal',
      InnerAccessPolicy: 'Accept',
      ServiceManaged: false,
      ResourceGroupId: 'rg-1',
      CreationTime: '2024-05-01T08:00:00Z',
      OwnerId: '1000000000000001',
      Tags: [{ TagKey: 'team', TagValue: '' }],
      Members: [],
      Permissions: [],
    });
    expect(answer.SecurityGroupId).toMatch(/^sg-[a-z0-9]{20}$/);
  });

  it('isolates the members of enterprise groups', () => {
    expect(create({ SecurityGroupType: 'enterprise' }).group).toMatchObject({
      SecurityGroupType: 'enterprise',
      InnerAccessPolicy: 'Drop',
    });
  });
});

describe('writes to a group', () => {
  const cases: ReadonlyArray<readonly [string, RequestParams, object, number]> = [
    [
      'ModifySecurityGroupAttribute',
      { SecurityGroupName: 'shop' },
      { SecurityGroupName: 'shop', Description: '' },
      1,
    ],
    [
      'ModifySecurityGroupAttribute',
      { Description: 'the shop' },
      { SecurityGroupName: 'web', Description: 'the shop' },
      1,
    ],
    ['ModifySecurityGroupAttribute', { SecurityGroupName: 'web' }, { SecurityGroupName: 'web' }, 0],
    ['ModifySecurityGroupPolicy', { InnerAccessPolicy: 'DROP' }, { InnerAccessPolicy: 'Drop' }, 1],
    ['ModifySecurityGroupPolicy', { InnerAccessPolicy: 'accept' }, { InnerAccessPolicy: 'Accept' }, 0],
  ];
  it.each(cases)('writes to a group: %s %j', (action, params, expected, version) => {
    const world = new EmulatedWorld();
    expect(world.call(action, { SecurityGroupId: 'sg-web', ...params })).toEqual({ ok: true, answer: {} });
    expect(world.state.securityGroups[0]).toMatchObject(expected);
    expect(world.state.version).toBe(version);
  });

  it.each([
    'ModifySecurityGroupAttribute',
    'DeleteSecurityGroup',
    'AuthorizeSecurityGroup',
    'RevokeSecurityGroup',
    'ModifySecurityGroupRule',
  ])('%s does not see the groups of others', (action) => {
    const world = new EmulatedWorld();
    const rule = { IpProtocol: 'TCP', PortRange: '80/80', SourceCidrIp: '10.0.0.0/8' };
    const params = action === 'ModifySecurityGroupAttribute' ? { Description: 'mine' } : rule;
    expect(world.call(action, { SecurityGroupId: 'sg-other', ...params })).toMatchObject({ status: 404 });
  });

  it('leaves everything else as it was, the very same values', () => {
    const world = new EmulatedWorld();
    const before = world.state.securityGroups;
    world.call('ModifySecurityGroupAttribute', { SecurityGroupId: 'sg-lb', Description: 'balancer' });
    expect(world.state.securityGroups.map((group, index) => group === before[index])).toEqual(
      before.map((group) => group.SecurityGroupId !== 'sg-lb'),
    );
  });
});

describe('references and members', () => {
  it('are shown, and hold a group in place until they are gone', () => {
    const world = new EmulatedWorld(ONE_OF_EVERYTHING);
    world.call('AuthorizeSecurityGroupEgress', {
      SecurityGroupId: 'sg-web',
      ...permission(1, { IpProtocol: 'TCP', PortRange: '1/1', DestGroupId: 'sg-lb' }),
    });
    expect(
      world.call('DescribeSecurityGroupReferences', {
        'SecurityGroupId.1': 'sg-lb',
        'SecurityGroupId.2': 'sg-far',
      }),
    ).toEqual({
      ok: true,
      answer: {
        SecurityGroupReferences: {
          SecurityGroupReference: [
            {
              SecurityGroupId: 'sg-lb',
              ReferencingSecurityGroups: {
                ReferencingSecurityGroup: [{ SecurityGroupId: 'sg-web', AliUid: '1000000000000001' }],
              },
            },
            { SecurityGroupId: 'sg-far', ReferencingSecurityGroups: { ReferencingSecurityGroup: [] } },
          ],
        },
      },
    });
    const remove = () => world.call('DeleteSecurityGroup', { SecurityGroupId: 'sg-lb' });
    expect(remove()).toMatchObject({ code: 'DependencyViolation' });
    expect(
      world.call('LeaveSecurityGroup', { SecurityGroupId: 'sg-lb', InstanceId: 'i-lb1', RegionId: '' }).ok,
    ).toBe(true);
    expect(remove()).toMatchObject({ code: 'DependencyViolation' });
    for (const [action, peer] of [
      ['RevokeSecurityGroup', 'SourceGroupId'],
      ['RevokeSecurityGroupEgress', 'DestGroupId'],
    ] as const) {
      const PortRange = peer === 'DestGroupId' ? '1/1' : '443/443';
      world.call(action, {
        SecurityGroupId: 'sg-web',
        ...permission(1, { IpProtocol: 'TCP', PortRange, [peer]: 'sg-lb' }),
      });
    }
    expect(remove()).toEqual({ ok: true, answer: {} });
    expect(world.state.securityGroups.map((group) => group.SecurityGroupId)).not.toContain('sg-lb');
  });

  it('of another account count too', () => {
    const world = new EmulatedWorld({
      securityGroups: [
        { RegionId: REGION, SecurityGroupId: 'sg-mine' },
        {
          RegionId: REGION,
          SecurityGroupId: 'sg-theirs',
          OwnerId: OTHER_ACCOUNT_ID,
          Permissions: [
            {
              Direction: 'ingress',
              IpProtocol: 'ALL',
              SourceGroupId: 'sg-mine',
              SourceGroupOwnerAccount: '1000000000000001',
            },
          ],
        },
      ],
    });
    expect(world.call('DeleteSecurityGroup', { SecurityGroupId: 'sg-mine' })).toMatchObject({
      code: 'DependencyViolation',
    });
  });

  it('instances and interfaces join and leave', () => {
    const world = new EmulatedWorld();
    expect(world.call('JoinSecurityGroup', { SecurityGroupId: 'sg-web', InstanceId: 'i-lb1' }).ok).toBe(true);
    expect(
      world.call('JoinSecurityGroup', { SecurityGroupId: 'sg-web', NetworkInterfaceId: 'eni-1' }).ok,
    ).toBe(true);
    expect(world.state.securityGroups[0]?.Members).toEqual(['i-lb1', 'eni-1']);
    expect(world.call('DescribeSecurityGroups', { SecurityGroupId: 'sg-web' })).toMatchObject({
      answer: { SecurityGroups: { SecurityGroup: [{ EcsCount: 2, AvailableInstanceAmount: 5998 }] } },
    });
    expect(
      world.call('LeaveSecurityGroup', { SecurityGroupId: 'sg-web', NetworkInterfaceId: 'eni-1' }).ok,
    ).toBe(true);
    expect(world.state.securityGroups[0]?.Members).toEqual(['i-lb1']);
    expect(
      world.call('JoinSecurityGroup', {
        SecurityGroupId: 'sg-web',
        InstanceId: 'i-1',
        NetworkInterfaceId: 'eni-1',
      }),
    ).toMatchObject({ code: 'InvalidInstanceId.Malformed' });
  });
});
