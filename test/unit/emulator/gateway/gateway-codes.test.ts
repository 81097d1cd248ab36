import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { requestHandler } from '../../../../emulator/emulator.ts';
import { parseFaults } from '../../../../emulator/gateway/faults.ts';
import type { WireRequest } from '../../../../emulator/wire/wire.ts';
import { errorOf, GatewayFixture, replyOf, START_MS } from '../../../support/gateway.ts';
import {
  EMULATOR_KEY,
  type Parameters,
  publicParameters,
  queryOf,
  requestV1,
  requestV3,
  signV1,
  type SigningOptions,
} from '../../../support/signing.ts';

const MINUTE_MS = 60_000;
const ACTION = 'DescribeSecurityGroups';

/** A V1 call whose public parameters were changed before it was signed; `undefined` takes one out. */
function altered(
  changes: Readonly<Record<string, string | undefined>>,
): (signing: SigningOptions) => WireRequest {
  return (signing) => {
    const all = { ...publicParameters(ACTION, {}, signing), ...changes };
    const kept: Parameters = Object.fromEntries(
      Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined),
    );
    const Signature = changes.Signature ?? signV1('GET', kept, signing.key.accessKeySecret);
    return {
      method: 'GET',
      target: `/?${queryOf('Signature' in changes ? kept : { ...kept, Signature })}`,
      headers: { host: 'ecs.test' },
      body: Buffer.alloc(0),
      remoteAddress: '127.0.0.1',
    };
  };
}

const v3With = (headers: Readonly<Record<string, string | undefined>>) => (signing: SigningOptions) => {
  const request = requestV3(ACTION, {}, signing);
  return { ...request, headers: { ...request.headers, ...headers } };
};

const shifted = (shiftMs: number) => (signing: SigningOptions) =>
  requestV1(ACTION, {}, { ...signing, nowMs: signing.nowMs + shiftMs });

const rewritten = (change: (request: WireRequest) => Partial<WireRequest>) => (signing: SigningOptions) => {
  const request = requestV1(ACTION, {}, signing);
  return { ...request, ...change(request) };
};

