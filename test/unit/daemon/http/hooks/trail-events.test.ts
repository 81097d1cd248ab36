import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readChangeHints } from '../../../../../daemon/http/hooks/trail-events.ts';
import { runs } from '../../../../support/runs.ts';

const read = (value: unknown) => readChangeHints(Buffer.from(JSON.stringify(value)));

const AUTHORIZE = {
  eventId: 'e-1',
  eventName: 'AuthorizeSecurityGroup',
  eventRW: 'Write',
  eventType: 'ApiCall',
  serviceName: 'Ecs',
  acsRegion: 'cn-hangzhou',
  requestId: 'R-1',
  requestParameters: { RegionId: 'cn-hangzhou', SecurityGroupId: 'sg-bp1web', IpProtocol: 'TCP' },
  referencedResources: { 'ACS::ECS::SecurityGroup': ['sg-bp1web'] },
  userIdentity: { type: 'ram-user', userName: 'ada' },
};

const HINT = { region: 'cn-hangzhou', groups: ['sg-bp1web'], requestId: 'R-1', hasFailed: false };

const envelope = (data: unknown) => ({
  specversion: '1.0',
  id: 'x',
  source: 'acs.actiontrail',
  type: 'actiontrail:ActionTrail:ApiCall',
  aliyunregionid: 'cn-hangzhou',
  data,
});

describe('an event of ActionTrail', () => {
  it('is read in its envelope, bare, and in a list', () => {
    expect(read(envelope(AUTHORIZE))).toEqual([HINT]);
    expect(read(AUTHORIZE)).toEqual([HINT]);
    expect(read([envelope(AUTHORIZE), AUTHORIZE, 7, null, envelope('text')])).toEqual([HINT, HINT]);
  });

  it.each([
    'AuthorizeSecurityGroupEgress',
    'RevokeSecurityGroup',
    'RevokeSecurityGroupEgress',
    'ModifySecurityGroupRule',
    'ModifySecurityGroupEgressRule',
    'ModifySecurityGroupPolicy',
    'ModifySecurityGroupAttribute',
    'DeleteSecurityGroup',
  ])('%s is a change', (eventName) => {
    expect(read({ ...AUTHORIZE, eventName })).toEqual([HINT]);
  });

  it.each(['DescribeSecurityGroups', 'RunInstances', 'JoinSecurityGroup', '', 'XAuthorizeSecurityGroup'])(
    '%s is no change of a group',
    (eventName) => expect(read({ ...AUTHORIZE, eventName })).toEqual([]),
  );

  it('may have its parameters as text, or name the group among the resources alone', () => {
    const { requestParameters, referencedResources, ...rest } = AUTHORIZE;
    const text = JSON.stringify(requestParameters);
    expect(read({ ...rest, requestParameters: text })).toEqual([HINT]);
    expect(read({ ...rest, requestParameterJson: text })).toEqual([HINT]);
    expect(read({ ...rest, referencedResources })).toEqual([HINT]);
  });

  it('of a call that failed says so', () => {
    expect(read({ ...AUTHORIZE, errorCode: 'InvalidParam' })).toEqual([{ ...HINT, hasFailed: true }]);
  });

  it('without a region or a group names nothing', () => {
    expect(
      read({ ...AUTHORIZE, acsRegion: '', requestParameters: { SecurityGroupId: 'sg-bp1web' } }),
    ).toEqual([]);
    expect(read({ ...AUTHORIZE, requestParameters: {}, referencedResources: {} })).toEqual([]);
    const odd = { 'ACS::ECS::SecurityGroup': ['sg-../../x', 'i-1'] };
    expect(read({ ...AUTHORIZE, requestParameters: {}, referencedResources: odd })).toEqual([]);
  });

  it('of odd types is no bug', () => {
    const odd = { ...AUTHORIZE, requestId: 7, errorCode: {}, referencedResources: [], acsRegion: null };
    expect(read(odd)).toEqual([{ ...HINT, requestId: null }]);
    expect(readChangeHints(Buffer.from([0xff, 0x00]))).toEqual([]);
    expect(readChangeHints(Buffer.from('{"data":{"__proto__":1}}'))).toEqual([]);
  });
});

describe('any body', () => {
  it('is read without a bug, and names groups of the cloud’s form alone', () => {
    const key = fc.constantFrom(
      ...[
        'data',
        'eventName',
        'acsRegion',
        'requestId',
        'errorCode',
        'requestParameters',
        'groups',
        'region',
      ],
      ...['referencedResources', 'ACS::ECS::SecurityGroup', 'SecurityGroupId', 'RegionId'],
    );
    const word = fc.constantFrom(
      'AuthorizeSecurityGroup',
      'cn-hangzhou',
      'sg-1',
      '',
      '{"SecurityGroupId":"sg-2"}',
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof({ maxDepth: 4 }, word, fc.constant(null), fc.nat(), tie('list'), tie('map')),
      list: fc.array(tie('tree'), { maxLength: 3 }),
      map: fc.dictionary(key, tie('tree'), { maxKeys: 6 }),
    }));
    fc.assert(
      fc.property(tree, (value) => {
        for (const { groups } of read(value)) expect(groups.every((id) => /^sg-[12]$/.test(id))).toBe(true);
      }),
      runs(500),
    );
  });

  it('may be nested as deeply as fits', () => {
    const depth = 120_000;
    expect(readChangeHints(Buffer.from('['.repeat(depth) + ']'.repeat(depth)))).toEqual([]);
    const event = `{"eventName":"AuthorizeSecurityGroup","requestParameters":${'['.repeat(depth)}${']'.repeat(depth)}}`;
    expect(readChangeHints(Buffer.from(event))).toEqual([]);
  });
});

describe('the short form', () => {
  it('names groups of a region', () => {
    const short = { region: 'cn-hangzhou', groups: ['sg-bp1web', 'sg-bp1db'] };
    expect(read(short)).toEqual([{ ...short, requestId: null, hasFailed: false }]);
    expect(read({ ...short, requestId: 'R-2' })).toMatchObject([{ requestId: 'R-2' }]);
    expect(read({ region: 'cn-hangzhou', groups: 'sg-bp1web' })).toEqual([]);
  });
});
