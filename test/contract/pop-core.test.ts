// pop-core (signature V1), the client that the daemon uses, through every action: what is sent arrives, what is
// answered is complete.
import Core from '@alicloud/pop-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ACTIONS } from '../../emulator/actions/table.ts';
import { startTestEmulator, type TestEmulator } from '../support/emulator.ts';

const RegionId = 'cn-hangzhou';

let emulator: TestEmulator;
let core: Core;
beforeAll(async () => {
  emulator = await startTestEmulator();
  core = new Core({
    accessKeyId: 'emulator',
    accessKeySecret: 'emulator-secret',
    endpoint: emulator.url,
    apiVersion: '2014-05-26',
  });
});
afterAll(() => emulator.close());

/** Parameters as pop-core takes them: arrays of records are flattened by it. */
type Parameters = Readonly<Record<string, unknown>>;

async function call<T>(action: string, parameters: Parameters = {}): Promise<T> {
  const answer: T & { RequestId: string } = await core.request(
    action,
    { RegionId, ...parameters },
    { method: 'POST' },
  );
  const { RequestId, ...rest } = answer;
  expect(RequestId).toMatch(/^[0-9A-F]{8}-([0-9A-F]{4}-){3}[0-9A-F]{12}$/);
  return JSON.parse(JSON.stringify(rest)) as T;
}

interface Rule {
  readonly SecurityGroupRuleId: string;
  readonly PortRange: string;
  readonly Description: string;
}
interface RulePage {
  readonly NextToken: string;
  readonly Permissions: { readonly Permission: readonly Rule[] };
}

async function createGroup(SecurityGroupName: string): Promise<string> {
  const parameters = { SecurityGroupName, VpcId: 'vpc-1', Tag: [{ Key: 'team', Value: 'shop' }] };
  return (await call<{ SecurityGroupId: string }>('CreateSecurityGroup', parameters)).SecurityGroupId;
}

async function describeAll(SecurityGroupId: string): Promise<{ rules: Rule[]; pages: number }> {
  const rules: Rule[] = [];
  let pages = 0;
  let token = {};
  do {
    const page = await call<RulePage>('DescribeSecurityGroupAttribute', {
      SecurityGroupId,
      MaxResults: 10,
      ...token,
    });
    rules.push(...page.Permissions.Permission);
    pages += 1;
    token = page.NextToken === '' ? {} : { NextToken: page.NextToken };
  } while (Object.keys(token).length > 0);
  return { rules, pages };
}

const DESCRIPTION = `*'()!~+/=& ü 安全组 🧱`;

it('rules: a hundred in a batch, read in pages of ten, modified by id, revoked by ids', async () => {
  const SecurityGroupId = await createGroup('rules');
  const Permissions = Array.from({ length: 100 }, (_, index) => ({
    IpProtocol: 'TCP',
    PortRange: `${index + 1}/${index + 1}`,
    SourceCidrIp: '192.0.2.0/24',
    Description: DESCRIPTION,
  }));
  expect(await call('AuthorizeSecurityGroup', { SecurityGroupId, Permissions })).toEqual({});
  const { rules, pages } = await describeAll(SecurityGroupId);
  expect(pages).toBe(10);
  expect(rules.map((rule) => rule.PortRange)).toEqual(Permissions.map((permission) => permission.PortRange));
  expect(new Set(rules.map((rule) => rule.Description))).toEqual(new Set([DESCRIPTION]));

  const SecurityGroupRuleId = rules[0]?.SecurityGroupRuleId ?? '';
  const next = {
    IpProtocol: 'udp',
    PortRange: '9/9',
    SourceCidrIp: '198.51.100.0/24',
    Description: 'changed',
  };
  expect(await call('ModifySecurityGroupRule', { SecurityGroupId, SecurityGroupRuleId, ...next })).toEqual(
    {},
  );
  expect((await describeAll(SecurityGroupId)).rules[0]).toEqual({ ...rules[0], ...next, IpProtocol: 'UDP' });

  const ids = rules.map((rule) => rule.SecurityGroupRuleId);
  expect(await call('RevokeSecurityGroup', { SecurityGroupId, SecurityGroupRuleId: ids })).toEqual({});
  expect((await describeAll(SecurityGroupId)).rules).toEqual([]);
});