describe('the gateway refuses, in the words of the vendor,', () => {
  it.each<[string, (signing: SigningOptions) => WireRequest, number, string]>([
    ['another method', rewritten(() => ({ method: 'PUT' })), 400, 'UnsupportedHTTPMethod'],
    ['another path', rewritten(() => ({ target: '/api' })), 404, 'InvalidApi.NotFound'],
    ['a body over the limit', rewritten(() => ({ body: 'tooLarge' })), 413, 'RequestBodyTooLarge'],
    ['a bad escape', rewritten(() => ({ target: '/?A=%zz' })), 400, 'InvalidParameter'],
    ['a truncated escape', rewritten(() => ({ target: '/?A=%E4%BD' })), 400, 'InvalidParameter'],
    ['a parameter that stands twice', rewritten(() => ({ target: '/?A=1&A=1' })), 400, 'InvalidParameter'],
    [
      'too many parameters',
      rewritten(() => ({
        target: `/?${Array.from({ length: 6000 }, (_, index) => `P${index}=`).join('&')}`,
      })),
      400,
      'InvalidParameter',
    ],
    ['an unknown format', altered({ Format: 'YAML' }), 400, 'InvalidParameter.Format'],
    ['no action', altered({ Action: undefined }), 400, 'MissingAction'],
    ['no version', altered({ Version: undefined }), 400, 'MissingVersion'],
    ['another version', altered({ Version: '2016-03-14' }), 400, 'InvalidVersion'],
    ['an unknown action', altered({ Action: 'DescribeNothing' }), 404, 'InvalidApi.NotFound'],
    ['an action in the wrong case', altered({ Action: ACTION.toLowerCase() }), 404, 'InvalidApi.NotFound'],
    ['no access key', altered({ AccessKeyId: undefined }), 400, 'MissingAccessKeyId'],
    ['no signature method', altered({ SignatureMethod: undefined }), 400, 'MissingSignatureMethod'],
    ['another signature method', altered({ SignatureMethod: 'HMAC-SHA256' }), 400, 'InvalidSignatureMethod'],
    ['no signature version', altered({ SignatureVersion: undefined }), 400, 'MissingSignatureVersion'],
    ['another signature version', altered({ SignatureVersion: '2.0' }), 400, 'InvalidSignatureVersion'],
    ['no timestamp', altered({ Timestamp: undefined }), 400, 'MissingTimestamp'],
    ['no nonce', altered({ SignatureNonce: '' }), 400, 'MissingSignatureNonce'],
    ['a nonce of any length', altered({ SignatureNonce: 'n'.repeat(129) }), 400, 'InvalidSignatureNonce'],
    ['no signature', altered({ Signature: undefined }), 400, 'MissingSignature'],
    ['a wrong signature', altered({ Signature: 'AAAA' }), 400, 'SignatureDoesNotMatch'],
    ['an unknown access key', altered({ AccessKeyId: 'nobody' }), 404, 'InvalidAccessKeyId.NotFound'],
    [
      'a timestamp with milliseconds',
      altered({ Timestamp: '2026-01-31T12:00:00.000Z' }),
      400,
      'InvalidTimeStamp.Format',
    ],
    [
      'a timestamp that is no date',
      altered({ Timestamp: '2026-13-31T12:00:00Z' }),
      400,
      'InvalidTimeStamp.Format',
    ],
    [
      'a timestamp of a day that there is not',
      altered({ Timestamp: '2026-02-30T00:00:00Z' }),
      400,
      'InvalidTimeStamp.Format',
    ],
    ['a clock 15 minutes behind', shifted(-15 * MINUTE_MS - 1000), 400, 'InvalidTimeStamp.Expired'],
    ['a clock 15 minutes ahead', shifted(15 * MINUTE_MS + 1000), 400, 'InvalidTimeStamp.Expired'],
    [
      'a security token with a lasting key',
      altered({ SecurityToken: 't' }),
      400,
      'InvalidSecurityToken.MismatchWithAccessKey',
    ],
    ['V3 without an action', v3With({ 'x-acs-action': undefined }), 400, 'MissingAction'],
    ['V3 without a version', v3With({ 'x-acs-version': undefined }), 400, 'MissingVersion'],
    ['V3 without a date', v3With({ 'x-acs-date': undefined }), 400, 'MissingTimestamp'],
    ['V3 without a nonce', v3With({ 'x-acs-signature-nonce': undefined }), 400, 'MissingSignatureNonce'],
    ['V3 without an authorization', v3With({ authorization: undefined }), 400, 'MissingAccessKeyId'],
    [
      'V3 with the hash of another body',
      (signing) => {
        const request = requestV3(ACTION, {}, signing);
        return {
          ...request,
          body: Buffer.from('other'),
          headers: { ...request.headers, 'content-type': 'text/plain' },
        };
      },
      400,
      'SignatureDoesNotMatch',
    ],
    ['V3 without a key', v3With({ authorization: 'ACS3-HMAC-SHA256 ' }), 400, 'MissingAccessKeyId'],
    [
      'V3 without signed headers',
      v3With({ authorization: 'ACS3-HMAC-SHA256 Credential=emulator,Signature=0' }),
      400,
      'IncompleteSignature',
    ],
    ...['constructor', '__proto__', 'toString'].map(
      (header): [string, (signing: SigningOptions) => WireRequest, number, string] => [
        `V3 that says to have signed a header ${header}`,
        (signing) => {
          const request = requestV3(ACTION, {}, signing);
          const authorization = String(request.headers.authorization).replace(
            'SignedHeaders=',
            `SignedHeaders=${header};`,
          );
          return { ...request, headers: { ...request.headers, authorization } };
        },
        400,
        'SignatureDoesNotMatch',
      ],
    ),
    ['V3 with another date', v3With({ 'x-acs-date': '2026-01-31T12:00:01Z' }), 400, 'SignatureDoesNotMatch'],
  ])('%s', (_name, build, status, code) => {
    const fixture = new GatewayFixture();
    const reply = replyOf(fixture.handle(build(fixture.signing())));
    expect(reply.status).toBe(status);
    expect(reply.body).toContain(code);
    expect(fixture.calls()).toMatchObject([{ status, code, effect: false, fault: '' }]);
    expect(fixture.cloud.state.version).toBe(0);
  });

  it('a hash that is signed but not the body’s', () => {
    const fixture = new GatewayFixture();
    const wrong = 'e'.repeat(64);
    const request = requestV3(ACTION, {}, fixture.signing());
    // Signed over the true hash as the payload, and over the wrong one as a header.
    const names = 'host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version';
    const headers = { ...request.headers, 'x-acs-content-sha256': wrong };
    const canonical = [
      'POST',
      '/',
      '',
      ...names
        .split(';')
        .map((name) => `${name}:${String(Object.entries(headers).find(([key]) => key === name)?.[1])}`),
      '',
      names,
      createHash('sha256').update('').digest('hex'),
    ].join('\n');
    const text = `ACS3-HMAC-SHA256\n${createHash('sha256').update(canonical).digest('hex')}`;
    const signature = createHmac('sha256', EMULATOR_KEY.accessKeySecret).update(text).digest('hex');
    const authorization = `ACS3-HMAC-SHA256 Credential=emulator,SignedHeaders=${names},Signature=${signature}`;
    const reply = replyOf(fixture.handle({ ...request, headers: { ...headers, authorization } }));
    expect([reply.status, errorOf(reply).Code]).toEqual([400, 'SignatureDoesNotMatch']);
  });

  it.each([
    ['JSON', {}],
    ['XML', { Format: 'XML' }],
  ])('a V3 call without an authorization in the format asked for: %s', (format, parameters) => {
    const fixture = new GatewayFixture();
    const request = requestV3(ACTION, parameters, fixture.signing());
    const headers = { ...request.headers, authorization: undefined };
    const reply = replyOf(fixture.handle({ ...request, headers }));
    expect(reply.headers['content-type']).toContain(format.toLowerCase());
  });

  it.each([
    ['up to 15 minutes behind', shifted(-15 * MINUTE_MS)],
    ['up to 15 minutes ahead', shifted(15 * MINUTE_MS)],
  ])('but not a clock %s', (_name, build) => {
    const fixture = new GatewayFixture();
    expect(replyOf(fixture.handle(build(fixture.signing()))).status).toBe(200);
  });
});

