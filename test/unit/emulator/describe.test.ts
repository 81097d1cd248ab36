import { describe, expect, it } from 'vitest';
import type { Quirks } from '../../../emulator/quirks.ts';
import {
  EmulatedWorld,
  ONE_OF_EVERYTHING,
  OTHER_ACCOUNT_ID,
  permission,
  REGION,
  START_MS,
  type RequestParams,
} from '../../support/emulated-world.ts';

interface RulePage {
  readonly NextToken?: string;
  readonly Permissions: { readonly Permission: ReadonlyArray<Readonly<Record<string, unknown>>> };
}

function describeRules(world: EmulatedWorld, params: RequestParams = {}): RulePage {
  const result = world.call('DescribeSecurityGroupAttribute', { SecurityGroupId: 'sg-web', ...params });
  if (!result.ok) throw new Error(result.code);
  return result.answer as unknown as RulePage;
}

const ruleIds = (page: RulePage) =>
  page.Permissions.Permission.map((rule) => rule.SecurityGroupRuleId as string);

function walk(world: EmulatedWorld, MaxResults: string, between?: (page: number) => void): string[][] {
  const pages: string[][] = [];
  let NextToken = '';
  do {
    const page = describeRules(world, { MaxResults, NextToken });
    pages.push(ruleIds(page));
    NextToken = page.NextToken ?? '';
    between?.(pages.length);
  } while (NextToken !== '');
  return pages;
}

const groupOf = (count: number) => ({
  securityGroups: [
    {
      RegionId: REGION,
      SecurityGroupId: 'sg-web',
      Permissions: Array.from({ length: count }, (_, n) => ({
        Direction: 'ingress',
        IpProtocol: 'TCP',
        PortRange: `${String(n + 1)}/${String(n + 1)}`,
        SourceCidrIp: '10.0.0.0/8',
      })),
    },
  ],
});
const allIds = (count: number) => Array.from({ length: count }, (_, n) => `sgr-web-${String(n + 1)}`);

describe('DescribeSecurityGroupAttribute', () => {
  it('answers with the group and every field of its rules', () => {
    const { Permissions, ...head } = describeRules(new EmulatedWorld());
    expect(head).toEqual({
      RegionId: REGION,
      VpcId: 'vpc-1',
      SecurityGroupId: 'sg-web',
      SecurityGroupName: 'web',
      Description: '',
      InnerAccessPolicy: 'Accept',
      NextToken: '',
      SnapshotPolicyIds: { SnapshotPolicyId: [] },
    });
    expect(Permissions.Permission[5]).toEqual({
      SecurityGroupRuleId: 'sgr-full',
      Direction: 'ingress',
      IpProtocol: 'UDP',
      PortRange: '53/53',
      PortRangeListId: '',
      PortRangeListName: '',
      SourcePortRange: '1024/65535',
      SourceCidrIp: '192.168.0.0/16',
      Ipv6SourceCidrIp: '',
      SourceGroupId: '',
      SourceGroupName: '',
      SourceGroupOwnerAccount: '',
      SourcePrefixListId: '',
      SourcePrefixListName: '',
      DestCidrIp: '10.1.0.0/16',
      Ipv6DestCidrIp: '',
      DestGroupId: '',
      DestGroupName: '',
      DestGroupOwnerAccount: '',
      DestPrefixListId: '',
      DestPrefixListName: '',
      Policy: 'Drop',
      Priority: 7,
      NicType: 'intranet',
      Description: 'names',
      CreateTime: '2020-01-01T00:00:00Z',
    });
  });

  it('looks up the names of groups and lists', () => {
    const [, , group, prefixes, ports] = describeRules(new EmulatedWorld()).Permissions.Permission;
    expect([group?.SourceGroupName, prefixes?.SourcePrefixListName, ports?.PortRangeListName]).toEqual([
      'lb',
      'cdn',
      'app',
    ]);
  });

  it('priorityType=string', () => {
    const world = new EmulatedWorld(ONE_OF_EVERYTHING, { priorityType: 'string' });
    expect(describeRules(world).Permissions.Permission[5]).toMatchObject({ Priority: '7' });
  });

  const filters: ReadonlyArray<readonly [RequestParams, readonly string[]]> = [
    [{ Direction: 'egress' }, ['sgr-out']],
    [{ Direction: 'ingress' }, ['sgr-v4', 'sgr-v6', 'sgr-sg', 'sgr-pl', 'sgr-prl', 'sgr-full']],
    [{ NicType: 'internet', Direction: 'egress' }, ['sgr-out']],
    [{ SecurityGroupId: 'sg-classic' }, ['sgr-c1']],
    [{ SecurityGroupId: 'sg-classic', NicType: 'intranet' }, ['sgr-c2']],
    [{ SecurityGroupId: 'sg-managed' }, ['sgr-m1']],
  ];
  it.each(filters)('%j shows %j', (params, expected) => {
    expect(ruleIds(describeRules(new EmulatedWorld(), params))).toEqual(expected);
  });

  it('shows no one else’s groups', () => {
    const world = new EmulatedWorld();
    expect(world.call('DescribeSecurityGroupAttribute', { SecurityGroupId: 'sg-other' })).toMatchObject({
      code: 'InvalidSecurityGroupId.NotFound',
    });
    expect(
      world.call('DescribeSecurityGroupAttribute', { SecurityGroupId: 'sg-other' }, OTHER_ACCOUNT_ID).ok,
    ).toBe(true);
  });
});