it('egress rules, flat and by permissions', async () => {
  const SecurityGroupId = await createGroup('egress');
  const rule = { IpProtocol: 'TCP', PortRange: '443/443', DestCidrIp: '192.0.2.0/24' };
  await call('AuthorizeSecurityGroupEgress', { SecurityGroupId, ...rule });
  const [added] = (await describeAll(SecurityGroupId)).rules;
  const SecurityGroupRuleId = added?.SecurityGroupRuleId ?? '';
  await call('ModifySecurityGroupEgressRule', {
    SecurityGroupId,
    SecurityGroupRuleId,
    ...rule,
    PortRange: '8443/8443',
  });
  await call('RevokeSecurityGroupEgress', {
    SecurityGroupId,
    Permissions: [{ ...rule, PortRange: '8443/8443' }],
  });
  expect((await describeAll(SecurityGroupId)).rules).toEqual([]);
});

it('groups: found, renamed, isolated, referred to, joined, left, deleted', async () => {
  const SecurityGroupId = await createGroup('groups');
  const referring = await createGroup('referring');
  const Permissions = [{ IpProtocol: 'TCP', PortRange: '1/2', SourceGroupId: SecurityGroupId }];
  await call('AuthorizeSecurityGroup', { SecurityGroupId: referring, Permissions });
  await call('ModifySecurityGroupAttribute', { SecurityGroupId, SecurityGroupName: 'renamed' });
  await call('ModifySecurityGroupPolicy', { SecurityGroupId, InnerAccessPolicy: 'Drop' });
  await call('JoinSecurityGroup', { SecurityGroupId, InstanceId: 'i-1' });
  const SecurityGroupIds = JSON.stringify([SecurityGroupId]);
  expect(await call('DescribeSecurityGroups', { SecurityGroupIds })).toMatchObject({
    NextToken: '',
    SecurityGroups: { SecurityGroup: [{ SecurityGroupId, SecurityGroupName: 'renamed', EcsCount: 1 }] },
  });
  expect(await call('DescribeSecurityGroupReferences', { SecurityGroupId: [SecurityGroupId] })).toMatchObject(
    {
      SecurityGroupReferences: {
        SecurityGroupReference: [
          { ReferencingSecurityGroups: { ReferencingSecurityGroup: [{ SecurityGroupId: referring }] } },
        ],
      },
    },
  );
  await expect(call('DeleteSecurityGroup', { SecurityGroupId })).rejects.toMatchObject({
    code: 'DependencyViolation',
  });
  await call('LeaveSecurityGroup', { SecurityGroupId, InstanceId: 'i-1' });
  await call('DeleteSecurityGroup', { SecurityGroupId: referring });
  await call('DeleteSecurityGroup', { SecurityGroupId });
});

it('groups: tagged, listed by their tags, untagged, moved to a resource group', async () => {
  const SecurityGroupId = await createGroup('tagged');
  const target = { ResourceType: 'securitygroup', ResourceId: [SecurityGroupId] };
  await call('TagResources', { ...target, Tag: [{ Key: 'tier', Value: 'web' }] });
  expect(await call('ListTagResources', { ...target, Tag: [{ Key: 'tier', Value: 'web' }] })).toMatchObject({
    TagResources: {
      TagResource: expect.arrayContaining([
        { ResourceId: SecurityGroupId, ResourceType: 'securitygroup', TagKey: 'tier', TagValue: 'web' },
      ]) as unknown,
    },
  });
  await call('UntagResources', { ...target, TagKey: ['tier'] });
  const SecurityGroupIds = JSON.stringify([SecurityGroupId]);
  const ResourceGroupId = 'rg-bp67acfmxazb4p';
  await call('JoinResourceGroup', { ...target, ResourceId: SecurityGroupId, ResourceGroupId });
  const [group] = (
    await call<{ SecurityGroups: { SecurityGroup: Array<{ Tags: { Tag: Array<{ TagKey: string }> } }> } }>(
      'DescribeSecurityGroups',
      { SecurityGroupIds },
    )
  ).SecurityGroups.SecurityGroup;
  expect(group).toMatchObject({ ResourceGroupId });
  expect(group?.Tags.Tag.map(({ TagKey }) => TagKey)).not.toContain('tier');
  await call('DeleteSecurityGroup', { SecurityGroupId });
});

