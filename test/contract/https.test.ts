// The vendor's clients of npm over https, against an emulator that answers both schemes: each rule operation, and both
// ways of paging through groups. What a client writes by one scheme, the other shows.
import { createRequire } from 'node:module';
import type Ecs from '@alicloud/ecs20140526';
import type OpenApi from '@alicloud/openapi-core';
import type Dara from '@darabonba/typescript';
import Core from '@alicloud/pop-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeCertificate } from '../../emulator/tls/certificate.ts';
import { startTestEmulator, type TestEmulator } from '../support/emulator.ts';

// CommonJS: an import of it means one thing to Node and another to the test runner.
const require = createRequire(import.meta.url);
const ecs = require('@alicloud/ecs20140526') as typeof Ecs;
const { $OpenApiUtil } = require('@alicloud/openapi-core') as typeof OpenApi;
const { RuntimeOptions } = require('@darabonba/typescript') as typeof Dara;

const RegionId = 'cn-hangzhou';
const KEY = { accessKeyId: 'emulator', accessKeySecret: 'emulator-secret' };
/** More than two pages of ten. */
const GROUPS = Array.from({ length: 25 }, (_, index) => `sg-bp1group${String(index).padStart(2, '0')}`);

let emulator: TestEmulator;
let ca: string;
beforeAll(async () => {
  const own = await makeCertificate(['127.0.0.1'], new Date());
  ca = own.ca;
  emulator = await startTestEmulator({
    tls: own,
    state: { securityGroups: GROUPS.map((SecurityGroupId) => ({ RegionId, SecurityGroupId })) },
  });
});
afterAll(() => emulator.close());

type Parameters = Readonly<Record<string, unknown>>;

/** One way of calling, so that the same story can be told of every client. */
type Call = (action: string, parameters: Parameters) => Promise<Record<string, unknown>>;

/** Signature V1. */
const popCore: Call = (action, parameters) =>
  new Core({
    ...KEY,
    endpoint: emulator.url.replace('http:', 'https:'),
    apiVersion: '2014-05-26',
    opts: { ca },
  }).request(action, { RegionId, ...parameters }, { method: 'POST' });

/** Signature V3, by the call below the models, which takes parameters as the others do. */
const openApi: Call = async (action, parameters) => {
  const client = new ecs.default(
    new $OpenApiUtil.Config({
      ...KEY,
      endpoint: emulator.endpoint,
      protocol: 'HTTPS',
      regionId: RegionId,
      ca,
    }),
  );
  const params = new $OpenApiUtil.Params({
    ...{ action, version: '2014-05-26', protocol: 'HTTPS', pathname: '/', method: 'POST' },
    ...{ authType: 'AK', style: 'RPC', reqBodyType: 'formData', bodyType: 'json' },
  });
  const query = flat({ RegionId, ...parameters });
  const answer = (await client.callApi(
    params,
    new $OpenApiUtil.OpenApiRequest({ query }),
    new RuntimeOptions({}),
  )) as {
    body: Record<string, unknown>;
  };
  return answer.body;
};

/** `Permissions.1.IpProtocol` and so on. */
function flat(parameters: Parameters, prefix = ''): Record<string, string> {
  return Object.fromEntries(
    Object.entries(parameters).flatMap(([key, value]): Array<[string, string]> => {
      const name = `${prefix}${key}`;
      if (Array.isArray(value)) {
        const items: unknown[] = value;
        return items.flatMap((item, index) =>
          typeof item === 'object' && item !== null
            ? Object.entries(flat(item as Parameters, `${name}.${index + 1}.`))
            : [[`${name}.${index + 1}`, String(item)]],
        );
      }
      return [[name, String(value)]];
    }),
  );
}

const CLIENTS: ReadonlyArray<readonly [string, Call]> = [
  ['@alicloud/pop-core (V1)', popCore],
  ['@alicloud/ecs20140526 (V3)', openApi],
];

interface RuleRow {
  readonly SecurityGroupRuleId: string;
  readonly PortRange: string;
}

