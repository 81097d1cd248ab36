// The vendor's current SDK (signature V3) through every action. Its models say which fields an answer has and how
// they are wrapped, so each body is compared with its model: no field may be missing that isn't named below.
import { createRequire } from 'node:module';
import type Ecs from '@alicloud/ecs20140526';
import type OpenApi from '@alicloud/openapi-core';
import type Dara from '@darabonba/typescript';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ACTIONS } from '../../emulator/actions/table.ts';
import { startTestEmulator, type TestEmulator } from '../support/emulator.ts';

// CommonJS: an import of it means one thing to Node and another to the test runner.
const require = createRequire(import.meta.url);
const ecs = require('@alicloud/ecs20140526') as typeof Ecs;
const { $OpenApiUtil } = require('@alicloud/openapi-core') as typeof OpenApi;
const { RuntimeOptions } = require('@darabonba/typescript') as typeof Dara;

const regionId = 'cn-hangzhou';
/** Absent where paging goes by tokens, as the manual says. */
const OPTIONAL: ReadonlySet<string> = new Set([
  'DescribeSecurityGroupsResponseBody.totalCount',
  'DescribeSecurityGroupsResponseBody.pageNumber',
  'DescribeSecurityGroupsResponseBody.pageSize',
]);

let emulator: TestEmulator;
let client: InstanceType<typeof ecs.default>;
beforeAll(async () => {
  emulator = await startTestEmulator();
  client = new ecs.default(
    new $OpenApiUtil.Config({
      accessKeyId: 'emulator',
      accessKeySecret: 'emulator-secret',
      endpoint: emulator.endpoint,
      protocol: 'HTTP',
      regionId,
    }),
  );
});
afterAll(() => emulator.close());

/** A model of the SDK: its class knows the fields and their types. */
interface ModelClass {
  readonly name: string;
  names(): Readonly<Record<string, string>>;
  types(): Readonly<Record<string, unknown>>;
}

const isModel = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && typeof classOf(value).names === 'function';

const classOf = (value: object): ModelClass => value.constructor as unknown as ModelClass;

/** The fields of a body, at any depth, that are missing or not of the type that the model names. */
function misfits(value: object): string[] {
  const model = classOf(value);
  return Object.keys(model.names()).flatMap((field) => {
    const path = `${model.name}.${field}`;
    const held = (value as Record<string, unknown>)[field];
    if (held === undefined) return OPTIONAL.has(path) ? [] : [`${path} is missing`];
    const items = Array.isArray(held) ? (held as unknown[]) : [held];
    const type = model.types()[field];
    const scalar = typeof type === 'string' ? type : undefined;
    const wrong = scalar !== undefined && typeof held !== scalar;
    return [...(wrong ? [`${path} is no ${scalar}`] : []), ...items.filter(isModel).flatMap(misfits)];
  });
}

/** How many models a body holds, itself included: none may be an empty wrapper where things were expected. */
function depth(value: object): number {
  const held: unknown[] = Object.values(value);
  return 1 + Math.max(0, ...held.flat().filter(isModel).map(depth));
}

interface Answer<T> {
  readonly statusCode?: number;
  readonly body?: T;
}

/** Awaits the call and checks the body against its model, with all its parts present. */
async function whole<T extends object>(call: Promise<Answer<T>>, levels = 1): Promise<T> {
  const { statusCode, body } = await call;
  if (body === undefined) throw new Error('no body');
  expect(statusCode).toBe(200);
  expect(misfits(body)).toEqual([]);
  expect(depth(body)).toBe(levels);
  return body;
}

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

async function createGroup(name: string): Promise<string> {
  const request = new ecs.CreateSecurityGroupRequest({
    regionId,
    securityGroupName: name,
    description: 'made by the SDK',
    vpcId: 'vpc-1',
    tag: [new ecs.CreateSecurityGroupRequestTag({ key: 'team', value: 'shop' })],
  });
  const { securityGroupId = '' } = await whole(client.createSecurityGroup(request));
  expect(securityGroupId).toMatch(/^sg-/);
  return securityGroupId;
}