/** Codes of the vendor's common tables that no call provokes by itself, their status there, and why. */
const NOT_PROVOKED: ReadonlyArray<readonly [code: string, status: number, why: string]> = [
  ['IllegalTimestamp', 400, 'an older name: bad stamps are InvalidTimeStamp.Format and .Expired'],
  [
    'Forbidden.AccessKeyDisabled',
    403,
    'a disabled key is InvalidAccessKeyId.Inactive, the code of the same table',
  ],
  ['Forbidden.RiskControl', 403, 'the vendor’s risk control is not emulated'],
  ['InvalidProtocol.NeedSsl', 400, 'the emulator speaks HTTP only'],
  ['Throttling', 400, 'a full minute of an account is Throttling.User'],
  ['Throttling.Api', 400, 'limits of an API over all accounts are not emulated'],
  ['Rejected.Throttling', 400, 'known from the Terraform provider’s list alone'],
  ['ServiceUnavailable', 503, 'a failure of the service'],
  ['ServiceUnavailable.RegionMaintaining', 503, 'regions are not maintained here'],
  ['InvalidIdempotenceParameter.Mismatch', 403, 'of 2018, for what is IdempotentParameterMismatch today'],
  ['LastTokenProcessing', 403, 'of 2018, for what is IdempotentProcessing today'],
  ['OperationConflict', 409, 'of 2018: calls are answered one after the other here'],
  ['InternalError', 500, 'a failure of the service'],
];

