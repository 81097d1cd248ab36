import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CredentialsConfig } from '../../../../../daemon/config/accounts/credentials-config.ts';
import { credentialsSchema } from '../../../../../daemon/config/accounts/credentials-config.ts';
import { buildProvider } from '../../../../../daemon/ecs/credentials/vendor-providers.ts';
import {
  createCredentialsSource,
  providerProblem,
} from '../../../../../daemon/ecs/credentials/credentials.ts';
import {
  hang,
  json,
  reset,
  startFakeEndpoint,
  text,
  type FakeEndpoint,
} from '../../../../support/fake-endpoint.ts';

const SECRET = 'S3cr3tValue';
const TOKEN = 'T0kenValue';

const read = (config: unknown): CredentialsConfig => credentialsSchema.parse(config);
const sourceOf = (config: unknown, env: Record<string, string | undefined> = {}) =>
  createCredentialsSource(read(config), env);

/** What a credentials URI answers; an hour from now unless told otherwise. */
const session = (AccessKeyId: string, lifeMs = 3_600_000) => ({
  Code: 'Success',
  AccessKeyId,
  AccessKeySecret: SECRET,
  SecurityToken: TOKEN,
  Expiration: new Date(Date.now() + lifeMs).toISOString().replace(/\.\d+Z$/, 'Z'),
});