async function rulesOf(call: Call, SecurityGroupId: string): Promise<RuleRow[]> {
  const answer = await call('DescribeSecurityGroupAttribute', { SecurityGroupId });
  return (answer.Permissions as { readonly Permission: RuleRow[] }).Permission;
}

/** The same over plain http, on the same port. */
async function portsByHttp(SecurityGroupId: string): Promise<unknown[]> {
  const { securityGroups } = await emulator.state();
  const group = securityGroups.find((each) => each.SecurityGroupId === SecurityGroupId);
  return (group?.Permissions ?? []).map(({ PortRange }) => PortRange);
}

it.each(CLIENTS)(
  'a rule is authorized, described, modified and revoked over https, which plain http shows: %s',
  async (_name, call) => {
    const SecurityGroupId = GROUPS[0]!;
    const target = { SecurityGroupId };
    const rule = {
      IpProtocol: 'TCP',
      PortRange: '22/22',
      SourceCidrIp: '192.0.2.0/24',
      Description: `安全 *'()`,
    };
    await call('AuthorizeSecurityGroup', { ...target, Permissions: [rule] });
    const [made] = await rulesOf(call, SecurityGroupId);
    expect(made).toMatchObject({ ...rule, Policy: 'Accept' });
    const SecurityGroupRuleId = made?.SecurityGroupRuleId ?? '';
    await call('ModifySecurityGroupRule', { ...target, ...rule, SecurityGroupRuleId, PortRange: '443/443' });
    expect(await rulesOf(call, SecurityGroupId)).toMatchObject([
      { SecurityGroupRuleId, PortRange: '443/443' },
    ]);
    expect(await portsByHttp(SecurityGroupId)).toEqual(['443/443']);
    await call('RevokeSecurityGroup', { ...target, SecurityGroupRuleId: [SecurityGroupRuleId] });
    expect(await portsByHttp(SecurityGroupId)).toEqual([]);
  },
);

interface GroupPage {
  readonly TotalCount?: number;
  readonly NextToken?: string;
  readonly SecurityGroups: { readonly SecurityGroup: ReadonlyArray<{ readonly SecurityGroupId: string }> };
}

const pageOf = async (call: Call, paging: Parameters): Promise<GroupPage & { readonly ids: string[] }> => {
  const page = (await call('DescribeSecurityGroups', paging)) as unknown as GroupPage;
  return { ...page, ids: page.SecurityGroups.SecurityGroup.map(({ SecurityGroupId }) => SecurityGroupId) };
};

it.each(CLIENTS)('groups are paged by number and size, with their total: %s', async (_name, call) => {
  const pages = [1, 2, 3].map((PageNumber) => pageOf(call, { PageNumber, PageSize: 10 }));
  const told = await Promise.all(pages);
  expect(told.map(({ ids }) => ids.length)).toEqual([10, 10, 5]);
  expect(told.map(({ TotalCount }) => TotalCount)).toEqual([25, 25, 25]);
  expect(told.flatMap(({ ids }) => ids).sort()).toEqual(GROUPS);
});

it.each(CLIENTS)('groups are paged by tokens: %s', async (_name, call) => {
  const found: string[] = [];
  let NextToken: string | undefined;
  do {
    const page = await pageOf(call, { MaxResults: 10, ...(NextToken === undefined ? {} : { NextToken }) });
    found.push(...page.ids);
    NextToken = page.NextToken === '' ? undefined : page.NextToken;
  } while (NextToken !== undefined);
  expect(found.sort()).toEqual(GROUPS);
});

it.each(CLIENTS)(
  'where paging by number is withdrawn, it is refused with its code: %s',
  async (_name, call) => {
    await emulator.setQuirks({ groupPaging: 'token' });
    try {
      await expect(call('DescribeSecurityGroups', { PageNumber: 1, PageSize: 50 })).rejects.toMatchObject({
        code: 'NotSupported.PageNumberAndPageSize',
      });
    } finally {
      await emulator.setQuirks({ groupPaging: 'both' });
    }
  },
);
