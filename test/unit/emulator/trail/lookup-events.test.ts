import { describe, expect, it } from 'vitest';
import { requestHandler } from '../../../../emulator/emulator.ts';
import type { CredentialOptions } from '../../../../emulator/gateway/credentials.ts';
import type { Quirks } from '../../../../emulator/quirks.ts';
import { parseState } from '../../../../emulator/admin/state-file.ts';
import { replyOf, START_MS } from '../../../support/gateway.ts';
import { wireGroup } from '../../../support/estate.ts';
import { type Parameters, requestV1, type SigningKey } from '../../../support/signing.ts';

const REGION = { RegionId: 'cn-hangzhou' };

const CREDENTIALS: readonly CredentialOptions[] = [
  { accessKeyId: 'root', accessKeySecret: 's' },
  { accessKeyId: 'alice', accessKeySecret: 's', principal: { type: 'ram-user', userName: 'alice' } },
  {
    accessKeyId: 'STS.x',
    accessKeySecret: 's',
    securityToken: 't',
    principal: { type: 'assumed-role', roleName: 'ops', sessionName: 'bob' },
  },
  { accessKeyId: 'elsewhere', accessKeySecret: 's', accountId: '42' },
  { accessKeyId: 'blind', accessKeySecret: 's', allow: { actions: ['DescribeSecurityGroups'] } },
];

const ALICE: SigningKey = { accessKeyId: 'alice', accessKeySecret: 's' };
const ROOT: SigningKey = { accessKeyId: 'root', accessKeySecret: 's' };
const BOB: SigningKey = { accessKeyId: 'STS.x', accessKeySecret: 's', securityToken: 't' };

type Event = Readonly<Record<string, unknown>> & { readonly eventName: string; readonly requestId: string };
interface Answer {
  readonly status: number;
  readonly Code?: string;
  readonly RequestId: string;
  readonly Events: readonly Event[];
  readonly NextToken?: string;
  readonly AccessDeniedDetail?: Readonly<Record<string, string>>;
}

/** A cloud with the groups sg-a and sg-b. */
class AuditedCloud {
  nowMs = START_MS;
  readonly #handle;
  #nonce = 0;

  constructor(quirks: Partial<Quirks> = {}) {
    this.#handle = requestHandler({
      state: parseState({ securityGroups: [wireGroup('sg-a'), wireGroup('sg-b')] }),
      credentials: CREDENTIALS,
      quirks,
      clock: { nowMs: () => this.nowMs, sleep: () => Promise.resolve() },
    });
  }

  call(action: string, params: Parameters, key: SigningKey = ALICE): Answer {
    this.#nonce += 1;
    const signing = { key, nowMs: this.nowMs, nonce: `n-${this.#nonce}` };
    const request = requestV1(action, { ...REGION, ...params }, signing);
    const headers = { ...request.headers, 'user-agent': 'a client' };
    const reply = replyOf(this.#handle({ ...request, headers, remoteAddress: '203.0.113.7' }));
    return { status: reply.status, ...(JSON.parse(reply.body) as Omit<Answer, 'status'>) };
  }

  authorize(group: string, port: number, key: SigningKey = ALICE): Answer {
    const rule = { IpProtocol: 'TCP', PortRange: `${port}/${port}`, SourceCidrIp: '10.0.0.0/8' };
    return this.call('AuthorizeSecurityGroup', { SecurityGroupId: group, ...rule }, key);
  }

  lookup(params: Parameters = {}, key: SigningKey = ROOT): Answer {
    return this.call('LookupEvents', { Version: '2020-07-06', ...params }, key);
  }

  editState(state: unknown): void {
    this.#handle({
      method: 'PUT',
      target: '/_emulator/state',
      headers: { host: 'localhost', 'user-agent': 'curl/8' },
      body: Buffer.from(JSON.stringify(state)),
      remoteAddress: '127.0.0.1',
    });
  }
}

const named = (value: string): Parameters => ({
  'LookupAttribute.1.Key': 'ResourceName',
  'LookupAttribute.1.Value': value,
});