async function describeAll(securityGroupId: string, direction: string) {
  const rules: Ecs.DescribeSecurityGroupAttributeResponseBodyPermissionsPermission[] = [];
  let nextToken: string | undefined;
  let pages = 0;
  do {
    const request = {
      regionId,
      securityGroupId,
      direction,
      maxResults: 10,
      ...(nextToken ? { nextToken } : {}),
    };
    const body = await whole(
      client.describeSecurityGroupAttribute(new ecs.DescribeSecurityGroupAttributeRequest(request)),
      3,
    );
    rules.push(...(body.permissions?.permission ?? []));
    nextToken = body.nextToken;
    pages += 1;
  } while (nextToken !== '');
  return { rules, pages };
}

it('rules: a hundred in a batch, read in pages of ten, modified by id, revoked by ids', async () => {
  const securityGroupId = await createGroup('rules');
  const target = { regionId, securityGroupId };
  const permissions = numbers(100).map(
    (port) =>
      new ecs.AuthorizeSecurityGroupRequestPermissions({
        ipProtocol: 'TCP',
        portRange: `${port}/${port}`,
        sourceCidrIp: '192.0.2.0/24',
        destCidrIp: '10.1.0.0/16',
        priority: '5',
        description: `port ${port}, 安全组 *'()!~+/=&`,
      }),
  );
  await whole(
    client.authorizeSecurityGroup(new ecs.AuthorizeSecurityGroupRequest({ ...target, permissions })),
  );
  const { rules, pages } = await describeAll(securityGroupId, 'ingress');
  expect(pages).toBe(10);
  expect(rules.map((rule) => rule.portRange)).toEqual(permissions.map((permission) => permission.portRange));
  expect(rules[99]?.description).toBe(`port 100, 安全组 *'()!~+/=&`);

  const [first] = rules;
  await whole(
    client.modifySecurityGroupRule(
      new ecs.ModifySecurityGroupRuleRequest({
        ...target,
        securityGroupRuleId: first?.securityGroupRuleId ?? '',
        ipProtocol: 'udp',
        portRange: '9000/9001',
        sourceCidrIp: '198.51.100.0/24',
        destCidrIp: '10.2.0.0/16',
        policy: 'drop',
        priority: '100',
        description: 'changed',
      }),
    ),
  );
  const changed = (await describeAll(securityGroupId, 'ingress')).rules[0];
  const expected = {
    ipProtocol: 'UDP',
    portRange: '9000/9001',
    sourceCidrIp: '198.51.100.0/24',
    destCidrIp: '10.2.0.0/16',
    policy: 'Drop',
    priority: '100',
    description: 'changed',
  };
  expect(changed).toEqual(
    Object.assign(new ecs.DescribeSecurityGroupAttributeResponseBodyPermissionsPermission(first), expected),
  );

  const ids = rules.flatMap((rule) => rule.securityGroupRuleId ?? []);
  await whole(
    client.revokeSecurityGroup(new ecs.RevokeSecurityGroupRequest({ ...target, securityGroupRuleId: ids })),
  );
  const left = await client.describeSecurityGroupAttribute(
    new ecs.DescribeSecurityGroupAttributeRequest(target),
  );
  expect(left.body?.permissions?.permission).toEqual([]);
});

