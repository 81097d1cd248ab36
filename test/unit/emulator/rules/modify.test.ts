import { describe, expect, it } from 'vitest';
import type { Quirks } from '../../../../emulator/quirks.ts';
import {
  EmulatedWorld,
  ONE_OF_EVERYTHING,
  REGION,
  type RequestParams,
} from '../../../support/emulated-world.ts';

const modify = (world: EmulatedWorld, SecurityGroupRuleId: string, fields: RequestParams) =>
  world.call('ModifySecurityGroupRule', { SecurityGroupId: 'sg-web', SecurityGroupRuleId, ...fields });

const stored = (world: EmulatedWorld, id: string) =>
  world.rules().find((rule) => rule.SecurityGroupRuleId === id);

const FULL = {
  IpProtocol: 'udp',
  PortRange: '53/53',
  SourcePortRange: '1024/65535',
  SourceCidrIp: '192.168.0.0/16',
  DestCidrIp: '10.1.0.0/16',
  Policy: 'drop',
  Priority: '7',
  Description: 'names',
};

describe('by id', () => {
  const cases: ReadonlyArray<readonly [string, string, RequestParams, object]> = [
    [
      'another block',
      'sgr-v4',
      { SourceCidrIp: '172.16.0.0/12' },
      { SourceCidrIp: '172.16.0.0/12', PortRange: '80/80' },
    ],
    [
      'another group',
      'sgr-sg',
      { SourceGroupId: 'sg-lb', PortRange: '444/444' },
      { SourceGroupId: 'sg-lb', PortRange: '444/444' },
    ],
    [
      'ports, protocol, policy, priority',
      'sgr-v4',
      { IpProtocol: 'udp', PortRange: '1/2', Policy: 'drop', Priority: '9' },
      { IpProtocol: 'UDP', PortRange: '1/2', Policy: 'Drop', Priority: 9 },
    ],
    [
      'a description where there was none',
      'sgr-v4',
      { Description: 'web' },
      { Description: 'web', SourceCidrIp: '10.0.0.0/8' },
    ],
    [
      'an own side where there was none',
      'sgr-v4',
      { DestCidrIp: '10.1.0.0/16' },
      { DestCidrIp: '10.1.0.0/16' },
    ],
    [
      'every field to another value',
      'sgr-full',
      { ...FULL, SourcePortRange: '1/2', DestCidrIp: '10.2.0.0/16', Description: 'new' },
      { SourcePortRange: '1/2', DestCidrIp: '10.2.0.0/16', Description: 'new' },
    ],
    [
      'IPv6 host bits stay',
      'sgr-v6',
      { Ipv6SourceCidrIp: '2001:DB8:1::5/48' },
      { Ipv6SourceCidrIp: '2001:db8:1::5/48' },
    ],
    [
      'another port list',
      'sgr-prl',
      { PortRangeListId: 'prl-spare' },
      { PortRangeListId: 'prl-spare', PortRange: '' },
    ],
  ];
  it.each(cases)('sets %s', (_name, id, fields, expected) => {
    const world = new EmulatedWorld();
    const before = stored(world, id);
    expect(modify(world, id, fields)).toEqual({ ok: true, answer: {} });
    expect(stored(world, id)).toEqual({ ...before, ...expected });
    expect(world.state.version).toBe(1);
    expect(world.rules().map((rule) => rule.SecurityGroupRuleId)).toEqual(
      new EmulatedWorld().rules().map((rule) => rule.SecurityGroupRuleId),
    );
  });

  const omitted: ReadonlyArray<readonly [string, Partial<Quirks>, RequestParams, object | string]> = [
    [
      'reset: policy and priority go back',
      {},
      { ...FULL, Policy: '', Priority: '' },
      { Policy: 'Accept', Priority: 1 },
    ],
    [
      'reset: a description may not be left out',
      {},
      { ...FULL, Description: '' },
      'InvalidParam.InvalidModifyRuleRequest',
    ],
    [
      'reset: source ports may not be left out',
      {},
      { ...FULL, SourcePortRange: '' },
      'InvalidParam.InvalidModifyRuleRequest',
    ],
    [
      'reset: an own side may not be left out',
      {},
      { ...FULL, DestCidrIp: '' },
      'InvalidParam.InvalidModifyRuleRequest',
    ],
    [
      'keep: what is left out stays',
      { modifyOmitted: 'keep' },
      { PortRange: '54/54' },
      { PortRange: '54/54' },
    ],
    [
      'keep: an own side cannot change its family',
      { modifyOmitted: 'keep' },
      { Ipv6DestCidrIp: '::/0' },
      'InvalidParam.InvalidModifyRuleRequest',
    ],
  ];
  it.each(omitted)('modifyOmitted=%s', (_name, quirks, fields, expected) => {
    const world = new EmulatedWorld(ONE_OF_EVERYTHING, quirks);
    const before = stored(world, 'sgr-full');
    const result = modify(world, 'sgr-full', fields);
    if (typeof expected === 'string') expect(result).toMatchObject({ ok: false, code: expected });
    expect(stored(world, 'sgr-full')).toEqual(
      typeof expected === 'string' ? before : { ...before, ...expected },
    );
  });

  const same: ReadonlyArray<readonly [string, Partial<Quirks>, boolean]> = [
    ['ok', {}, true],
    ['duplicate', { modifySame: 'duplicate' }, false],
  ];
  it.each(same)('modifySame=%s for equal values, never with an effect', (_name, quirks, ok) => {
    const world = new EmulatedWorld(ONE_OF_EVERYTHING, quirks);
    const result = modify(world, 'sgr-full', FULL);
    expect(result.ok || result.code).toBe(ok || 'InvalidOperation.RuleDuplicate');
    expect(world.state.version).toBe(0);
  });

  it('ruleIdAfterModify=new gives the rule another id and nothing else', () => {
    const world = new EmulatedWorld(ONE_OF_EVERYTHING, { ruleIdAfterModify: 'new' });
    modify(world, 'sgr-v4', { PortRange: '81/81' });
    expect(stored(world, 'sgr-v4')).toBeUndefined();
    expect(world.rules()[0]).toMatchObject({ PortRange: '81/81', CreateTime: '2020-01-01T00:00:00Z' });
    expect(world.rules()[0]?.SecurityGroupRuleId).toMatch(/^sgr-[a-z0-9]{20}$/);
  });

  const pair = (first: object, second: object) => ({
    securityGroups: [
      {
        RegionId: REGION,
        SecurityGroupId: 'sg-web',
        Permissions: [first, second].map((fields, index) => ({
          SecurityGroupRuleId: `sgr-${String(index + 1)}`,
          Direction: 'ingress',
          IpProtocol: 'TCP',
          PortRange: '80/80',
          SourceCidrIp: '10.0.0.0/8',
          ...fields,
        })),
      },
    ],
  });
  const duplicates: ReadonlyArray<readonly [string, Partial<Quirks>, object, boolean]> = [
    ['equal to another rule', {}, {}, false],
    ['equal but for the priority', {}, { Priority: 2 }, true],
    [
      'equal but for the priority, priorityInIdentity=false',
      { priorityInIdentity: false },
      { Priority: 2 },
      false,
    ],
    ['equal but for the policy', {}, { Policy: 'Drop' }, true],
    [
      'equal but for the direction',
      {},
      { Direction: 'egress', DestCidrIp: '10.0.0.0/8', SourceCidrIp: '' },
      true,
    ],
  ];
  it.each(duplicates)('by id: %s', (_name, quirks, other, ok) => {
    const world = new EmulatedWorld(pair({}, { PortRange: '81/81', ...other }), quirks);
    const result = modify(world, 'sgr-1', { PortRange: '81/81' });
    expect(result.ok || result.code).toBe(ok || 'InvalidOperation.RuleDuplicate');
  });

  it.each([
    ['an IPv6 own side may not be left out', 'InvalidParam.InvalidModifyRuleRequest', { PortRange: '1/1' }],
    ['nor change its family', 'InvalidParam.InvalidModifyRuleRequest', { DestCidrIp: '10.1.0.0/16' }],
    ['but change its value', undefined, { Ipv6DestCidrIp: '2001:db8:2::/48' }],
  ])('by id: %s', (_name, code, fields) => {
    const ipv6 = { SourceCidrIp: '', Ipv6SourceCidrIp: '::/0', Ipv6DestCidrIp: '2001:db8:1::/48' };
    const world = new EmulatedWorld(pair(ipv6, { PortRange: '82/82' }), { modifyOmitted: 'reset' });
    const result = modify(world, 'sgr-1', fields);
    expect(result.ok ? undefined : result.code).toBe(code);
  });

  it('keeps an own side of IPv6 from becoming one of IPv4 when what is left out stays', () => {
    const ipv6 = { SourceCidrIp: '', SourceGroupId: 'sg-lb', Ipv6DestCidrIp: '2001:db8:1::/48' };
    const world = new EmulatedWorld(pair(ipv6, { PortRange: '82/82' }), { modifyOmitted: 'keep' });
    expect(modify(world, 'sgr-1', { DestCidrIp: '10.1.0.0/16' })).toMatchObject({
      code: 'InvalidParam.InvalidModifyRuleRequest',
    });
  });

  it('takes source ports of -1/-1 as empty already', () => {
    const icmp = { IpProtocol: 'ICMP', PortRange: '-1/-1', SourcePortRange: '-1/-1' };
    const world = new EmulatedWorld(pair(icmp, { PortRange: '82/82' }));
    expect(modify(world, 'sgr-1', { SourceCidrIp: '10.1.0.0/16' }).ok).toBe(true);
  });

  it('keeps the nic type of a classic rule', () => {
    const world = new EmulatedWorld();
    const params = { SecurityGroupId: 'sg-classic', SecurityGroupRuleId: 'sgr-c2', PortRange: '24/24' };
    expect(world.call('ModifySecurityGroupRule', params).ok).toBe(true);
    expect(world.rules('sg-classic')[1]).toMatchObject({ PortRange: '24/24', NicType: 'intranet' });
  });

  it.each<[string, Partial<Quirks>, string, RequestParams]>([
    ['of rules', { ruleQuota: 1 }, 'sgr-v4', { PortRange: '81/81' }],
    ['of group references', { groupReferenceQuota: 0 }, 'sgr-sg', { PortRange: '444/444' }],
  ])('edits a rule of a group that is above its quota %s', (_name, quirks, id, fields) => {
    const world = new EmulatedWorld(ONE_OF_EVERYTHING, quirks);
    expect(modify(world, id, fields)).toEqual({ ok: true, answer: {} });
  });

  it('takes a protocol that a state file has in lower case', () => {
    const world = new EmulatedWorld(pair({ IpProtocol: 'tcp' }, { PortRange: '82/82' }));
    const [id = ''] = world.rules().map((each) => each.SecurityGroupRuleId);
    expect(modify(world, id, { PortRange: '83/83' })).toEqual({ ok: true, answer: {} });
    expect(world.rules()[0]).toMatchObject({ IpProtocol: 'TCP', PortRange: '83/83' });
  });

  it('to priority 110 is refused, also for a rule that has it', () => {
    const world = new EmulatedWorld(pair({ Priority: 110 }, { PortRange: '82/82' }));
    const [id = ''] = world.rules().map((each) => each.SecurityGroupRuleId);
    expect(modify(world, id, { Priority: '110' })).toMatchObject({
      code: 'InvalidPriority.ValueNotSupported',
    });
  });

  it('keeps the priority 110 of an old system rule only when told to keep', () => {
    for (const [modifyOmitted, priority] of [
      ['keep', 110],
      ['reset', 1],
    ] as const) {
      const world = new EmulatedWorld(pair({ Priority: 110 }, { PortRange: '82/82' }), { modifyOmitted });
      expect(modify(world, 'sgr-1', { PortRange: '81/81' }).ok).toBe(true);
      expect(world.rules()[0]).toMatchObject({ Priority: priority });
    }
  });

  it('modifies egress rules by the egress action', () => {
    const world = new EmulatedWorld();
    const params = { SecurityGroupId: 'sg-web', SecurityGroupRuleId: 'sgr-out', DestCidrIp: '10.0.0.0/8' };
    expect(world.call('ModifySecurityGroupEgressRule', params).ok).toBe(true);
    expect(stored(world, 'sgr-out')).toMatchObject({ DestCidrIp: '10.0.0.0/8', IpProtocol: 'ALL' });
  });

  it('tells a group peer in the field of the other direction, both ways', () => {
    const world = new EmulatedWorld();
    const params = { SecurityGroupId: 'sg-web', SecurityGroupRuleId: 'sgr-out', SourceGroupId: 'sg-lb' };
    expect(world.call('ModifySecurityGroupEgressRule', params)).toMatchObject({
      code: 'InvalidSourceOrDestGroupId.DirectionMissmatch',
    });
  });
});

