import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readTrailEvent } from '../../../../daemon/attribution/trail-event.ts';

type Raw = Readonly<Record<string, unknown>>;

const { Events } = JSON.parse(readFileSync('test/fixtures/actiontrail/lookup-events.json', 'utf8')) as {
  Events: readonly [Raw, Raw, Raw];
};
const [BY_ROOT, BY_ROLE, BY_VENDOR] = Events;

const writeOf = (raw: unknown) => readTrailEvent(raw)?.write;

describe('an event of the vendor’s form is read', () => {
  it('by the owner of the account, at the console', () => {
    expect(writeOf(BY_ROOT)).toEqual({
      actor: 'root',
      actorType: 'root-account',
      sourceIp: '2409:8a20:4d15:e150:90f5:26ed:cc45:6922',
      userAgent: 'ecs.console.aliyun.com',
      eventName: 'AuthorizeSecurityGroup',
      requestId: 'A5A4BB74-EFBC-5D8B-BD8A-1B9131429438',
      eventTime: '2026-05-01T09:30:00.000Z',
    });
  });

  it('by a session of a role, from an event that does not say whether it is a write', () => {
    const event = readTrailEvent(BY_ROLE);
    expect(event).toMatchObject({ hasChanged: true, clientToken: 'terraform-1' });
    expect(event?.write).toMatchObject({ actor: 'ops:u1', actorType: 'assumed-role' });
  });

  it('by the vendor itself, without a request, a user agent or parameters', () => {
    const event = readTrailEvent(BY_VENDOR);
    expect(event?.write).toMatchObject({
      actorType: 'system',
      sourceIp: 'ecs.aliyuncs.com',
      userAgent: '',
      requestId: '0B1D0B4E-0000-5D8B-BD8A-1B9131420000',
    });
    expect(event?.isOn('sg-bp1db')).toBe(true);
    expect(event?.isOn('sg-bp1')).toBe(false);
  });

  it('by a kind of caller that is not known', () => {
    const raw = { ...BY_ROOT, userIdentity: { type: 'saml-user', principalId: '7' } };
    expect(writeOf(raw)).toMatchObject({ actorType: 'other', actor: '7' });
  });
});

describe('whether something was changed', () => {
  it.each([
    ['a write', {}, true],
    ['a write that was refused', { errorCode: 'Forbidden.RAM' }, false],
    ['a read', { eventRW: 'Read' }, false],
    [
      'what sounds like a read, and says nothing',
      { eventRW: null, eventName: 'DescribeSecurityGroups' },
      false,
    ],
  ])('%s', (_, fields, hasChanged) => {
    expect(readTrailEvent({ ...BY_ROOT, ...fields })?.hasChanged).toBe(hasChanged);
  });
});

describe('whose group it is', () => {
  it('a group that only stands as the peer of a rule was not written to', () => {
    const event = readTrailEvent({
      ...BY_ROOT,
      referencedResources: { 'ACS::ECS::SecurityGroup': ['sg-bp1web', 'sg-bp1lb'] },
    });
    expect(event?.isOn('sg-bp1web')).toBe(true);
    expect(event?.isOn('sg-bp1lb')).toBe(false);
  });

  it('names of several types stand in one text', () => {
    const event = readTrailEvent({ ...BY_VENDOR, resourceName: 'i-1, i-2;sg-bp1web,sg-bp1db' });
    expect(event?.isOn('sg-bp1web')).toBe(true);
  });
});

describe('texts from outside', () => {
  it('are cut', () => {
    const write = writeOf({ ...BY_ROOT, userAgent: 'x'.repeat(5000), sourceIpAddress: 'y'.repeat(5000) });
    expect([write?.userAgent.length, write?.sourceIp.length]).toEqual([200, 128]);
    expect(write?.userAgent.endsWith('…')).toBe(true);
  });

  it('hold nothing that a terminal would act upon, and no secret', () => {
    const userAgent = '\u001b[2J\u202ecurl AccessKeySecret=Zm9vYmFyZm9vYmFyZm9vYmFyZm9v\n';
    const userIdentity = { type: 'ram-user', userName: 'al\u0007ice\u2028' };
    const write = writeOf({ ...BY_ROOT, userAgent, userIdentity });
    expect(JSON.stringify(write)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e]|\\u00/);
    expect(write?.userAgent).not.toContain('Zm9vYmFy');
    expect(write?.userAgent).toContain('curl');
  });
});

describe('what is no event is told apart', () => {
  it.each([
    ['a text', 'event'],
    ['nothing', null],
    ['no name', { ...BY_ROOT, eventName: undefined }],
    ['a time that is none', { ...BY_ROOT, eventTime: 'yesterday' }],
    ['no identity', { ...BY_ROOT, userIdentity: undefined }],
    ['an identity without a type', { ...BY_ROOT, userIdentity: { userName: 'x' } }],
    ['resources of another form', { ...BY_ROOT, referencedResources: { a: 'sg-1' } }],
  ])('%s', (_, raw) => {
    expect(readTrailEvent(raw)).toBeNull();
  });
});
