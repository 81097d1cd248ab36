import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { requestHandler } from '../../../../emulator/emulator.ts';
import type { Outcome, WireRequest } from '../../../../emulator/wire/wire.ts';
import { replyOf, START_MS } from '../../../support/gateway.ts';
import { EMULATOR_KEY, requestV1 } from '../../../support/signing.ts';

const HERE = { host: '127.0.0.1:8080' };

let handle: (request: WireRequest) => Outcome;

function ask(method: string, endpoint: string, body?: unknown, parts: Partial<WireRequest> = {}) {
  const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
  const reply = replyOf(
    handle({
      method,
      target: `/_emulator/${endpoint}`,
      headers: HERE,
      body: Buffer.from(text),
      remoteAddress: '127.0.0.1',
      ...parts,
    }),
  );
  expect(reply.headers['content-type']).toBe('application/json;charset=utf-8');
  return { status: reply.status, body: JSON.parse(reply.body) as unknown };
}

beforeEach(() => {
  handle = requestHandler({ clock: { nowMs: () => START_MS, sleep: () => Promise.resolve() } });
});
afterEach(() => {
  // Whatever was asked, the admin API still works.
  expect(ask('GET', 'clock').status).toBe(200);
});

describe('the admin API', () => {
  it('faults: what was put is what is shown', () => {
    const put = ask('PUT', 'faults', [{ action: '*', kind: 'slow', delayMs: 5, count: 2 }]);
    const faults = [{ action: '*', kind: 'slow', delayMs: 5, count: 2, probability: 1 }];
    expect(put).toEqual({ status: 200, body: faults });
    expect(ask('GET', 'faults').body).toEqual(faults);
    expect(ask('PUT', 'faults', []).body).toEqual([]);
  });

  it('quirks: a partial object changes what it names', () => {
    expect(ask('GET', 'quirks').body).toMatchObject({ apiLevel: 'current', ruleQuota: 1000 });
    expect(ask('PUT', 'quirks', { ruleQuota: 5 }).body).toMatchObject({ apiLevel: 'current', ruleQuota: 5 });
    ask('PUT', 'quirks', { apiLevel: 'legacy2019' });
    expect(ask('GET', 'quirks').body).toMatchObject({ apiLevel: 'legacy2019', ruleQuota: 5 });
  });

  it('quirks: bad ones change nothing, and the valid ones are listed', () => {
    const refused = ask('PUT', 'quirks', { ruleQuota: 5, pageOrder: 'random' });
    expect(refused.status).toBe(400);
    expect(JSON.stringify(refused.body)).toContain('shuffled');
    expect(ask('GET', 'quirks').body).toMatchObject({ ruleQuota: 1000, pageOrder: 'insertion' });
  });

  it('clock: moves forward', () => {
    expect(ask('POST', 'clock', { advanceMs: 90_000 })).toEqual({
      status: 200,
      body: { now: '2026-01-31T12:01:30.000Z' },
    });
    ask('POST', 'clock', { advanceMs: 500 });
    expect(ask('GET', 'clock').body).toEqual({ now: '2026-01-31T12:01:30.500Z' });
  });

  it('clock: ends before times would be written in another form', () => {
    const TEN_YEARS_MS = 10 * 365 * 86_400_000;
    const statuses = Array.from(
      { length: 900 },
      () => ask('POST', 'clock', { advanceMs: TEN_YEARS_MS }).status,
    );
    expect(statuses.indexOf(400)).toBeGreaterThan(790);
    expect(ask('POST', 'clock', { advanceMs: TEN_YEARS_MS }).body).toMatchObject({
      error: expect.stringContaining('year 9998') as string,
    });
    expect(ask('GET', 'clock').body).toMatchObject({ now: expect.stringMatching(/^99\d\d-/) as string });
  });

  it('calls: are listed until they are deleted', () => {
    const request: WireRequest = {
      method: 'GET',
      target: '/?Action=DescribeSecurityGroups&Version=2014-05-26',
      headers: HERE,
      body: Buffer.alloc(0),
      remoteAddress: '127.0.0.1',
    };
    replyOf(handle(request));
    expect(ask('GET', 'calls').body).toMatchObject([
      { seq: 1, action: 'DescribeSecurityGroups', status: 400, code: 'MissingAccessKeyId', effect: false },
    ]);
    expect(ask('DELETE', 'calls')).toEqual({ status: 200, body: [] });
    expect(ask('GET', 'calls').body).toEqual([]);
  });

  it('state: a PUT is an edit by hand, after which a client token still means what it meant', () => {
    const group = { RegionId: 'cn-hangzhou', SecurityGroupId: 'sg-1' };
    ask('PUT', 'state', { securityGroups: [group] });
    const authorize = (nonce: string) => {
      const rule = { IpProtocol: 'TCP', PortRange: '1/1', SourceCidrIp: '10.0.0.0/8' };
      const signing = { key: EMULATOR_KEY, nowMs: START_MS, nonce };
      return replyOf(
        handle(requestV1('AuthorizeSecurityGroup', { ...group, ...rule, ClientToken: 't' }, signing)),
      );
    };
    const first = authorize('n-1');
    expect(first.status).toBe(200);
    ask('PUT', 'state', { securityGroups: [group] });
    expect(authorize('n-2')).toEqual(first);
    expect(ask('GET', 'state').body).toMatchObject({ securityGroups: [{ Permissions: [] }] });
  });

  it.each<[string, Parameters<typeof ask>, number, string]>([
    ['an unknown endpoint', ['GET', 'status', undefined], 404, 'GET|PUT /_emulator/state'],
    ['a name every object has', ['GET', 'constructor', undefined], 404, 'The endpoints are'],
    ['another method', ['POST', 'state', {}], 405, 'GET|PUT /_emulator/state'],
    ['a body that is no JSON', ['PUT', 'faults', '{'], 400, 'not JSON'],
    ['an empty body', ['PUT', 'quirks', ''], 400, 'not JSON'],
    ['a clock that goes back', ['POST', 'clock', { advanceMs: -1 }], 400, 'advanceMs'],
    ['a clock that jumps ages', ['POST', 'clock', { advanceMs: 1e15 }], 400, 'advanceMs'],
    ['a clock without a number', ['POST', 'clock', {}], 400, '{"advanceMs": N}'],
    ['faults that are none', ['PUT', 'faults', [{ kind: 'crash' }]], 400, '0.kind'],
    ['a state that is none', ['PUT', 'state', []], 400, ''],
  ])('answer %s with a hint', (_name, question, status, words) => {
    const answer = ask(...question);
    expect(answer.status).toBe(status);
    const { error, hint = '' } = answer.body as { error: string; hint?: string };
    expect(error).not.toBe('');
    expect(`${error} ${hint}`).toContain(words);
  });

  it('a body over the limit is refused', () => {
    expect(ask('PUT', 'state', undefined, { body: 'tooLarge' }).status).toBe(400);
  });
});

