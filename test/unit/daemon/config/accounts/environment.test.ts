// What the environment may not say past the config.
import { expect, it } from 'vitest';
import { accountsSchema } from '../../../../../daemon/config/accounts/accounts-schema.ts';
import { environmentProblems } from '../../../../../daemon/config/accounts/environment.ts';

const ROLE = 'acs:ram::1234567890:role/rampart';
const KEY = { type: 'accessKey', accessKeyIdEnv: 'ID', accessKeySecretEnv: 'KEY' };
const LOOPBACK = 'http://127.0.0.1:8480';

interface Written {
  readonly credentials: unknown;
  readonly endpoint?: string;
  readonly trail?: string | null;
}

function problemsOf({ credentials, endpoint, trail }: Written, env: Record<string, string>): string[] {
  const accounts = accountsSchema.parse({
    prod: { credentials, ...(endpoint === undefined ? {} : { endpoint }) },
  });
  const attribution = { actiontrail: trail !== undefined, endpoint: trail ?? null };
  return environmentProblems({ accounts, attribution }, env);
}

const UNVERIFIED = { NODE_TLS_REJECT_UNAUTHORIZED: '0' };

it.each<[string, Written]>([
  ['the default chain', { credentials: { type: 'default' } }],
  ['a key', { credentials: KEY }],
  ['a key for another endpoint', { credentials: KEY, endpoint: 'https://ecs-vpc.cn-hangzhou.aliyuncs.com' }],
  ['a role, whatever the endpoint', { credentials: { type: 'oidc' }, endpoint: LOOPBACK }],
  ['a key for an emulator, with the real ActionTrail', { credentials: KEY, endpoint: LOOPBACK, trail: null }],
])('NODE_TLS_REJECT_UNAUTHORIZED=0 is refused with %s, with what to do instead', (_, written) => {
  expect(problemsOf(written, UNVERIFIED)).toEqual([
    expect.stringMatching(/^NODE_TLS_REJECT_UNAUTHORIZED=0 .*account prod.*NODE_EXTRA_CA_CERTS$/) as string,
  ]);
  expect(problemsOf(written, { NODE_TLS_REJECT_UNAUTHORIZED: '1' })).toEqual([]);
});

it.each<[string, Written]>([
  ['the emulator that runs beside', { credentials: { type: 'emulator' }, endpoint: 'embedded' }],
  ['an emulator elsewhere', { credentials: { type: 'emulator' }, endpoint: 'https://192.0.2.1:8480' }],
  ['a key for this machine alone', { credentials: KEY, endpoint: LOOPBACK }],
  ['the same for ActionTrail', { credentials: KEY, endpoint: LOOPBACK, trail: 'http://[::1]:8480' }],
])('NODE_TLS_REJECT_UNAUTHORIZED=0 is let be with %s', (_, written) => {
  expect(problemsOf(written, UNVERIFIED)).toEqual([]);
});

const URI = 'ALIBABA_CLOUD_CREDENTIALS_URI';
const STS = 'ALIBABA_CLOUD_STS_REGION';

it.each<[string, unknown, Record<string, string>]>([
  ['a URI over plain http', { type: 'default' }, { [URI]: 'http://192.0.2.1:9/' }],
  ['the same for credentials of a URI', { type: 'uri' }, { [URI]: 'http://192.0.2.1:9/' }],
  [
    'the same for the source of a role',
    { type: 'assumeRole', roleArn: ROLE },
    { [URI]: 'http://192.0.2.1:9/' },
  ],
  ['a URI with a user name', { type: 'uri' }, { [URI]: 'https://me:secret@example.com/' }],
  ['an STS region that is another host', { type: 'oidc' }, { [STS]: 'example.com/' }],
  ['the same for a role', { type: 'assumeRole', roleArn: ROLE, source: KEY }, { [STS]: 'example.com/' }],
  ['a role that is none', { type: 'oidc' }, { ALIBABA_CLOUD_ROLE_ARN: 'rampart' }],
  ['a provider that is none', { type: 'oidc' }, { ALIBABA_CLOUD_OIDC_PROVIDER_ARN: 'ack' }],
])('a variable that stands in for a key is held to the same: %s', (_, credentials, env) => {
  const [name = ''] = Object.keys(env);
  const found = problemsOf({ credentials }, env);
  expect(found).toEqual([
    expect.stringContaining(`the environment variable ${name}, which account prod uses: write`),
  ]);
  expect(found[0]).not.toContain('secret@');
});

it.each<[string, unknown, Record<string, string>]>([
  ['is not set', { type: 'uri' }, {}],
  ['is empty', { type: 'uri' }, { [URI]: '' }],
  ['is safe', { type: 'uri' }, { [URI]: 'https://example.com/credentials' }],
  ['is of this machine', { type: 'default' }, { [URI]: 'http://localhost:4000/' }],
  ['is of a link-local address', { type: 'default' }, { [URI]: 'http://169.254.170.2/credentials' }],
  ['is of a link-local address of IPv6', { type: 'default' }, { [URI]: 'http://[fe80::1]/credentials' }],
  [
    'is not read, as the key is written',
    { type: 'oidc', stsRegion: 'cn-hangzhou' },
    { [STS]: 'example.com/' },
  ],
  ['is not read with such credentials', KEY, { [STS]: 'example.com/', [URI]: 'http://192.0.2.1:9/' }],
])('a variable that stands in for a key is let be where it %s', (_, credentials, env) => {
  expect(problemsOf({ credentials }, env)).toEqual([]);
});