let server: FakeEndpoint;
let folder: string;
beforeEach(async () => {
  server = await startFakeEndpoint(json(session('AK1')));
  folder = await mkdtemp(join(tmpdir(), 'rampart-credentials-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await server.close();
  await rm(folder, { recursive: true });
});

describe('emulator', () => {
  it('gives the key that the emulator knows by default', async () => {
    expect(await sourceOf({ type: 'emulator' }).get()).toEqual({
      ok: true,
      value: { accessKeyId: 'emulator', accessKeySecret: 'emulator-secret', securityToken: null },
    });
  });
});

describe('accessKey', () => {
  const byEnv = { type: 'accessKey', accessKeyIdEnv: 'MY_ID', accessKeySecretEnv: 'MY_KEY' };

  it('reads the variables that the config names, again each time', async () => {
    const env: Record<string, string> = { MY_ID: 'AK1', MY_KEY: SECRET };
    const source = sourceOf(byEnv, env);
    expect(await source.get()).toMatchObject({ value: { accessKeyId: 'AK1', securityToken: null } });
    env.MY_ID = 'AK2';
    expect(await source.get()).toMatchObject({ value: { accessKeyId: 'AK2' } });
  });

  it('reads files, without the line break at their end', async () => {
    const path = (name: string) => join(folder, name);
    await Promise.all([
      writeFile(path('id'), 'AK1\n'),
      writeFile(path('key'), `${SECRET}\n`),
      writeFile(path('token'), TOKEN),
    ]);
    const source = sourceOf({
      type: 'accessKey',
      accessKeyIdFile: path('id'),
      accessKeySecretFile: path('key'),
      securityTokenFile: path('token'),
    });
    expect(await source.get()).toEqual({
      ok: true,
      value: { accessKeyId: 'AK1', accessKeySecret: SECRET, securityToken: TOKEN },
    });
  });

  it.each<[string, unknown, Record<string, string>, string]>([
    ['a missing variable', byEnv, { MY_ID: 'AK1' }, 'the environment variable MY_KEY is not set'],
    ['an empty variable', byEnv, { MY_ID: ' ', MY_KEY: SECRET }, 'the environment variable MY_ID is not set'],
    [
      'a missing token',
      { ...byEnv, securityTokenEnv: 'MY_TOKEN' },
      { MY_ID: 'AK1', MY_KEY: SECRET },
      'the environment variable MY_TOKEN is not set',
    ],
    [
      'a missing file',
      { type: 'accessKey', accessKeyIdEnv: 'MY_ID', accessKeySecretFile: '/nonexistent/key' },
      { MY_ID: 'AK1' },
      'the file /nonexistent/key cannot be read (ENOENT)',
    ],
    [
      'a folder in place of a file',
      { type: 'accessKey', accessKeyIdEnv: 'MY_ID', accessKeySecretFile: '/' },
      { MY_ID: 'AK1' },
      'the file / cannot be read (EISDIR)',
    ],
  ])('%s is named, and nothing goes out unsigned', async (_name, config, env, problem) => {
    expect(await sourceOf(config, env).get()).toEqual({
      ok: false,
      error: { code: 'Transport.NoCredentials', message: `accessKey: ${problem}` },
    });
  });

  it('finds a variable that was set after a failure', async () => {
    const env: Record<string, string> = { MY_ID: 'AK1' };
    const source = sourceOf(byEnv, env);
    expect(await source.get()).toMatchObject({ ok: false });
    env.MY_KEY = SECRET;
    expect(await source.get()).toMatchObject({ ok: true });
  });
});

describe('uri', () => {
  const uriSource = () => sourceOf({ type: 'uri', uri: `${server.url}/credentials` });

  it('fetches once for calls at the same time, and keeps what is fresh', async () => {
    const source = uriSource();
    const answers = await Promise.all(Array.from({ length: 10 }, () => source.get()));
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toEqual({
      ok: true,
      value: { accessKeyId: 'AK1', accessKeySecret: SECRET, securityToken: TOKEN },
    });
    await source.get();
    expect(server.calls).toHaveLength(1);
  });

  it('fetches again after the vendor refused what it gave', async () => {
    const source = uriSource();
    await source.get();
    server.answer(json(session('AK2')));
    source.forget();
    expect(await source.get()).toMatchObject({ value: { accessKeyId: 'AK2' } });
  });

  it('does not stay with a dying session after a failed refresh', async () => {
    const source = uriSource();
    server.answer(json(session('OLD', 60_000)));
    expect(await source.get()).toMatchObject({ value: { accessKeyId: 'OLD' } });
    source.forget();
    server.answer(text('', 500));
    expect(await source.get()).toMatchObject({ ok: false });
    server.answer(json(session('NEW')));
    expect(await source.get()).toMatchObject({ value: { accessKeyId: 'NEW' } });
  });

  it('takes the URI from the environment', async () => {
    const source = sourceOf({ type: 'uri' }, { ALIBABA_CLOUD_CREDENTIALS_URI: `${server.url}/x` });
    expect(await source.get()).toMatchObject({ ok: true });
    expect(await sourceOf({ type: 'uri' }).get()).toMatchObject({
      error: { message: 'uri: the environment variable ALIBABA_CLOUD_CREDENTIALS_URI is not set' },
    });
  });

  it.each<[string, Parameters<FakeEndpoint['answer']>[0], string, string]>([
    ['a reset', reset, 'Transport.CredentialsUnavailable', 'ECONNRESET'],
    ['500', text(SECRET, 500), 'Transport.CredentialsUnavailable', '500'],
    [
      '403',
      text(`{"Code":"NoPermission","Message":"${SECRET}"}`, 403),
      'Transport.NoCredentials',
      'NoPermission, 403',
    ],
    ['HTML', text(`<html>${SECRET}</html>`, 200), 'Transport.NoCredentials', ''],
    ['no token', json({ AccessKeyId: 'AK', AccessKeySecret: SECRET }), 'Transport.NoCredentials', ''],
    ['no expiry', json({ ...session('AK'), Expiration: undefined }), 'Transport.NoCredentials', ''],
  ])('answers %s with a problem that quotes nothing', async (_name, script, code, detail) => {
    server.answer(script);
    const answer = await uriSource().get();
    if (answer.ok) expect.fail('credentials were given');
    expect(answer.error.code).toBe(code);
    expect(answer.error.message).toContain(detail);
    expect(answer.error.message).not.toContain(SECRET);
  });

  it('a server that is not there: unavailable', async () => {
    const source = uriSource();
    await server.close();
    expect(await source.get()).toMatchObject({
      error: {
        code: 'Transport.CredentialsUnavailable',
        message: expect.stringContaining('ECONNREFUSED') as string,
      },
    });
    server = await startFakeEndpoint(hang);
  });
});

describe('default', () => {
  it('recovers when credentials come up after a failed pass, where the chain itself would not', async () => {
    vi.stubEnv('HOME', folder);
    vi.stubEnv('ALIBABA_CLOUD_ACCESS_KEY_ID', '');
    vi.stubEnv('ALIBABA_CLOUD_ECS_METADATA_DISABLED', 'true');
    vi.stubEnv('ALIBABA_CLOUD_CLI_PROFILE_DISABLED', 'true');
    vi.stubEnv('ALIBABA_CLOUD_CREDENTIALS_URI', `${server.url}/x`);
    server.answer(text(SECRET, 403));
    const source = sourceOf({ type: 'default' });
    const failed = await source.get();
    expect(failed).toMatchObject({ ok: false, error: { code: 'Transport.NoCredentials' } });
    expect(JSON.stringify(failed)).not.toContain(SECRET);
    vi.stubEnv('ALIBABA_CLOUD_ACCESS_KEY_ID', 'AK9');
    vi.stubEnv('ALIBABA_CLOUD_ACCESS_KEY_SECRET', SECRET);
    expect(await source.get()).toMatchObject({ ok: true, value: { accessKeyId: 'AK9' } });
  });
});

describe('ecsRamRole', () => {
  it('says so when the environment switches the metadata service off', async () => {
    vi.stubEnv('ALIBABA_CLOUD_ECS_METADATA_DISABLED', 'true');
    expect(await sourceOf({ type: 'ecsRamRole' }).get()).toEqual({
      ok: false,
      error: { code: 'Transport.NoCredentials', message: 'ecsRamRole: no credentials were given' },
    });
  });
});

it('off an instance, ecsRamRole is told as the mistake, with what to write', () => {
  const error = Object.assign(new Error('connect ECONNREFUSED 100.100.100.200:80'), { code: 'ECONNREFUSED' });
  const { message } = providerProblem('ecsRamRole', error);
  expect(message).toContain('the metadata service does not answer (ECONNREFUSED)');
  expect(message).toContain('write another type of credentials, such as `type: default`');
  expect(providerProblem('uri', error).message).not.toContain('metadata');
});

describe('roles that STS gives', () => {
  const ROLE = 'acs:ram::1234567890:role/rampart';

  /** What the library's own seam for tests lets one see: STS itself speaks only https to the vendor. */
  interface StsRequest {
    readonly host: string;
    readonly queries: Readonly<Record<string, string>>;
    readonly bodyForm: Readonly<Record<string, string>>;
  }
  const askSts = async (config: unknown, env: Record<string, string>): Promise<StsRequest> => {
    const provider = buildProvider(read(config), env);
    return new Promise((resolve, reject) => {
      Object.assign(provider, {
        doRequest: (request: StsRequest) => {
          resolve(request);
          return Promise.reject(new Error('the test has seen enough'));
        },
      });
      provider.getCredentials().catch(reject);
    });
  };

  it('assumeRole signs with its source and asks for an hour', async () => {
    const config = {
      type: 'assumeRole',
      roleArn: ROLE,
      externalId: 'ext',
      stsRegion: 'cn-hangzhou',
      source: { type: 'accessKey', accessKeyIdEnv: 'MY_ID', accessKeySecretEnv: 'MY_KEY' },
    };
    const request = await askSts(config, { MY_ID: 'AK1', MY_KEY: SECRET });
    expect(request.host).toBe('sts.cn-hangzhou.aliyuncs.com');
    expect(request.queries.AccessKeyId).toBe('AK1');
    expect(request.bodyForm).toEqual({
      RoleArn: ROLE,
      RoleSessionName: 'rampart',
      ExternalId: 'ext',
      DurationSeconds: '3600',
    });
  });

  it('assumeRole names what its source lacks', async () => {
    const config = {
      type: 'assumeRole',
      roleArn: ROLE,
      source: { type: 'accessKey', accessKeyIdEnv: 'MY_ID', accessKeySecretEnv: 'MY_KEY' },
    };
    expect(await sourceOf(config, { MY_ID: 'AK1' }).get()).toEqual({
      ok: false,
      error: {
        code: 'Transport.NoCredentials',
        message: 'assumeRole: the environment variable MY_KEY is not set',
      },
    });
  });

  it('oidc sends the token of the file, read again', async () => {
    const oidcTokenFile = join(folder, 'token');
    await writeFile(oidcTokenFile, TOKEN);
    const oidcProviderArn = 'acs:ram::1234567890:oidc-provider/ack';
    const request = await askSts({ type: 'oidc', roleArn: ROLE, oidcProviderArn, oidcTokenFile }, {});
    expect(request.bodyForm).toMatchObject({
      RoleArn: ROLE,
      OIDCProviderArn: oidcProviderArn,
      OIDCToken: TOKEN,
      DurationSeconds: '3600',
    });
  });
});
