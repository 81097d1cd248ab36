import { describe, expect, it } from 'vitest';
import { EmulatedWorld, permission, type RequestParams } from '../../../support/emulated-world.ts';

function answerOf(world: EmulatedWorld, action: string, params: RequestParams = {}): unknown {
  const result = world.call(action, params);
  if (!result.ok) throw new Error(`${action}: ${result.code}`);
  return result.answer;
}

const web = { SecurityGroupId: 'sg-web' };

describe('prefix lists', () => {
  interface Attributes {
    readonly Entries: { readonly Entry: ReadonlyArray<{ Cidr: string; Description: string }> };
  }
  const entriesOf = (world: EmulatedWorld, PrefixListId: string) =>
    (answerOf(world, 'DescribePrefixListAttributes', { PrefixListId }) as Attributes).Entries.Entry;

  it('are made with canonical entries', () => {
    const world = new EmulatedWorld();
    const { PrefixListId } = answerOf(world, 'CreatePrefixList', {
      PrefixListName: 'offices',
      AddressFamily: 'IPv6',
      MaxEntries: '3',
      Description: 'all of them',
      'Entry.1.Cidr': '2001:0DB8:0000:0000:0000:0000:0000:0001',
      'Entry.1.Description': 'one',
      'Entry.2.Cidr': '2001:DB8::/32',
      'Tag.1.Key': 'team',
    }) as { PrefixListId: string };
    expect(PrefixListId).toMatch(/^pl-[a-z0-9]{20}$/);
    expect(answerOf(world, 'DescribePrefixListAttributes', { PrefixListId })).toEqual({
      PrefixListId,
      PrefixListName: 'offices',
      AddressFamily: 'IPv6',
      MaxEntries: 3,
      Description: 'all of them',
      CreationTime: '2024-05-01T08:00Z',
      Entries: {
        Entry: [
          { Cidr: '2001:db8::1/128', Description: 'one' },
          { Cidr: '2001:db8::/32', Description: '' },
        ],
      },
    });
    expect(world.state.version).toBe(1);
  });

  it('are modified by entries; adding one that is there describes it', () => {
    const world = new EmulatedWorld();
    answerOf(world, 'ModifyPrefixList', {
      PrefixListId: 'pl-v4',
      PrefixListName: 'edge',
      'AddEntry.1.Cidr': '198.51.100.0/24',
      'AddEntry.1.Description': 'edge nodes',
      'AddEntry.2.Cidr': '192.0.2.1',
    });
    answerOf(world, 'ModifyPrefixList', {
      PrefixListId: 'pl-v4',
      'AddEntry.1.Cidr': '192.0.2.2',
      'RemoveEntry.1.Cidr': '192.0.2.1/32',
    });
    expect(entriesOf(world, 'pl-v4')).toEqual([
      { Cidr: '198.51.100.0/24', Description: 'edge nodes' },
      { Cidr: '192.0.2.2/32', Description: '' },
    ]);
    expect(world.state.prefixLists[0]).toMatchObject({ PrefixListName: 'edge', MaxEntries: 5 });
  });

  it.each<[string, RequestParams, string]>([
    ['removing what is not there', { 'RemoveEntry.1.Cidr': '192.0.2.1' }, 'InvalidParameter'],
    [
      'adding and removing the same',
      { 'AddEntry.1.Cidr': '198.51.100.0/24', 'RemoveEntry.1.Cidr': '198.51.100.0/24' },
      'InvalidParameter.CidrDuplicated',
    ],
    ['an entry of the other family', { 'AddEntry.1.Cidr': '::/0' }, 'InvalidParameter.CidrMalformed'],
    ['nothing to do', {}, 'MissingParameter'],
    [
      'more than MaxEntries',
      Object.fromEntries(
        Array.from({ length: 5 }, (_, n) => [`AddEntry.${String(n + 1)}.Cidr`, `192.0.2.${String(n)}`]),
      ),
      'LimitExceed.MaxEntries',
    ],
  ])('refuse %s', (_name, params, code) => {
    const world = new EmulatedWorld();
    expect(world.call('ModifyPrefixList', { PrefixListId: 'pl-v4', ...params })).toMatchObject({
      ok: false,
      code,
    });
    expect(world.state.version).toBe(0);
  });

  it('know who uses them, and can be deleted once no one does', () => {
    const world = new EmulatedWorld();
    const lists = () =>
      answerOf(world, 'DescribePrefixLists') as {
        PrefixLists: { PrefixList: Array<{ PrefixListId: string; AssociationCount: number }> };
      };
    expect(lists().PrefixLists.PrefixList.map((list) => list.AssociationCount)).toEqual([1, 0]);
    expect(answerOf(world, 'DescribePrefixListAssociations', { PrefixListId: 'pl-v4' })).toEqual({
      NextToken: '',
      PrefixListAssociations: {
        PrefixListAssociation: [{ ResourceId: 'sg-web', ResourceType: 'securitygroup' }],
      },
    });
    answerOf(world, 'RevokeSecurityGroup', { ...web, 'SecurityGroupRuleId.1': 'sgr-pl' });
    answerOf(world, 'DeletePrefixList', { PrefixListId: 'pl-v4' });
    expect(lists().PrefixLists.PrefixList.map((list) => list.PrefixListId)).toEqual(['pl-v6']);
    expect(world.call('DescribePrefixListAttributes', { PrefixListId: 'pl-v4' })).toMatchObject({
      status: 404,
      code: 'InvalidPrefixListId.NotFound',
    });
  });

  it.each<[RequestParams, readonly string[]]>([
    [{}, ['pl-v4', 'pl-v6']],
    [{ AddressFamily: 'IPv6' }, ['pl-v6']],
    [{ PrefixListName: 'cdn' }, ['pl-v4']],
    [{ 'PrefixListId.1': 'pl-v6', 'PrefixListId.2': 'pl-gone' }, ['pl-v6']],
    [{ RegionId: 'cn-beijing' }, []],
    [{ 'Tag.1.Key': 'team' }, []],
    [{ ResourceGroupId: 'rg-1' }, []],
  ])('%j finds %j', (params, expected) => {
    const { PrefixLists } = answerOf(new EmulatedWorld(), 'DescribePrefixLists', params) as {
      PrefixLists: { PrefixList: Array<{ PrefixListId: string }> };
    };
    expect(PrefixLists.PrefixList.map((list) => list.PrefixListId)).toEqual(expected);
  });

  it('come in pages', () => {
    const world = new EmulatedWorld();
    const first = answerOf(world, 'DescribePrefixLists', { MaxResults: '1' }) as { NextToken: string };
    expect(
      answerOf(world, 'DescribePrefixLists', { MaxResults: '1', NextToken: first.NextToken }),
    ).toMatchObject({
      NextToken: '',
      PrefixLists: { PrefixList: [{ PrefixListId: 'pl-v6' }] },
    });
    expect(world.call('DescribePrefixLists', { MaxResults: '101' })).toMatchObject({
      code: 'InvalidParameter',
    });
  });
});