describe('an event says who called what, and on which group', () => {
  it('a write by a RAM user has the fields of the vendor’s page', () => {
    const cloud = new AuditedCloud();
    const { RequestId } = cloud.authorize('sg-a', 22);
    const [event] = cloud.lookup(named('sg-a')).Events;
    expect(event).toMatchObject({
      eventName: 'AuthorizeSecurityGroup',
      eventTime: '2026-01-31T12:00:00Z',
      eventType: 'ApiCall',
      eventRW: 'Write',
      serviceName: 'Ecs',
      acsRegion: 'cn-hangzhou',
      requestId: RequestId,
      sourceIpAddress: '203.0.113.7',
      userAgent: 'a client',
      userIdentity: {
        type: 'ram-user',
        userName: 'alice',
        accessKeyId: 'alice',
        accountId: '1000000000000001',
      },
      referencedResources: { 'ACS::ECS::SecurityGroup': ['sg-a'] },
      resourceName: 'sg-a',
      requestParameters: { SecurityGroupId: 'sg-a', PortRange: '22/22' },
    });
    expect(event).not.toHaveProperty('errorCode');
  });

  it('the owner of the account is called root, and a session of a role by both names', () => {
    const cloud = new AuditedCloud();
    cloud.authorize('sg-a', 22, ROOT);
    cloud.authorize('sg-a', 23, BOB);
    expect(cloud.lookup().Events.map(({ userIdentity }) => userIdentity)).toMatchObject([
      { type: 'assumed-role', userName: 'ops:bob', accessKeyId: 'STS.x' },
      { type: 'root-account', userName: 'root' },
    ]);
  });

  it('a write that was refused is there with its code, and a read is not there', () => {
    const cloud = new AuditedCloud();
    cloud.authorize('sg-none', 22);
    cloud.call('DescribeSecurityGroups', {});
    expect(cloud.lookup().Events).toMatchObject([{ errorCode: 'InvalidSecurityGroupId.NotFound' }]);
  });

  it('a group that was made is named by its event', () => {
    const cloud = new AuditedCloud();
    const made = cloud.call('CreateSecurityGroup', { VpcId: 'vpc-1' }) as unknown as {
      SecurityGroupId: string;
    };
    expect(cloud.lookup(named(made.SecurityGroupId)).Events).toHaveLength(1);
  });

  it('an edit of the state is the console’s, for each group whose rules it changed', () => {
    const cloud = new AuditedCloud();
    const rule = { IpProtocol: 'TCP', PortRange: '22/22', SourceCidrIp: '0.0.0.0/0' };
    cloud.editState({ securityGroups: [wireGroup('sg-a', [rule]), wireGroup('sg-b')] });
    expect(cloud.lookup().Events).toMatchObject([
      {
        eventName: 'PutEmulatorState',
        eventType: 'ConsoleOperation',
        userIdentity: { type: 'root-account' },
        userAgent: 'curl/8',
        resourceName: 'sg-a',
      },
    ]);
  });
});