it('egress rules: by permissions and by id', async () => {
  const securityGroupId = await createGroup('egress');
  const target = { regionId, securityGroupId };
  const permission = { ipProtocol: 'ALL', portRange: '-1/-1', ipv6DestCidrIp: '::/0', policy: 'accept' };
  await whole(
    client.authorizeSecurityGroupEgress(
      new ecs.AuthorizeSecurityGroupEgressRequest({
        ...target,
        permissions: [new ecs.AuthorizeSecurityGroupEgressRequestPermissions(permission)],
      }),
    ),
  );
  const [rule] = (await describeAll(securityGroupId, 'egress')).rules;
  await whole(
    client.modifySecurityGroupEgressRule(
      new ecs.ModifySecurityGroupEgressRuleRequest({
        ...target,
        ...permission,
        securityGroupRuleId: rule?.securityGroupRuleId ?? '',
        ipv6DestCidrIp: '2001:db8::/32',
      }),
    ),
  );
  await whole(
    client.revokeSecurityGroupEgress(
      new ecs.RevokeSecurityGroupEgressRequest({
        ...target,
        permissions: [
          new ecs.RevokeSecurityGroupEgressRequestPermissions({
            ...permission,
            ipv6DestCidrIp: '2001:db8::/32',
          }),
        ],
      }),
    ),
  );
  const left = await client.describeSecurityGroupAttribute(
    new ecs.DescribeSecurityGroupAttributeRequest(target),
  );
  expect(left.body?.permissions?.permission).toEqual([]);
});

it('groups: found, renamed, isolated, referred to, joined, left, deleted', async () => {
  const securityGroupId = await createGroup('groups');
  const referring = await createGroup('referring');
  const target = { regionId, securityGroupId };
  await client.authorizeSecurityGroup(
    new ecs.AuthorizeSecurityGroupRequest({
      regionId,
      securityGroupId: referring,
      permissions: [
        new ecs.AuthorizeSecurityGroupRequestPermissions({
          ipProtocol: 'TCP',
          portRange: '1/2',
          sourceGroupId: securityGroupId,
        }),
      ],
    }),
  );
  await whole(
    client.modifySecurityGroupAttribute(
      new ecs.ModifySecurityGroupAttributeRequest({ ...target, securityGroupName: 'renamed' }),
    ),
  );
  await whole(
    client.modifySecurityGroupPolicy(
      new ecs.ModifySecurityGroupPolicyRequest({ ...target, innerAccessPolicy: 'Drop' }),
    ),
  );
  await whole(client.joinSecurityGroup(new ecs.JoinSecurityGroupRequest({ ...target, instanceId: 'i-1' })));
  const found = await whole(
    client.describeSecurityGroups(
      new ecs.DescribeSecurityGroupsRequest({
        regionId,
        securityGroupIds: JSON.stringify([securityGroupId, referring]),
        tag: [new ecs.DescribeSecurityGroupsRequestTag({ key: 'team', value: 'shop' })],
      }),
    ),
    5,
  );
  expect(found.securityGroups?.securityGroup).toMatchObject([
    { securityGroupId, securityGroupName: 'renamed', ecsCount: 1, ruleCount: 0 },
    { securityGroupId: referring, groupToGroupRuleCount: 1 },
  ]);
  const references = await whole(
    client.describeSecurityGroupReferences(
      new ecs.DescribeSecurityGroupReferencesRequest({ regionId, securityGroupId: [securityGroupId] }),
    ),
    5,
  );
  const [reference] = references.securityGroupReferences?.securityGroupReference ?? [];
  expect(reference?.referencingSecurityGroups?.referencingSecurityGroup?.[0]?.securityGroupId).toBe(
    referring,
  );

  const remove = () => client.deleteSecurityGroup(new ecs.DeleteSecurityGroupRequest(target));
  await expect(remove()).rejects.toMatchObject({ code: 'DependencyViolation', statusCode: 403 });
  await whole(client.leaveSecurityGroup(new ecs.LeaveSecurityGroupRequest({ ...target, instanceId: 'i-1' })));
  await whole(
    client.deleteSecurityGroup(new ecs.DeleteSecurityGroupRequest({ regionId, securityGroupId: referring })),
  );
  await whole(remove());
});