describe('pages', () => {
  const cases: ReadonlyArray<readonly [string, Partial<Quirks>]> = [
    ['insertion', {}],
    ['shuffled', { pageOrder: 'shuffled' }],
  ];
  it.each(cases)('pageOrder=%s: a walk shows each rule exactly once', (order, quirks) => {
    const world = new EmulatedWorld(groupOf(95), quirks);
    const pages = walk(world, '10');
    expect(pages.map((page) => page.length)).toEqual([10, 10, 10, 10, 10, 10, 10, 10, 10, 5]);
    const seen = pages.flat();
    expect([...seen].sort()).toEqual(allIds(95).sort());
    if (order === 'insertion') expect(seen).toEqual(allIds(95));
    else expect(seen).not.toEqual(allIds(95));
  });

  it('shuffled walks differ from each other, and by the seed alone', () => {
    const worlds = [1, 2].map(() => new EmulatedWorld(groupOf(40), { pageOrder: 'shuffled' }));
    const walks = worlds.map((world) => [walk(world, '10'), walk(world, '10')]);
    expect(walks[0]).toEqual(walks[1]);
    expect(walks[0]?.[0]).not.toEqual(walks[0]?.[1]);
  });

  it.each([
    ['', 500],
    ['1000', 1000],
    ['10', 10],
  ])('MaxResults %j gives %i', (MaxResults, size) => {
    const page = describeRules(new EmulatedWorld(groupOf(1001)), { MaxResults });
    expect(page.Permissions.Permission).toHaveLength(size);
    expect(page.NextToken).not.toBe('');
  });

  it('has no next token when the last page is exactly full', () => {
    expect(walk(new EmulatedWorld(groupOf(20)), '10')).toHaveLength(2);
  });

  it.each([
    { MaxResults: '1001' },
    { MaxResults: 'ten' },
    { NextToken: 'bm9uc2Vuc2U' },
    { Direction: 'sideways' },
  ])('refuses %j', (params) => {
    const result = new EmulatedWorld().call('DescribeSecurityGroupAttribute', {
      SecurityGroupId: 'sg-web',
      ...params,
    });
    expect(result).toMatchObject({ status: 400, code: 'InvalidParamter' });
  });

  it('refuses the token of another question', () => {
    const world = new EmulatedWorld(groupOf(20));
    const { NextToken = '' } = describeRules(world, { MaxResults: '10' });
    const result = world.call('DescribeSecurityGroupAttribute', {
      SecurityGroupId: 'sg-web',
      Direction: 'egress',
      NextToken,
    });
    expect(result).toMatchObject({ code: 'InvalidParamter' });
  });

  it('a rule removed between two pages shifts the rest, and the walk still ends', () => {
    const world = new EmulatedWorld(groupOf(20));
    const pages = walk(world, '10', (page) => {
      if (page === 1)
        world.call('RevokeSecurityGroup', {
          SecurityGroupId: 'sg-web',
          'SecurityGroupRuleId.1': 'sgr-web-1',
        });
    });
    expect(pages.flat()).not.toContain('sgr-web-11');
    expect(pages.flat()).toHaveLength(19);
  });
});