describe('port range lists', () => {
  it('are made, described in plain arrays, and used by rules', () => {
    const world = new EmulatedWorld();
    const { PortRangeListId } = answerOf(world, 'CreatePortRangeList', {
      PortRangeListName: 'web',
      MaxEntries: '2000',
      'Entry.1.PortRange': '080/80',
      'Entry.1.Description': 'http',
      'Tag.1.Key': 'team',
      'Tag.1.Value': 'shop',
      ResourceGroupId: 'rg-1',
    }) as { PortRangeListId: string };
    expect(PortRangeListId).toMatch(/^prl-[a-z0-9]{20}$/);
    expect(answerOf(world, 'DescribePortRangeLists', { 'Tag.1.Key': 'team' })).toEqual({
      NextToken: '',
      PortRangeLists: [
        {
          PortRangeListId,
          PortRangeListName: 'web',
          MaxEntries: 2000,
          AssociationCount: 0,
          Description: '',
          CreationTime: '2024-05-01T08:00Z',
          ResourceGroupId: 'rg-1',
          Tags: [{ TagKey: 'team', TagValue: 'shop' }],
        },
      ],
    });
    const rule = permission(1, { IpProtocol: 'TCP', PortRangeListId, SourceCidrIp: '10.0.0.0/8' });
    expect(world.call('AuthorizeSecurityGroup', { ...web, ...rule })).toMatchObject({
      code: 'AuthorizationLimitExceed',
    });
  });

  it('are modified by entries', () => {
    const world = new EmulatedWorld();
    answerOf(world, 'ModifyPortRangeList', {
      PortRangeListId: 'prl-app',
      Description: 'ports of the app',
      'AddEntry.1.PortRange': '8000/8100',
      'AddEntry.1.Description': 'main',
      'AddEntry.2.PortRange': '9/9',
    });
    answerOf(world, 'ModifyPortRangeList', { PortRangeListId: 'prl-app', 'RemoveEntry.1.PortRange': '9/9' });
    expect(answerOf(world, 'DescribePortRangeListEntries', { PortRangeListId: 'prl-app' })).toEqual({
      Entries: [{ PortRange: '8000/8100', Description: 'main' }],
    });
    expect(world.state.portRangeLists[0]).toMatchObject({
      Description: 'ports of the app',
      PortRangeListName: 'app',
    });
  });

  it.each<[string, RequestParams, string]>([
    ['removing what is not there', { 'RemoveEntry.1.PortRange': '9/9' }, 'InvalidParameter'],
    [
      'adding and removing the same',
      { 'AddEntry.1.PortRange': '9/9', 'RemoveEntry.1.PortRange': '9/9' },
      'InvalidParameter.PortRangeDuplicated',
    ],
    ['ports out of order', { 'AddEntry.1.PortRange': '9/8' }, 'InvalidParameter.PortRange'],
    ['nothing to do', {}, 'MissingParameter'],
    [
      'an unknown list',
      { PortRangeListId: 'prl-gone', Description: 'gone' },
      'InvalidPortRangeListId.NotFound',
    ],
  ])('refuse %s', (_name, params, code) => {
    const world = new EmulatedWorld();
    expect(world.call('ModifyPortRangeList', { PortRangeListId: 'prl-app', ...params })).toMatchObject({
      ok: false,
      code,
    });
    expect(world.state.version).toBe(0);
  });

  it('know who uses them, and can be deleted once no one does', () => {
    const world = new EmulatedWorld();
    expect(answerOf(world, 'DescribePortRangeListAssociations', { PortRangeListId: 'prl-app' })).toEqual({
      NextToken: '',
      PortRangeListAssociations: [{ ResourceId: 'sg-web', ResourceType: 'SecurityGroup' }],
    });
    answerOf(world, 'RevokeSecurityGroup', { ...web, 'SecurityGroupRuleId.1': 'sgr-prl' });
    answerOf(world, 'DeletePortRangeList', { PortRangeListId: 'prl-app' });
    expect(world.state.portRangeLists.map((list) => list.PortRangeListId)).toEqual(['prl-spare']);
  });
});