it('prefix lists', async () => {
  const { prefixListId = '' } = await whole(
    client.createPrefixList(
      new ecs.CreatePrefixListRequest({
        regionId,
        prefixListName: 'offices',
        addressFamily: 'IPv4',
        maxEntries: 3,
        description: 'all of them',
        entry: [new ecs.CreatePrefixListRequestEntry({ cidr: '192.0.2.1', description: 'one' })],
        tag: [new ecs.CreatePrefixListRequestTag({ key: 'team', value: 'shop' })],
      }),
    ),
  );
  const target = { regionId, prefixListId };
  await whole(
    client.modifyPrefixList(
      new ecs.ModifyPrefixListRequest({
        ...target,
        prefixListName: 'branches',
        addEntry: [new ecs.ModifyPrefixListRequestAddEntry({ cidr: '198.51.100.0/24', description: 'two' })],
        removeEntry: [new ecs.ModifyPrefixListRequestRemoveEntry({ cidr: '192.0.2.1/32' })],
      }),
    ),
  );
  const securityGroupId = await createGroup('prefixes');
  await client.authorizeSecurityGroup(
    new ecs.AuthorizeSecurityGroupRequest({
      regionId,
      securityGroupId,
      permissions: [
        new ecs.AuthorizeSecurityGroupRequestPermissions({
          ipProtocol: 'TCP',
          portRange: '1/2',
          sourcePrefixListId: prefixListId,
        }),
      ],
    }),
  );
  const lists = await whole(
    client.describePrefixLists(
      new ecs.DescribePrefixListsRequest({ regionId, prefixListId: [prefixListId] }),
    ),
    5,
  );
  expect(lists.prefixLists?.prefixList?.[0]).toMatchObject({
    prefixListName: 'branches',
    associationCount: 1,
  });
  const attributes = await whole(
    client.describePrefixListAttributes(new ecs.DescribePrefixListAttributesRequest(target)),
    3,
  );
  expect(attributes.entries?.entry?.map((entry) => entry.cidr)).toEqual(['198.51.100.0/24']);
  const users = await whole(
    client.describePrefixListAssociations(new ecs.DescribePrefixListAssociationsRequest(target)),
    3,
  );
  expect(users.prefixListAssociations?.prefixListAssociation?.[0]?.resourceId).toBe(securityGroupId);
  const [rule] = (await describeAll(securityGroupId, 'all')).rules;
  expect(rule).toMatchObject({ sourcePrefixListId: prefixListId, sourcePrefixListName: 'branches' });
  await client.deleteSecurityGroup(new ecs.DeleteSecurityGroupRequest({ regionId, securityGroupId }));
  await whole(client.deletePrefixList(new ecs.DeletePrefixListRequest(target)));
});

it('port range lists', async () => {
  const { portRangeListId = '' } = await whole(
    client.createPortRangeList(
      new ecs.CreatePortRangeListRequest({
        regionId,
        portRangeListName: 'app',
        maxEntries: 3,
        entry: [new ecs.CreatePortRangeListRequestEntry({ portRange: '80/80', description: 'http' })],
        tag: [new ecs.CreatePortRangeListRequestTag({ key: 'team', value: 'shop' })],
      }),
    ),
  );
  const target = { regionId, portRangeListId };
  await whole(
    client.modifyPortRangeList(
      new ecs.ModifyPortRangeListRequest({
        ...target,
        addEntry: [
          new ecs.ModifyPortRangeListRequestAddEntry({ portRange: '443/443', description: 'https' }),
        ],
        removeEntry: [new ecs.ModifyPortRangeListRequestRemoveEntry({ portRange: '80/80' })],
      }),
    ),
  );
  const securityGroupId = await createGroup('ports');
  await client.authorizeSecurityGroup(
    new ecs.AuthorizeSecurityGroupRequest({
      regionId,
      securityGroupId,
      permissions: [
        new ecs.AuthorizeSecurityGroupRequestPermissions({
          ipProtocol: 'TCP',
          portRangeListId,
          sourceCidrIp: '10.0.0.0/8',
        }),
      ],
    }),
  );
  const lists = await whole(
    client.describePortRangeLists(
      new ecs.DescribePortRangeListsRequest({ regionId, portRangeListId: [portRangeListId] }),
    ),
    3,
  );
  expect(lists.portRangeLists?.[0]).toMatchObject({ portRangeListName: 'app', associationCount: 1 });
  const entries = await whole(
    client.describePortRangeListEntries(new ecs.DescribePortRangeListEntriesRequest(target)),
    2,
  );
  expect(entries.entries?.map((entry) => entry.portRange)).toEqual(['443/443']);
  const users = await whole(
    client.describePortRangeListAssociations(new ecs.DescribePortRangeListAssociationsRequest(target)),
    2,
  );
  expect(users.portRangeListAssociations?.[0]?.resourceId).toBe(securityGroupId);
  const [rule] = (await describeAll(securityGroupId, 'all')).rules;
  expect(rule).toMatchObject({ portRangeListId, portRangeListName: 'app', portRange: '' });
  await client.deleteSecurityGroup(new ecs.DeleteSecurityGroupRequest({ regionId, securityGroupId }));
  await whole(client.deletePortRangeList(new ecs.DeletePortRangeListRequest(target)));
});

