// Under legacy2019: whether an own side that is left out and 0.0.0.0/0 are one, and what Describe shows of it.
import { describe, expect, it } from 'vitest';
import { EmulatedWorld, type RequestParams } from '../../../support/emulated-world.ts';

const tcp = { IpProtocol: 'tcp', PortRange: '80/80', SourceCidrIp: '10.0.0.0/8' };
const ALL = '0.0.0.0/0';

const legacy = (quirks: object, rules: readonly object[] = []) =>
  new EmulatedWorld(
    { securityGroups: [{ SecurityGroupId: 'sg-web', Permissions: rules }, { SecurityGroupId: 'sg-lb' }] },
    { apiLevel: 'legacy2019', ...quirks },
  );
const call = (world: EmulatedWorld, action: string, fields: RequestParams) =>
  world.call(action, { SecurityGroupId: 'sg-web', ...fields });

const ownSides = (world: EmulatedWorld, field = 'DestCidrIp'): unknown[] => {
  const result = world.call('DescribeSecurityGroupAttribute', { SecurityGroupId: 'sg-web' });
  const answer = (result.ok ? result.answer : {}) as {
    Permissions: { Permission: ReadonlyArray<Readonly<Record<string, unknown>>> };
  };
  return answer.Permissions.Permission.map((rule) => rule[field]);
};

describe('omittedOwnSide other', () => {
  it('keeps both rules, shows both as sent, and finds each only as sent', () => {
    const world = legacy({});
    call(world, 'AuthorizeSecurityGroup', tcp);
    call(world, 'AuthorizeSecurityGroup', { ...tcp, DestCidrIp: ALL });
    expect(ownSides(world)).toEqual(['', ALL]);
    call(world, 'ModifySecurityGroupRule', { ...tcp, DestCidrIp: ALL, Description: 'x' });
    expect(world.rules().map(({ Description }) => Description)).toEqual(['', 'x']);
    call(world, 'RevokeSecurityGroup', tcp);
    expect(ownSides(world)).toEqual([ALL]);
    expect(call(world, 'ModifySecurityGroupRule', { ...tcp, Description: 'y' })).toMatchObject({
      code: 'SecurityGroupRule.NotFound',
    });
  });
});

describe('omittedOwnSide any', () => {
  it.each([
    ['sent', ['']],
    ['any', [ALL]],
    ['empty', ['']],
  ])('has one rule, of which shownOwnSide %s shows %j', (shownOwnSide, shown) => {
    const world = legacy({ omittedOwnSide: 'any', shownOwnSide });
    call(world, 'AuthorizeSecurityGroup', tcp);
    call(world, 'AuthorizeSecurityGroup', { ...tcp, DestCidrIp: ALL });
    expect(ownSides(world)).toEqual(shown);
    expect(call(world, 'ModifySecurityGroupRule', { ...tcp, DestCidrIp: ALL, Description: 'x' }).ok).toBe(
      true,
    );
    expect(world.rules()).toMatchObject([{ Description: 'x' }]);
    call(world, 'RevokeSecurityGroup', { ...tcp, DestCidrIp: '0.0.0.0/0' });
    expect(world.rules()).toEqual([]);
  });

  it('is true of egress and its source, of group peers, and of no rule of IPv6', () => {
    const rules = [
      { IpProtocol: 'ALL', DestCidrIp: ALL },
      { IpProtocol: 'TCP', PortRange: '1/1', SourceGroupId: 'sg-lb' },
      { IpProtocol: 'TCP', PortRange: '1/1', Ipv6SourceCidrIp: '::/0' },
      {
        IpProtocol: 'TCP',
        PortRange: '1/1',
        SourceCidrIp: '10.0.0.0/8',
        Direction: 'ingress',
        DestCidrIp: '10.1.0.0/16',
      },
    ];
    const world = legacy({ omittedOwnSide: 'any', shownOwnSide: 'any' }, rules);
    expect(ownSides(world)).toEqual([ALL, ALL, '', '10.1.0.0/16']);
    expect(ownSides(world, 'SourceCidrIp')).toEqual([ALL, '', '', '10.0.0.0/8']);
    const all = { IpProtocol: 'all', PortRange: '-1/-1', DestCidrIp: ALL, SourceCidrIp: ALL };
    expect(call(world, 'RevokeSecurityGroupEgress', all)).toEqual({ ok: true, answer: {} });
    expect(ownSides(world)).toHaveLength(3);
  });

  it('never shows 0.0.0.0/0 with shownOwnSide empty', () => {
    const rules = [
      {
        IpProtocol: 'TCP',
        PortRange: '1/1',
        SourceCidrIp: '10.0.0.0/8',
        DestCidrIp: ALL,
        Direction: 'ingress',
      },
    ];
    expect(ownSides(legacy({ omittedOwnSide: 'any', shownOwnSide: 'empty' }, rules))).toEqual(['']);
    expect(ownSides(legacy({ shownOwnSide: 'empty' }, rules))).toEqual([ALL]);
  });

  it('is nothing of today: there are two rules, shown as sent', () => {
    const quirks = { apiLevel: 'current', omittedOwnSide: 'any', shownOwnSide: 'any' };
    const world = legacy(quirks);
    call(world, 'AuthorizeSecurityGroup', tcp);
    call(world, 'AuthorizeSecurityGroup', { ...tcp, DestCidrIp: ALL });
    expect(ownSides(world)).toEqual(['', ALL]);
  });
});