describe('codes that no call provokes can be ordered as a fault', () => {
  it.each(NOT_PROVOKED)(
    'codes that no call provokes can be ordered as a fault: %s, %i: %s',
    (code, status) => {
      const faults = [{ action: '*', kind: 'error', code, status, count: 1 }] as const;
      expect(parseFaults(faults)).toMatchObject(faults);
      const fixture = new GatewayFixture({ faults });
      const reply = fixture.reply('AuthorizeSecurityGroup');
      expect([reply.status, errorOf(reply).Code]).toEqual([status, code]);
      expect(fixture.cloud.state.version).toBe(0);
      expect(fixture.reply('AuthorizeSecurityGroup').status).toBe(200);
    },
  );
});

it('IdempotentProcessing is for the twin of a call that is slow', () => {
  const handle = requestHandler({ clock: { nowMs: () => START_MS, sleep: () => Promise.resolve() } });
  const create = (nonce: string) =>
    handle(
      requestV1(
        'CreateSecurityGroup',
        { RegionId: 'cn-hangzhou', VpcId: 'vpc-1', ClientToken: 't' },
        { key: EMULATOR_KEY, nowMs: START_MS, nonce },
      ),
    );
  const order = JSON.stringify([{ action: 'CreateSecurityGroup', kind: 'slow', count: 1 }]);
  handle({
    method: 'PUT',
    target: '/_emulator/faults',
    headers: { host: 'localhost' },
    body: Buffer.from(order),
    remoteAddress: '127.0.0.1',
  });
  const slow = create('n-1');
  if (slow.kind !== 'later') throw new Error('expected a slow call');
  const twin = replyOf(create('n-2'));
  expect([twin.status, errorOf(twin).Code]).toEqual([403, 'IdempotentProcessing']);
  const first = replyOf(slow.finish());
  expect(first.status).toBe(200);
  expect(replyOf(create('n-3'))).toEqual(first);
});

describe('nonces', () => {
  it('are good for one call', () => {
    const fixture = new GatewayFixture();
    const request = requestV1('AuthorizeSecurityGroup', {}, fixture.signing());
    expect(replyOf(fixture.handle(request)).status).toBe(200);
    const again = replyOf(fixture.handle(request));
    expect([again.status, errorOf(again).Code]).toEqual([400, 'SignatureNonceUsed']);
    expect(fixture.cloud.state.version).toBe(1);
  });

  it('are not used up by a call that someone else forged', () => {
    const fixture = new GatewayFixture();
    const signing = fixture.signing();
    const forged = requestV1(ACTION, {}, { ...signing, key: { ...EMULATOR_KEY, accessKeySecret: 'guess' } });
    expect(errorOf(replyOf(fixture.handle(forged))).Code).toBe('SignatureDoesNotMatch');
    expect(replyOf(fixture.handle(requestV1(ACTION, {}, signing))).status).toBe(200);
  });

  it('are remembered as long as their call is in time', () => {
    const fixture = new GatewayFixture();
    const early = requestV1(ACTION, {}, fixture.signing({ nowMs: START_MS + 15 * MINUTE_MS }));
    expect(replyOf(fixture.handle(early)).status).toBe(200);
    fixture.nowMs = START_MS + 30 * MINUTE_MS;
    expect(errorOf(replyOf(fixture.handle(early))).Code).toBe('SignatureNonceUsed');
  });
});

describe('timestamps', () => {
  it('are held against the clock that clients see, not against what the admin API added', () => {
    const fixture = new GatewayFixture();
    fixture.cloud.advance(24 * 60 * MINUTE_MS);
    expect(fixture.reply(ACTION).status).toBe(200);
  });
});

