import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import {
  isLoopbackHost,
  parseEndpoint,
  regionalEndpoint,
} from '../../../../../daemon/config/accounts/endpoint.ts';

/** What the test needs of the official SDK; required, because its default export differs between loaders. */
interface Sdk {
  _endpointMap: Record<string, string>;
  getEndpoint(...args: unknown[]): string;
}
const { default: SdkClient } = createRequire(import.meta.url)('@alicloud/ecs20140526') as {
  default: new (config: object) => Sdk;
};

describe('regionalEndpoint', () => {
  it('agrees with the official SDK in every region that it knows an exception for, and in others', () => {
    const sdk = new SdkClient({ accessKeyId: 'x', accessKeySecret: 'x', regionId: 'cn-beijing' });
    const exceptions = Object.keys(sdk._endpointMap);
    expect(exceptions.length).toBeGreaterThan(30);
    for (const region of [...exceptions, 'cn-beijing', 'us-west-1', 'ap-southeast-5', 'cn-new-region-7']) {
      const expected = sdk.getEndpoint('ecs', region, 'regional', '', '', sdk._endpointMap, undefined);
      expect(regionalEndpoint(region), region).toEqual({ ok: true, value: `https://${expected}` });
    }
  });

  it.each([
    ['cn-hangzhou', 'actiontrail.cn-hangzhou.aliyuncs.com'],
    ['cn-shanghai-finance-1', 'actiontrail.cn-shanghai-finance-1.aliyuncs.com'],
    ['cn-hangzhou-finance', 'actiontrail.aliyuncs.com'],
    ['rus-west-1-pop', 'actiontrail.ap-northeast-1.aliyuncs.com'],
  ])('ActionTrail of %s is at %s', (region, host) => {
    expect(regionalEndpoint(region, 'actiontrail')).toEqual({ ok: true, value: `https://${host}` });
  });

  it.each([
    '',
    'evil.example/#',
    'cn-hangzhou.evil.example',
    'user@evil',
    'CN-HANGZHOU',
    'cn hangzhou',
    '-cn',
    'cn-',
    '__proto__',
    'a'.repeat(65),
  ])('lets nothing but a region id into a host name: %j', (region) => {
    expect(regionalEndpoint(region).ok).toBe(false);
  });
});

describe('parseEndpoint', () => {
  it.each([
    ['ecs.example.com', 'https://ecs.example.com'],
    ['https://ecs.example.com/', 'https://ecs.example.com'],
    ['https://ecs.example.com:8443', 'https://ecs.example.com:8443'],
    ['http://127.0.0.1:4000', 'http://127.0.0.1:4000'],
    ['http://localhost:4000/', 'http://localhost:4000'],
    ['http://[::1]:4000', 'http://[::1]:4000'],
  ])('reads %s', (text, origin) => {
    expect(parseEndpoint(text, false)).toEqual({ ok: true, value: origin });
  });

  it.each([
    ['http://ecs.example.com', /plain http/],
    ['http://127.0.0.1.evil.example', /plain http/],
    ['http://localhost.evil.example', /plain http/],
    ['https://user:S3cr3t@ecs.example.com', /user name/],
    ['https://ecs.example.com/path', /path/],
    ['https://ecs.example.com/?x=1', /path, query/],
    ['ftp://ecs.example.com', /https/],
    ['https://', /not a URL/],
  ])('refuses %s', (text, message) => {
    const result = parseEndpoint(text, false);
    if (result.ok) expect.fail('was accepted');
    expect(result.error).toMatch(message);
    expect(result.error).not.toContain('S3cr3t');
  });

  it('takes plain http elsewhere only when told to', () => {
    expect(parseEndpoint('http://10.0.0.1:80', true)).toEqual({ ok: true, value: 'http://10.0.0.1' });
  });
});

describe('isLoopbackHost', () => {
  it.each([
    ['localhost', true],
    ['127.0.0.1', true],
    ['127.255.0.3', true],
    ['[::1]', true],
    ['10.0.0.1', false],
    ['127.0.0.1.example', false],
    ['[::2]', false],
  ])('isLoopbackHost: %s: %s', (host, expected) => {
    expect(isLoopbackHost(host)).toBe(expected);
  });
});