describe('describeLagMs', () => {
  const add = (world: EmulatedWorld, port: number) =>
    world.call('AuthorizeSecurityGroup', {
      SecurityGroupId: 'sg-web',
      ...permission(1, {
        IpProtocol: 'TCP',
        PortRange: `${String(port)}/${String(port)}`,
        SourceCidrIp: '10.0.0.0/8',
      }),
    });
  const ports = (world: EmulatedWorld) =>
    describeRules(world).Permissions.Permission.map((rule) => rule.PortRange);

  it('shows the contents of that long ago, to the millisecond', () => {
    const world = new EmulatedWorld(groupOf(1), { describeLagMs: 1000 });
    add(world, 2);
    world.clockMs = START_MS + 500;
    add(world, 3);
    const shown = [999, 1000, 1499, 1500, 9999].map((elapsedMs) => {
      world.clockMs = START_MS + elapsedMs;
      return ports(world).length;
    });
    expect(shown).toEqual([1, 2, 2, 3, 3]);
  });

  it('hides a new group for a while, from every Describe, but not from writes', () => {
    const world = new EmulatedWorld(groupOf(1), { describeLagMs: 1000 });
    const created = world.call('CreateSecurityGroup', { VpcId: 'vpc-1' });
    const SecurityGroupId = created.ok ? String(created.answer.SecurityGroupId) : '';
    expect(world.call('DescribeSecurityGroupAttribute', { SecurityGroupId }).ok).toBe(false);
    expect(world.call('DescribeSecurityGroups', { SecurityGroupId })).toMatchObject({
      answer: { SecurityGroups: { SecurityGroup: [] } },
    });
    expect(world.call('ModifySecurityGroupPolicy', { SecurityGroupId, InnerAccessPolicy: 'drop' }).ok).toBe(
      true,
    );
    world.clockMs += 1000;
    expect(world.call('DescribeSecurityGroupAttribute', { SecurityGroupId })).toMatchObject({
      answer: { InnerAccessPolicy: 'Drop' },
    });
  });

  it('forgets what no lag can show any more', () => {
    const world = new EmulatedWorld(groupOf(1), { describeLagMs: 1000 });
    for (let port = 2; port <= 9; port += 1) {
      add(world, port);
      world.clockMs += 400;
    }
    expect(world.state.past.length).toBeLessThanOrEqual(3);
  });

  it('keeps a bounded past', () => {
    const world = new EmulatedWorld(groupOf(1), { describeLagMs: 1e9 });
    for (let port = 2; port <= 1100; port += 1) {
      add(world, port);
      world.call('RevokeSecurityGroup', {
        SecurityGroupId: 'sg-web',
        ...permission(1, {
          IpProtocol: 'TCP',
          PortRange: `${String(port)}/${String(port)}`,
          SourceCidrIp: '10.0.0.0/8',
        }),
      });
    }
    expect(world.state.past.length).toBeLessThanOrEqual(1000);
  });

  it('forgets the past when it is turned off', () => {
    const world = new EmulatedWorld(groupOf(1));
    add(world, 2);
    expect(world.state.past).toEqual([]);
    expect(ports(world)).toHaveLength(2);
  });
});