describe('the admin API serves this machine only', () => {
  it.each<[string, Partial<WireRequest>]>([
    ['another machine', { remoteAddress: '192.0.2.7' }],
    ['another machine over a mapped address', { remoteAddress: '::ffff:192.0.2.7' }],
    ['no address at all', { remoteAddress: '' }],
    ['a name that was made to resolve to this machine', { headers: { host: 'evil.example:8080' } }],
    ['a name that begins like a loopback name', { headers: { host: '127.0.0.1.evil.example' } }],
    ['no Host', { headers: {} }],
    ['a web page', { headers: { ...HERE, origin: 'https://evil.example' } }],
    ['a page without an origin', { headers: { ...HERE, origin: 'null' } }],
    ['an image on a web page', { headers: { ...HERE, 'sec-fetch-site': 'cross-site' } }],
  ])('not %s', (_name, parts) => {
    for (const method of ['GET', 'PUT'])
      expect(ask(method, 'quirks', { ruleQuota: 5 }, parts).status).toBe(403);
    expect(ask('GET', 'quirks').body).toMatchObject({ ruleQuota: 1000 });
  });

  it.each<[string, Partial<WireRequest>]>([
    ['IPv4', { remoteAddress: '127.0.0.2' }],
    ['IPv6', { remoteAddress: '::1', headers: { host: '[::1]:8080' } }],
    ['IPv4 on an IPv6 socket', { remoteAddress: '::ffff:127.0.0.1' }],
    ['localhost', { headers: { host: 'localhost' } }],
    ['the address bar of a browser', { headers: { ...HERE, 'sec-fetch-site': 'none' } }],
  ])('but all of it: %s', (_name, parts) => {
    expect(ask('GET', 'quirks', undefined, parts).status).toBe(200);
  });
});
