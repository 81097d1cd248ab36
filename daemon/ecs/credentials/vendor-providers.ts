// One provider of the vendor's library for each type of the config; `new Credential(…)` of that library is no
// provider and pop-core refuses it.
import {
  DefaultCredentialsProvider,
  ECSRAMRoleCredentialsProvider,
  OIDCRoleArnCredentialsProvider,
  RAMRoleARNCredentialsProvider,
  StaticAKCredentialsProvider,
  StaticSTSCredentialsProvider,
  URICredentialsProvider,
  type CredentialsProvider,
} from '@alicloud/credentials';
import type { CredentialsConfig } from '../../config/accounts/credentials-config.ts';
import { readSecret, SecretMissing, type Variables } from '../../config/secret.ts';

type AccessKeyConfig = Extract<CredentialsConfig, { type: 'accessKey' }>;

interface Key {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  /** Empty: a key that is not temporary. */
  readonly securityToken: string;
}

/** The key that the emulator knows by default; it opens nothing else. */
const EMULATOR_KEY: Key = { accessKeyId: 'emulator', accessKeySecret: 'emulator-secret', securityToken: '' };

/** Throws where the library refuses the settings at once; it may also fail, and may hold state, later. */
export function buildProvider(config: CredentialsConfig, env: Variables): CredentialsProvider {
  switch (config.type) {
    case 'emulator':
      return keyProvider('emulator', () => Promise.resolve(EMULATOR_KEY));
    case 'accessKey':
      return keyProvider('accessKey', () => readAccessKey(config, env));
    case 'default':
      return DefaultCredentialsProvider.builder().build();
    case 'ecsRamRole':
      return buildInstanceRole(config);
    case 'oidc':
      return buildOidc(config);
    case 'assumeRole':
      return buildAssumedRole(config, env);
    case 'uri':
      return buildUri(config, env);
  }
}

/** A key that is read again for every call. */
function keyProvider(name: string, read: () => Promise<Key>): CredentialsProvider {
  return {
    getProviderName: () => name,
    getCredentials: async () => {
      const { accessKeyId, accessKeySecret, securityToken } = await read();
      const builder =
        securityToken === '' ? StaticAKCredentialsProvider.builder() : stsBuilder(securityToken);
      return builder
        .withAccessKeyId(accessKeyId)
        .withAccessKeySecret(accessKeySecret)
        .build()
        .getCredentials();
    },
  };
}

const stsBuilder = (securityToken: string) =>
  StaticSTSCredentialsProvider.builder().withSecurityToken(securityToken);

/** So that a rotated secret is used without a restart. */
async function readAccessKey(config: AccessKeyConfig, env: Variables): Promise<Key> {
  const read = (name: 'accessKeyId' | 'accessKeySecret' | 'securityToken') =>
    readSecret({ variable: config[`${name}Env`], file: config[`${name}File`] }, env);
  const accessKeyId = await read('accessKeyId');
  const accessKeySecret = await read('accessKeySecret');
  const securityToken = await read('securityToken');
  return { accessKeyId, accessKeySecret, securityToken };
}

function buildInstanceRole(config: Extract<CredentialsConfig, { type: 'ecsRamRole' }>): CredentialsProvider {
  const builder = ECSRAMRoleCredentialsProvider.builder().withDisableIMDSv1(!config.allowImdsV1);
  if (config.roleName !== undefined) builder.withRoleName(config.roleName);
  return builder.build();
}

function buildOidc(config: Extract<CredentialsConfig, { type: 'oidc' }>): CredentialsProvider {
  const builder = OIDCRoleArnCredentialsProvider.builder().withRoleSessionName(config.roleSessionName);
  if (config.roleArn !== undefined) builder.withRoleArn(config.roleArn);
  if (config.oidcProviderArn !== undefined) builder.withOIDCProviderArn(config.oidcProviderArn);
  if (config.oidcTokenFile !== undefined) builder.withOIDCTokenFilePath(config.oidcTokenFile);
  if (config.stsRegion !== undefined) builder.withStsRegionId(config.stsRegion);
  return builder.build();
}

/**
 * Sessions last the library's default of an hour. Shorter ones would be fetched for every single call: the
 * library calls a session stale 15 minutes before its end.
 */
function buildAssumedRole(
  config: Extract<CredentialsConfig, { type: 'assumeRole' }>,
  env: Variables,
): CredentialsProvider {
  const builder = RAMRoleARNCredentialsProvider.builder()
    .withCredentialsProvider(buildProvider(config.source, env))
    .withRoleArn(config.roleArn)
    .withRoleSessionName(config.roleSessionName);
  if (config.externalId !== undefined) builder.withExternalId(config.externalId);
  if (config.stsRegion !== undefined) builder.withStsRegionId(config.stsRegion);
  return builder.build();
}

function buildUri(config: Extract<CredentialsConfig, { type: 'uri' }>, env: Variables): CredentialsProvider {
  const uri = config.uri ?? env.ALIBABA_CLOUD_CREDENTIALS_URI;
  if (uri === undefined || uri === '') {
    throw new SecretMissing('the environment variable ALIBABA_CLOUD_CREDENTIALS_URI is not set');
  }
  return URICredentialsProvider.builder().withCredentialsURI(uri).build();
}