describe('DescribeSecurityGroups', () => {
  const ids = (world: EmulatedWorld, params: RequestParams): string[] => {
    const result = world.call('DescribeSecurityGroups', { MaxResults: '100', ...params });
    if (!result.ok) throw new Error(result.code);
    const { SecurityGroups } = result.answer as {
      SecurityGroups: { SecurityGroup: Array<{ SecurityGroupId: string }> };
    };
    return SecurityGroups.SecurityGroup.map((group) => group.SecurityGroupId);
  };
  const own = ['sg-web', 'sg-lb', 'sg-far', 'sg-classic', 'sg-classic2', 'sg-ent', 'sg-managed'];
  const cases: ReadonlyArray<readonly [RequestParams, readonly string[]]> = [
    [{}, own],
    [{ RegionId: 'cn-beijing' }, ['sg-north']],
    [{ SecurityGroupId: 'sg-lb' }, ['sg-lb']],
    [{ SecurityGroupIds: '["sg-lb","sg-ent","sg-other"]' }, ['sg-lb', 'sg-ent']],
    [{ SecurityGroupName: 'web' }, ['sg-web']],
    [{ SecurityGroupName: 'we' }, []],
    [{ SecurityGroupName: 'we', FuzzyQuery: 'true' }, ['sg-web']],
    [{ VpcId: 'vpc-2' }, ['sg-far']],
    [{ NetworkType: 'classic' }, ['sg-classic', 'sg-classic2']],
    [{ SecurityGroupType: 'enterprise' }, ['sg-ent']],
    [{ ServiceManaged: 'True' }, ['sg-managed']],
    [{ 'Tag.1.Key': 'team', 'Tag.1.Value': 'shop' }, ['sg-web']],
    [{ 'Tag.1.Key': 'team' }, ['sg-web']],
    [{ 'Tag.1.Key': 'team', 'Tag.1.Value': 'bank' }, []],
    [{ ResourceGroupId: 'rg-1' }, []],
  ];
  it.each(cases)('%j finds %j', (params, expected) => {
    expect(ids(new EmulatedWorld(), params)).toEqual(expected);
  });

  const tags = (count: number): RequestParams =>
    Object.fromEntries(
      Array.from({ length: count }, (_, n) => [`Tag.${String(n + 1)}.Key`, `k${String(n)}`]),
    );
  const refused: ReadonlyArray<readonly [RequestParams, string]> = [
    [{ MaxResults: 'abc' }, 'InvalidParameter'],
    [{ MaxResults: '0' }, 'InvalidParameter'],
    [{ MaxResults: '101' }, 'InvalidParameter'],
    [{ NetworkType: 'foo' }, 'InvalidParameter'],
    [{ ServiceManaged: 'foo' }, 'InvalidParameter'],
    [{ DryRun: 'foo' }, 'InvalidParameter'],
    [tags(21), 'InvalidParameter'],
    [{ DryRun: 'true', RegionId: 'xx-nowhere' }, 'InvalidRegionId.NotFound'],
    [{ DryRun: 'true', NextToken: 'AAAA' }, 'InValidParameter.NextToken'],
    [{ DryRun: 'true', MaxResults: '0' }, 'InvalidParameter'],
    [{ DryRun: 'true' }, 'DryRunOperation'],
  ];
  it.each(refused)('%j is refused: %s', (params, code) => {
    expect(new EmulatedWorld().call('DescribeSecurityGroups', params)).toMatchObject({ ok: false, code });
  });

  it('takes 20 tags', () => {
    expect(ids(new EmulatedWorld(), tags(20))).toEqual([]);
  });

  it('answers with every field of a group', () => {
    const result = new EmulatedWorld().call('DescribeSecurityGroups', { SecurityGroupId: 'sg-web' });
    expect(result).toEqual({
      ok: true,
      answer: {
        RegionId: REGION,
        NextToken: '',
        SecurityGroups: {
          SecurityGroup: [
            {
              SecurityGroupId: 'sg-web',
              SecurityGroupName: 'web',
              Description: '',
              SecurityGroupType: 'normal',
              VpcId: 'vpc-1',
              CreationTime: '2020-01-01T00:00:00Z',
              EcsCount: 0,
              AvailableInstanceAmount: 6000,
              ResourceGroupId: '',
              ServiceManaged: false,
              ServiceID: 0,
              Tags: { Tag: [{ TagKey: 'team', TagValue: 'shop' }] },
              RuleCount: 7,
              GroupToGroupRuleCount: 1,
            },
          ],
        },
      },
    });
  });

  it('gives ten a page unless told otherwise', () => {
    const many = Array.from({ length: 25 }, (_, n) => ({
      RegionId: REGION,
      SecurityGroupId: `sg-${String(n)}`,
    }));
    const world = new EmulatedWorld({ securityGroups: many });
    const found: string[] = [];
    let NextToken = '';
    do {
      const result = world.call('DescribeSecurityGroups', { NextToken });
      if (!result.ok) throw new Error(result.code);
      const page = result.answer as {
        NextToken: string;
        SecurityGroups: { SecurityGroup: Array<{ SecurityGroupId: string }> };
      };
      expect(page.SecurityGroups.SecurityGroup.length).toBeLessThanOrEqual(10);
      found.push(...page.SecurityGroups.SecurityGroup.map((group) => group.SecurityGroupId));
      NextToken = page.NextToken;
    } while (NextToken !== '');
    expect(found).toEqual(many.map((group) => group.SecurityGroupId));
  });

  it('shows no more than a thousand groups of a tag', () => {
    const many = Array.from({ length: 1001 }, (_, n) => ({
      RegionId: REGION,
      SecurityGroupId: `sg-${String(n)}`,
      Tags: [{ TagKey: 'team', TagValue: 'shop' }],
    }));
    const world = new EmulatedWorld({ securityGroups: many });
    let pages = 0;
    let token: RequestParams = {};
    do {
      const result = world.call('DescribeSecurityGroups', {
        MaxResults: '100',
        'Tag.1.Key': 'team',
        ...token,
      });
      if (!result.ok) throw new Error(result.code);
      token = { NextToken: String(result.answer.NextToken) };
      pages += 1;
    } while (token.NextToken !== '');
    expect(pages).toBe(10);
  });

  it.each(['sg-lb', '{}', '["web"]'])('refuses SecurityGroupIds %j', (SecurityGroupIds) => {
    expect(new EmulatedWorld().call('DescribeSecurityGroups', { SecurityGroupIds })).toMatchObject({
      code: 'InvalidSecurityGroupId.Malformed',
    });
  });
});

describe('DescribeRegions', () => {
  it('lists known regions and those of the state', () => {
    const world = new EmulatedWorld({
      securityGroups: [{ RegionId: 'cn-new-1', SecurityGroupId: 'sg-web' }],
    });
    const result = world.call('DescribeRegions');
    const { Regions } = (result.ok ? result.answer : {}) as {
      Regions: { Region: Array<{ RegionId: string }> };
    };
    const ids = Regions.Region.map((region) => region.RegionId);
    expect(ids).toContain('cn-hangzhou');
    expect(ids.at(-1)).toBe('cn-new-1');
    expect(Regions.Region[0]).toEqual({
      RegionId: 'cn-qingdao',
      LocalName: 'China (Qingdao)',
      RegionEndpoint: 'ecs.cn-qingdao.aliyuncs.com',
      Status: 'available',
    });
  });
});