it('groups: tagged, listed by their tags, untagged, moved to a resource group', async () => {
  const securityGroupId = await createGroup('tagged');
  const target = { regionId, resourceType: 'securitygroup', resourceId: [securityGroupId] };
  const tag = [new ecs.TagResourcesRequestTag({ key: 'tier', value: 'web' })];
  await whole(client.tagResources(new ecs.TagResourcesRequest({ ...target, tag })));
  const listed = await whole(client.listTagResources(new ecs.ListTagResourcesRequest(target)), 3);
  const keys = listed.tagResources?.tagResource?.map(({ tagKey }) => tagKey);
  expect(keys?.sort()).toEqual(['team', 'tier']);
  await whole(client.untagResources(new ecs.UntagResourcesRequest({ ...target, tagKey: ['tier'] })));
  await whole(
    client.joinResourceGroup(
      new ecs.JoinResourceGroupRequest({
        ...target,
        resourceId: securityGroupId,
        resourceGroupId: 'rg-bp67acfmxazb4p',
      }),
    ),
  );
  const { securityGroups } = await whole(
    client.describeSecurityGroups(
      new ecs.DescribeSecurityGroupsRequest({
        regionId,
        securityGroupIds: JSON.stringify([securityGroupId]),
      }),
    ),
    5,
  );
  const [group] = securityGroups?.securityGroup ?? [];
  expect(group?.resourceGroupId).toBe('rg-bp67acfmxazb4p');
  expect(group?.tags?.tag?.map(({ tagKey }) => tagKey)).toEqual(['team']);
  await client.deleteSecurityGroup(new ecs.DeleteSecurityGroupRequest({ regionId, securityGroupId }));
});

it('ActionTrail, whose own SDK is not published for Node.js: by the core that it is made of', async () => {
  const securityGroupId = await createGroup('audited');
  const request = new $OpenApiUtil.OpenApiRequest({
    query: {
      MaxResults: '50',
      'LookupAttribute.1.Key': 'ResourceName',
      'LookupAttribute.1.Value': securityGroupId,
    },
  });
  const params = new $OpenApiUtil.Params({
    action: 'LookupEvents',
    version: '2020-07-06',
    protocol: 'HTTP',
    pathname: '/',
    method: 'POST',
    authType: 'AK',
    style: 'RPC',
    reqBodyType: 'formData',
    bodyType: 'json',
  });
  const { body } = (await client.callApi(params, request, new RuntimeOptions({}))) as {
    body: { Events: Array<{ eventName: string; sourceIpAddress: string; eventTime: string }> };
  };
  expect(body.Events).toMatchObject([{ eventName: 'CreateSecurityGroup', sourceIpAddress: '127.0.0.1' }]);
  expect(body.Events[0]?.eventTime).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
});

it('regions', async () => {
  const body = await whole(client.describeRegions(new ecs.DescribeRegionsRequest({})), 3);
  expect(body.regions?.region?.map((region) => region.regionId)).toContain(regionId);
});

it('every action of the emulator was called above', async () => {
  const called = new Set((await emulator.calls()).map((call) => call.action));
  expect([...ACTIONS.keys()].filter((action) => !called.has(action))).toEqual([]);
});
