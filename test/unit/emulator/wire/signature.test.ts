import { describe, expect, it } from 'vitest';
import { readRequest } from '../../../../emulator/wire/request.ts';
import { checkSignature } from '../../../../emulator/wire/signature.ts';
import type { WireRequest } from '../../../../emulator/wire/wire.ts';
import { EMULATOR_KEY, requestV1, requestV3, type SigningOptions } from '../../../support/signing.ts';

const check = (wire: WireRequest, secret: string) => () => checkSignature(readRequest(wire), secret);

const wire = (parts: Partial<WireRequest>): WireRequest => ({
  method: 'GET',
  target: '/',
  headers: {},
  body: Buffer.alloc(0),
  remoteAddress: '127.0.0.1',
  ...parts,
});

// The worked example of the vendor's page on signing RPC calls.
const PUBLISHED_V1 =
  '/?Timestamp=2016-02-23T12:46:24Z&Format=XML&AccessKeyId=testid&Action=DescribeRegions' +
  '&SignatureMethod=HMAC-SHA1&SignatureNonce=3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf&Version=2014-05-26' +
  '&SignatureVersion=1.0';
const PUBLISHED_V1_STRING =
  'GET&%2F&AccessKeyId%3Dtestid%26Action%3DDescribeRegions%26Format%3DXML%26SignatureMethod%3DHMAC-SHA1' +
  '%26SignatureNonce%3D3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf%26SignatureVersion%3D1.0' +
  '%26Timestamp%3D2016-02-23T12%253A46%253A24Z%26Version%3D2014-05-26';

// The worked example of the vendor's page on V3 request bodies and signatures.
const PUBLISHED_V3 = wire({
  method: 'POST',
  target: '/?RegionId=cn-shanghai&ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd',
  headers: {
    host: 'ecs.cn-shanghai.aliyuncs.com',
    'x-acs-action': 'RunInstances',
    'x-acs-content-sha256': 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    'x-acs-date': '2023-10-26T10:22:32Z',
    'x-acs-signature-nonce': '3156853299f313e23d1673dc12e1703d',
    'x-acs-version': '2014-05-26',
    authorization:
      'ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;' +
      'x-acs-date;x-acs-signature-nonce;x-acs-version,' +
      'Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0',
  },
});

describe('the published examples', () => {
  it('V1 has the published signature', () => {
    const target = `${PUBLISHED_V1}&Signature=OLeaidS1JvxuMvnyHOwuJ%2BuX5qY%3D`;
    expect(check(wire({ target }), 'testsecret')).not.toThrow();
  });

  it('V1 has the published string to sign', () => {
    expect(check(wire({ target: `${PUBLISHED_V1}&Signature=x` }), 'testsecret')).toThrow(PUBLISHED_V1_STRING);
  });

  it('V3 has the published signature', () => {
    expect(check(PUBLISHED_V3, 'YourAccessKeySecret')).not.toThrow();
  });

  it('V3 has the published hash of the canonical request', () => {
    const hash = '7ea06492da5221eba5297e897ce16e55f964061054b7695beedaac1145b1e259';
    expect(check(PUBLISHED_V3, 'another')).toThrow(`ACS3-HMAC-SHA256\n${hash}`);
  });
});

const SIGNING: SigningOptions = { key: EMULATOR_KEY, nowMs: Date.UTC(2026, 0, 1), nonce: 'n' };
const AWKWARD = {
  Description: `*'()!~+/=&%20 ü 安全组 🧱 "\t`,
  'Permissions.1.IpProtocol': 'TCP',
  'Permissions.10.IpProtocol': 'UDP',
  'Permissions.2.IpProtocol': '',
};

describe('what a client signs is what is checked', () => {
  it.each([
    ['V1, form', requestV1('X', AWKWARD, SIGNING)],
    ['V1, POST with everything in the query', requestV1('X', AWKWARD, { ...SIGNING, place: 'query' })],
    ['V1, GET', requestV1('X', AWKWARD, { ...SIGNING, method: 'GET' })],
    ['V3, POST', requestV3('X', AWKWARD, SIGNING)],
    ['V3, GET', requestV3('X', AWKWARD, { ...SIGNING, method: 'GET' })],
  ])('what a client signs is what is checked: %s', (_name, request) => {
    expect(check(request, 'emulator-secret')).not.toThrow();
    expect(check(request, 'emulator-secreT')).toThrow('server string to sign is:');
  });

  it('however the client escapes on the wire', () => {
    const request = requestV3('X', { A: "(*')!", B: 'a b' }, SIGNING);
    const loose = request.target.replace(/%(2A|27|28|29|21)/g, (escape) => decodeURIComponent(escape));
    expect(loose).toContain("(*')!");
    expect(check({ ...request, target: loose.replace('%20', '+') }, 'emulator-secret')).not.toThrow();
  });

  it('V1 with parameters in both the query and the form', () => {
    const request = requestV1('X', { A: '1', B: '2' }, SIGNING);
    const [first, ...rest] = request.body.toString().split('&');
    const split = { ...request, target: `/?${first ?? ''}`, body: Buffer.from(rest.join('&')) };
    expect(check(split, 'emulator-secret')).not.toThrow();
  });
});

describe('what is changed on the way is noticed', () => {
  const v1 = requestV1('X', { A: '1' }, SIGNING);
  const v3 = requestV3('X', { A: '1' }, SIGNING);
  it.each<[string, WireRequest]>([
    ['V1 method', { ...v1, method: 'PUT' }],
    ['V1 parameter', { ...v1, body: Buffer.from(v1.body.toString().replace('A=1', 'A=2')) }],
    ['V1 added parameter', { ...v1, target: '/?B=1' }],
    ['V3 method', { ...v3, method: 'GET' }],
    ['V3 query', { ...v3, target: '/?A=2' }],
    ['V3 action', { ...v3, headers: { ...v3.headers, 'x-acs-action': 'Y' } }],
    ['V3 host', { ...v3, headers: { ...v3.headers, host: 'elsewhere' } }],
    ['V3 body', { ...v3, body: Buffer.from('B=1') }],
  ])('what is changed on the way is noticed: %s', (_name, request) => {
    expect(check(request, 'emulator-secret')).toThrow('not matched');
  });
});

describe('V3 signed headers', () => {
  it('must cover everything that the gateway acts on', () => {
    const authorization = 'ACS3-HMAC-SHA256 Credential=a,SignedHeaders=host;x-acs-date,Signature=00';
    const request = wire({ headers: { authorization, 'x-acs-security-token': 't' } });
    expect(check(request, 's')).toThrow(
      'SignedHeaders lacks x-acs-action, x-acs-content-sha256, x-acs-signature-nonce, x-acs-version, x-acs-security-token',
    );
  });
});

describe('a refusal', () => {
  it('shows the string to sign without the security token', () => {
    const key = { ...EMULATOR_KEY, securityToken: 'very-secret' };
    const refuse = check(requestV1('X', {}, { ...SIGNING, key }), 'other');
    expect(refuse).toThrow('SecurityToken%3D%252A%252A%252A');
    expect(refuse).not.toThrow('very-secret');
  });
});
