import { describe, expect, it } from 'vitest';
import { readChangeHints } from '../../../../../daemon/http/hooks/trail-events.ts';

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

describe('the short form', () => {
  it('names groups of a region', () => {
    const short = { region: 'cn-hangzhou', groups: ['sg-bp1web', 'sg-bp1db'] };
    expect(read(short)).toEqual([{ ...short, requestId: null, hasFailed: false }]);
    expect(read({ ...short, requestId: 'R-2' })).toMatchObject([{ requestId: 'R-2' }]);
    expect(read({ region: 'cn-hangzhou', groups: 'sg-bp1web' })).toEqual([]);
  });
});