describe('a Modify to what is there already', () => {
  const cases: ReadonlyArray<readonly [string, RequestParams]> = [
    ['ModifyPrefixList', { PrefixListId: 'pl-v4', PrefixListName: 'cdn' }],
    [
      'ModifyPrefixList',
      { PrefixListId: 'pl-v4', 'AddEntry.1.Cidr': '198.51.100.0/24', 'AddEntry.1.Description': 'cdn' },
    ],
    ['ModifyPortRangeList', { PortRangeListId: 'prl-app', PortRangeListName: 'app' }],
    [
      'ModifyPortRangeList',
      { PortRangeListId: 'prl-app', 'AddEntry.1.PortRange': '8000/8100', 'AddEntry.1.Description': 'app' },
    ],
  ];
  it.each(cases)('%s %j succeeds without effect', (action, params) => {
    const world = new EmulatedWorld();
    expect(world.call(action, params)).toEqual({ ok: true, answer: {} });
    expect(world.state.version).toBe(0);
  });

  it.each(['DescribePrefixLists', 'DescribePortRangeLists'])('%s refuses 21 tags', (action) => {
    const tags = Array.from({ length: 21 }, (_, n) => [`Tag.${String(n + 1)}.Key`, 'k'] as const);
    expect(new EmulatedWorld().call(action, Object.fromEntries(tags))).toMatchObject({
      code: 'InvalidParameter',
    });
  });
});