describe('by fields, without an id', () => {
  const select = {
    IpProtocol: 'udp',
    PortRange: '53/53',
    SourcePortRange: '1024/65535',
    SourceCidrIp: '192.168.0.0/16',
    DestCidrIp: '10.1.0.0/16',
    Policy: 'drop',
  };
  const cases: ReadonlyArray<readonly [string, Partial<Quirks>, RequestParams, object | string]> = [
    ['sets the description', {}, { ...select, Priority: '7', Description: 'new' }, { Description: 'new' }],
    [
      'selects by priority, which is 1 when left out',
      {},
      { ...select, Description: 'new' },
      'SecurityGroupRule.NotFound',
    ],
    [
      'legacyModifies=descriptionAndPriority: sets the priority',
      { legacyModifies: 'descriptionAndPriority' },
      { ...select, Priority: '9' },
      { Priority: 9 },
    ],
    ['… back to 1 when left out', { legacyModifies: 'descriptionAndPriority' }, select, { Priority: 1 }],
    [
      '… not when modifyOmitted=keep',
      { legacyModifies: 'descriptionAndPriority', modifyOmitted: 'keep' },
      { ...select, Description: 'new' },
      { Description: 'new' },
    ],
    ['leaves a left-out description', {}, { ...select, Priority: '7' }, {}],
    ['finds nothing', {}, { ...select, Priority: '7', PortRange: '54/54' }, 'SecurityGroupRule.NotFound'],
  ];
  it.each(cases)('by fields, without an id: %s', (_name, quirks, fields, expected) => {
    for (const apiLevel of ['current', 'legacy2019'] as const) {
      const world = new EmulatedWorld(ONE_OF_EVERYTHING, { ...quirks, apiLevel });
      const before = stored(world, 'sgr-full');
      const result = world.call('ModifySecurityGroupRule', { SecurityGroupId: 'sg-web', ...fields });
      expect(result.ok || result.code).toBe(typeof expected === 'string' ? expected : true);
      expect(stored(world, 'sgr-full')).toEqual(
        typeof expected === 'string' ? before : { ...before, ...expected },
      );
    }
  });
});

it('selects by a port list too', () => {
  const world = new EmulatedWorld();
  const fields = {
    IpProtocol: 'TCP',
    PortRangeListId: 'prl-app',
    SourceCidrIp: '10.0.0.0/8',
    Description: 'app',
  };
  expect(world.call('ModifySecurityGroupRule', { SecurityGroupId: 'sg-web', ...fields }).ok).toBe(true);
  expect(stored(world, 'sgr-prl')).toMatchObject({ Description: 'app' });
});