it('prefix lists', async () => {
  const { PrefixListId } = await call<{ PrefixListId: string }>('CreatePrefixList', {
    PrefixListName: 'offices',
    AddressFamily: 'IPv6',
    MaxEntries: 3,
    Entry: [{ Cidr: '2001:DB8::1', Description: 'one' }],
  });
  const AddEntry = [{ Cidr: '2001:db8:1::/48' }];
  await call('ModifyPrefixList', { PrefixListId, AddEntry, RemoveEntry: [{ Cidr: '2001:db8::1/128' }] });
  expect(await call('DescribePrefixLists', { PrefixListId: [PrefixListId] })).toMatchObject({
    PrefixLists: { PrefixList: [{ PrefixListId, MaxEntries: 3, Tags: { Tag: [] } }] },
  });
  expect(await call('DescribePrefixListAttributes', { PrefixListId })).toMatchObject({
    Entries: { Entry: [{ Cidr: '2001:db8:1::/48', Description: '' }] },
  });
  expect(await call('DescribePrefixListAssociations', { PrefixListId })).toEqual({
    NextToken: '',
    PrefixListAssociations: { PrefixListAssociation: [] },
  });
  await call('DeletePrefixList', { PrefixListId });
});

it('port range lists', async () => {
  const { PortRangeListId } = await call<{ PortRangeListId: string }>('CreatePortRangeList', {
    PortRangeListName: 'app',
    MaxEntries: 3,
    Entry: [{ PortRange: '80/80', Description: 'http' }],
  });
  const AddEntry = [{ PortRange: '443/443' }];
  await call('ModifyPortRangeList', { PortRangeListId, AddEntry, RemoveEntry: [{ PortRange: '80/80' }] });
  expect(await call('DescribePortRangeLists', { PortRangeListId: [PortRangeListId] })).toMatchObject({
    PortRangeLists: [{ PortRangeListId, MaxEntries: 3, Tags: [] }],
  });
  expect(await call('DescribePortRangeListEntries', { PortRangeListId })).toEqual({
    Entries: [{ PortRange: '443/443', Description: '' }],
  });
  expect(await call('DescribePortRangeListAssociations', { PortRangeListId })).toEqual({
    NextToken: '',
    PortRangeListAssociations: [],
  });
  await call('DeletePortRangeList', { PortRangeListId });
});

it('ActionTrail: who wrote, page by page, with the version of that service', async () => {
  const trail = new Core({
    accessKeyId: 'alice',
    accessKeySecret: 'alice-secret',
    endpoint: emulator.url,
    apiVersion: '2020-07-06',
  });
  const SecurityGroupId = await createGroup('audited');
  const Permissions = [{ IpProtocol: 'TCP', PortRange: '22/22', SourceCidrIp: '192.0.2.0/24' }];
  await call('AuthorizeSecurityGroup', { SecurityGroupId, Permissions });
  const LookupAttribute = [{ Key: 'ResourceName', Value: SecurityGroupId }];
  interface EventPage {
    readonly NextToken?: string;
    readonly Events: ReadonlyArray<{ readonly eventName: string; readonly userIdentity: object }>;
  }
  const ask = (more: Parameters): Promise<EventPage> =>
    trail.request(
      'LookupEvents',
      { RegionId, LookupAttribute, MaxResults: '1', ...more },
      { method: 'POST' },
    );
  const first = await ask({});
  const second = await ask({ NextToken: first.NextToken });
  expect([...first.Events, ...second.Events].map(({ eventName }) => eventName)).toEqual([
    'AuthorizeSecurityGroup',
    'CreateSecurityGroup',
  ]);
  expect(second.NextToken).toBeUndefined();
  expect(first.Events[0]?.userIdentity).toMatchObject({ type: 'ram-user', userName: 'rampart' });
});

it('Quota Center, which is asked for the rates of ECS', async () => {
  const quotas = new Core({
    accessKeyId: 'emulator',
    accessKeySecret: 'emulator-secret',
    endpoint: emulator.url,
    apiVersion: '2020-05-10',
  });
  const Dimensions = [{ Key: 'regionId', Value: RegionId }];
  const question = { ProductCode: 'ecs', QuotaCategory: 'FlowControl', Dimensions };
  await emulator.setQuirks({ rateLimits: { DescribeRegions: 500 } });
  const answer = await quotas.request('ListProductQuotas', question, { method: 'POST' });
  expect(answer).toMatchObject({
    TotalCount: 1,
    Quotas: [{ TotalQuota: 500, Dimensions: { regionId: RegionId } }],
  });
  await emulator.setQuirks({ rateLimits: {} });
});

it('regions', async () => {
  const { Regions } = await call<{ Regions: { Region: Array<{ RegionId: string }> } }>('DescribeRegions');
  expect(Regions.Region.map((region) => region.RegionId)).toContain(RegionId);
});

it('every action of the emulator was called above', async () => {
  const called = new Set((await emulator.calls()).map((record) => record.action));
  expect([...ACTIONS.keys()].filter((action) => !called.has(action))).toEqual([]);
});