describe('access keys', () => {
  const sts = { accessKeyId: 'STS.1', accessKeySecret: 's', securityToken: 'token' };
  const fixture = () =>
    new GatewayFixture({
      credentials: [
        sts,
        { accessKeyId: 'off', accessKeySecret: 's', inactive: true },
        {
          accessKeyId: 'ram',
          accessKeySecret: 's',
          accountId: '42',
          allow: { actions: [ACTION], groups: ['sg-1'] },
        },
      ],
    });

  it.each([requestV1, requestV3])('temporary: the token must come along', (sign) => {
    const gateway = fixture();
    const codes = [sts, { ...sts, securityToken: 'old' }, { accessKeyId: 'STS.1', accessKeySecret: 's' }].map(
      (key) => {
        const reply = replyOf(gateway.handle(sign(ACTION, {}, gateway.signing({ key }))));
        return reply.status === 200 ? 'ok' : errorOf(reply).Code;
      },
    );
    expect(codes).toEqual(['ok', 'InvalidSecurityToken.MismatchWithAccessKey', 'MissingSecurityToken']);
  });

  it('lasting: an empty token counts as none', () => {
    const gateway = new GatewayFixture();
    const v1 = altered({ SecurityToken: '' })(gateway.signing());
    const v3 = requestV3(ACTION, {}, gateway.signing());
    const withToken = { ...v3, headers: { ...v3.headers, 'x-acs-security-token': '' } };
    expect([v1, withToken].map((request) => replyOf(gateway.handle(request)).status)).toEqual([200, 200]);
  });

  it('disabled', () => {
    const reply = fixture().reply(ACTION, {}, { key: { accessKeyId: 'off', accessKeySecret: 's' } });
    expect([reply.status, errorOf(reply).Code]).toEqual([400, 'InvalidAccessKeyId.Inactive']);
  });

  it.each<[string, string, Parameters, boolean]>([
    ['an allowed action', ACTION, {}, true],
    ['an allowed group', ACTION, { SecurityGroupId: 'sg-1' }, true],
    ['another group', ACTION, { SecurityGroupId: 'sg-2' }, false],
    ['an empty group, which counts as left out', ACTION, { SecurityGroupId: '' }, true],
    ['an allowed group in a list', ACTION, { SecurityGroupIds: '["sg-1"]' }, true],
    ['another group in a list', ACTION, { SecurityGroupIds: '["sg-1","sg-2"]' }, false],
    ['no list', ACTION, { SecurityGroupIds: 'sg-2' }, true],
    ['an allowed group by number', ACTION, { 'SecurityGroupId.1': 'sg-1' }, true],
    ['another group by number', ACTION, { 'SecurityGroupId.1': 'sg-1', 'SecurityGroupId.2': 'sg-2' }, false],
    ['another group as a peer', ACTION, { SecurityGroupId: 'sg-1', SourceGroupId: 'sg-2' }, true],
    ['another action', 'AuthorizeSecurityGroup', { SecurityGroupId: 'sg-1' }, false],
  ])('limited by RAM: %s', (_name, action, parameters, allowed) => {
    const gateway = fixture();
    const reply = gateway.reply(action, parameters, { key: { accessKeyId: 'ram', accessKeySecret: 's' } });
    expect(reply.status).toBe(allowed ? 200 : 403);
    expect(gateway.cloud.state.version).toBe(0);
    expect(gateway.calls()).toMatchObject([{ accountId: '42' }]);
    if (allowed) return;
    const error = errorOf(reply);
    expect(error.Code).toBe('Forbidden.RAM');
    expect(error.Message).toContain(`ecs:${action}`);
    expect(error.AccessDeniedDetail).toMatchObject({
      AuthAction: `ecs:${action}`,
      AuthPrincipalOwnerId: '42',
    });
  });

  it('must not stand twice', () => {
    expect(() => new GatewayFixture({ credentials: [sts, sts] })).toThrow('STS.1 is given twice');
  });
});

describe('parameters', () => {
  it('that no action knows are let through', () => {
    const reply = new GatewayFixture().reply(ACTION, { Whatever: '1', OwnerId: '2' });
    expect(JSON.parse(reply.body)).toMatchObject({ Asked: { Whatever: '1', OwnerId: '2' } });
  });

  it('of the gateway do not reach the action', () => {
    const { body } = new GatewayFixture().reply(ACTION, { A: '1' });
    expect((JSON.parse(body) as { Asked: unknown }).Asked).toEqual({ A: '1' });
  });
});
