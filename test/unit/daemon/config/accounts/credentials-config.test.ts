import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { credentialsSchema } from '../../../../../daemon/config/accounts/credentials-config.ts';

const ROLE = 'acs:ram::1234567890:role/rampart';

const problemsOf = (config: unknown): string[] => {
  const result = credentialsSchema.safeParse(config);
  return result.success
    ? []
    : result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
};

describe('credentials that are accepted', () => {
  it.each<[string, unknown]>([
    ['emulator', { type: 'emulator' }],
    [
      'access key from the environment',
      { type: 'accessKey', accessKeyIdEnv: 'ID', accessKeySecretEnv: 'KEY' },
    ],
    [
      'access key from files, with a token',
      { type: 'accessKey', accessKeyIdFile: '/a', accessKeySecretFile: '/b', securityTokenFile: '/c' },
    ],
    ['access key from both', { type: 'accessKey', accessKeyIdEnv: 'ID', accessKeySecretFile: '/run/secret' }],
    ['default chain', { type: 'default' }],
    ['instance role', { type: 'ecsRamRole', roleName: 'rampart' }],
    ['OIDC from the variables of RRSA', { type: 'oidc' }],
    [
      'OIDC',
      {
        type: 'oidc',
        roleArn: ROLE,
        oidcProviderArn: 'acs:ram::1234567890:oidc-provider/ack',
        oidcTokenFile: '/var/run/token',
        stsRegion: 'cn-hangzhou',
      },
    ],
    ['role with the default chain as its source', { type: 'assumeRole', roleArn: ROLE }],
    [
      'role with an access key as its source',
      {
        type: 'assumeRole',
        roleArn: ROLE,
        externalId: 'x',
        source: { type: 'accessKey', accessKeyIdEnv: 'ID', accessKeySecretEnv: 'KEY' },
      },
    ],
    ['credentials URI of this machine', { type: 'uri', uri: 'http://127.0.0.1:4000/credentials' }],
    ['credentials URI from the environment', { type: 'uri' }],
  ])('credentials that are accepted: %s', (_name, config) => {
    expect(problemsOf(config)).toEqual([]);
  });

  it('fills in what is safe: no token-less metadata requests, a session name, the default chain', () => {
    expect(credentialsSchema.parse({ type: 'ecsRamRole' })).toEqual({
      type: 'ecsRamRole',
      allowImdsV1: false,
    });
    expect(credentialsSchema.parse({ type: 'assumeRole', roleArn: ROLE })).toEqual({
      type: 'assumeRole',
      roleArn: ROLE,
      roleSessionName: 'rampart',
      source: { type: 'default' },
    });
  });
});

describe('credentials that are refused', () => {
  it.each<[string, unknown, RegExp]>([
    ['unknown type', { type: 'password' }, /^type: /],
    ['unknown key', { type: 'default', foo: 1 }, /Unrecognized key: "foo"/],
    [
      'inline secret',
      { type: 'accessKey', accessKeyIdEnv: 'ID', accessKeySecretEnv: 'KEY', accessKeySecret: 'S3cr3t' },
      /accessKeySecret: secrets never stand in the config; .*accessKeySecretEnv/,
    ],
    [
      'inline secret of another type',
      { type: 'default', accessKeySecret: 'S3cr3t' },
      /never stand in the config/,
    ],
    [
      'secret in place of a variable',
      { type: 'accessKey', accessKeyIdEnv: 'ID', accessKeySecretEnv: 'S3cr3t' },
      /upper case/,
    ],
    [
      'no secret',
      { type: 'accessKey', accessKeyIdEnv: 'ID' },
      /write one of accessKeySecretEnv and accessKeySecretFile/,
    ],
    [
      'a variable and a file',
      { type: 'accessKey', accessKeyIdEnv: 'ID', accessKeyIdFile: '/a', accessKeySecretEnv: 'KEY' },
      /write one of accessKeyIdEnv and accessKeyIdFile/,
    ],
    ['role that is no ARN', { type: 'assumeRole', roleArn: 'rampart' }, /roleArn: write it such as/],
    [
      'role of a role',
      { type: 'assumeRole', roleArn: ROLE, source: { type: 'assumeRole', roleArn: ROLE } },
      /source.type/,
    ],
    [
      'emulator as the source of a role',
      { type: 'assumeRole', roleArn: ROLE, source: { type: 'emulator' } },
      /source.type/,
    ],
    ['plain http to another machine', { type: 'uri', uri: 'http://10.0.0.1/credentials' }, /https URL/],
    ['user name in the URI', { type: 'uri', uri: 'https://user:S3cr3t@host/credentials' }, /https URL/],
    ['STS region that is a host name', { type: 'oidc', stsRegion: 'evil.example/' }, /region id/],
  ])('credentials that are refused: %s', (_name, config, problem) => {
    const problems = problemsOf(config);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(problem);
    expect(problems.join()).not.toContain('S3cr3t');
  });

  it('can be shown as a JSON schema', () => {
    expect(() => z.toJSONSchema(credentialsSchema, { io: 'input' })).not.toThrow();
  });
});