describe('LookupEvents answers what it is asked', () => {
  it('shows only the account’s own events, of the region that is named', () => {
    const cloud = new AuditedCloud();
    cloud.authorize('sg-a', 22);
    expect(cloud.lookup({}, { accessKeyId: 'elsewhere', accessKeySecret: 's' }).Events).toEqual([]);
    expect(cloud.lookup({ RegionId: 'cn-beijing' }).Events).toEqual([]);
    expect(cloud.lookup({ RegionId: '' }).Events).toHaveLength(1);
  });

  it.each([
    ['EventName', 'AuthorizeSecurityGroup', 2],
    ['User', 'alice', 1],
    ['EventRW', 'Write', 2],
    ['EventRW', 'Read', 0],
    ['EventAccessKeyId', 'STS.x', 1],
    ['ServiceName', 'Ecs', 2],
    ['ServiceName', 'Rds', 0],
    ['ResourceType', 'ACS::ECS::SecurityGroup', 2],
    ['ResourceName', 'sg-b', 1],
  ])('finds by %s %s', (key, value, count) => {
    const cloud = new AuditedCloud();
    cloud.authorize('sg-a', 22);
    cloud.authorize('sg-b', 23, BOB);
    const condition = { 'LookupAttribute.1.Key': key, 'LookupAttribute.1.Value': value };
    expect(cloud.lookup(condition).Events).toHaveLength(count);
  });

  it('pages from the newest to the oldest, and the other way round when asked', () => {
    const cloud = new AuditedCloud();
    const ids = Array.from({ length: 5 }, (_, index) => cloud.authorize('sg-a', index + 1).RequestId);
    const walk = (params: Parameters): string[] => {
      const seen: string[] = [];
      let token: string | undefined = '';
      while (token !== undefined) {
        const page: Answer = cloud.lookup({ ...params, MaxResults: '2', NextToken: token });
        seen.push(...page.Events.map(({ requestId }) => requestId));
        // What comes in between changes nothing for the walk.
        cloud.nowMs += 5000;
        cloud.authorize('sg-a', 100 + seen.length);
        token = page.NextToken;
      }
      return seen;
    };
    const EndTime = '2026-01-31T12:00:01Z';
    expect(walk({ EndTime })).toEqual([...ids].reverse());
    expect(walk({ EndTime, Direction: 'FORWARD' })).toEqual(ids);
  });

  it('keeps to the range of time', () => {
    const cloud = new AuditedCloud();
    cloud.authorize('sg-a', 22);
    cloud.nowMs += 60_000;
    cloud.authorize('sg-a', 23);
    expect(cloud.lookup({ StartTime: '2026-01-31T12:00:30Z' }).Events).toHaveLength(1);
    expect(cloud.lookup({ StartTime: '2026-01-31T12:00:00Z' }).Events).toHaveLength(2);
    expect(cloud.lookup({ EndTime: '2026-01-31T12:00:30Z' }).Events).toHaveLength(1);
  });

  it('shows events only after auditLagMs', () => {
    const cloud = new AuditedCloud({ auditLagMs: 30_000 });
    cloud.authorize('sg-a', 22);
    cloud.nowMs += 29_999;
    expect(cloud.lookup().Events).toEqual([]);
    cloud.nowMs += 1;
    expect(cloud.lookup().Events).toHaveLength(1);
  });

  it('finds nothing by a resource with the quirk that events name none', () => {
    const cloud = new AuditedCloud({ auditResource: 'none' });
    cloud.authorize('sg-a', 22);
    expect(cloud.lookup(named('sg-a')).Events).toEqual([]);
    const [event] = cloud.lookup().Events;
    expect(event).toMatchObject({ requestParameters: { SecurityGroupId: 'sg-a' } });
    expect(event).not.toHaveProperty('resourceName');
  });

  it.each<[string, Parameters]>([
    ['InvalidQueryParameter', { MaxResults: '51' }],
    ['InvalidQueryParameter', { Direction: 'UP' }],
    ['InvalidQueryParameter', { NextToken: 'abc' }],
    ['InvalidQueryParameter', { 'LookupAttribute.1.Key': 'Colour', 'LookupAttribute.1.Value': 'red' }],
    ['InvalidQueryParameter', { 'LookupAttribute.1.Key': 'EventRW', 'LookupAttribute.1.Value': 'All' }],
    [
      'InvalidQueryParameter',
      { ...named('sg-a'), 'LookupAttribute.2.Key': 'EventRW', 'LookupAttribute.2.Value': 'Write' },
    ],
    ['InvalidQueryParameter', { StartTime: '2025-12-01T00:00:00Z' }],
    ['InvalidParameterStartTime', { StartTime: 'yesterday' }],
    ['InvalidParameterEndTime', { EndTime: '2026-01-31 12:00' }],
    ['InvalidParameterCombination', { StartTime: '2026-01-31T11:00:00Z', EndTime: '2026-01-31T10:00:00Z' }],
  ])('refuses with %s what is %o', (code, params) => {
    expect(new AuditedCloud().lookup(params)).toMatchObject({ status: 400, Code: code });
  });

  it('refuses a token of another question', () => {
    const cloud = new AuditedCloud();
    cloud.authorize('sg-a', 22);
    cloud.authorize('sg-a', 23);
    const { NextToken = '' } = cloud.lookup({ ...named('sg-a'), MaxResults: '1' });
    expect(cloud.lookup({ ...named('sg-b'), MaxResults: '1', NextToken }).Code).toBe('InvalidQueryParameter');
  });

  it('refuses who lacks the permission, and names it', () => {
    expect(new AuditedCloud().lookup({}, { accessKeyId: 'blind', accessKeySecret: 's' })).toMatchObject({
      status: 403,
      Code: 'NoPermission',
      AccessDeniedDetail: { AuthAction: 'actiontrail:LookupEvents' },
    });
  });

  it('is no action of ECS, and ECS has no version of its own here', () => {
    const cloud = new AuditedCloud();
    expect(cloud.call('LookupEvents', {}).Code).toBe('InvalidApi.NotFound');
    expect(cloud.call('DescribeSecurityGroups', { Version: '2020-07-06' }).Code).toBe('InvalidApi.NotFound');
  });
});
