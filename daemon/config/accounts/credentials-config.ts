// What an account of the config says about its credentials. Secrets never stand in the config: it names the
// environment variable or the file that holds them, and both are read again for every call.
import { z } from 'zod';
import { envNameSuchAs, refuseInline, secretFile } from '../schema-words.ts';
import { isLinkLocalHost, isLoopbackHost } from './endpoint.ts';

const refuseInlineKeys = refuseInline(
  ['accessKeyId', 'accessKeySecret', 'securityToken', 'secret'],
  'use type accessKey and name an environment variable (accessKeySecretEnv) or a file (accessKeySecretFile)',
);

/** Keys of one type of credentials. */
const keysOf = <Shape extends z.core.$ZodLooseShape>(shape: Shape) =>
  z.strictObject(shape, { error: refuseInlineKeys });

const envName = envNameSuchAs('ALIBABA_CLOUD_ACCESS_KEY_SECRET');
export const roleArn = z
  .string()
  .regex(/^acs:ram::\d+:role\/\S+$/, 'write it such as acs:ram::1234567890:role/NAME');
const sessionName = z
  .string()
  .regex(/^[\w.@-]{2,64}$/, 'write 2 to 64 letters, digits or any of . @ - _')
  .default('rampart')
  .meta({ description: 'What ActionTrail shows as the session.' });
export const stsRegion = z
  .string()
  .regex(/^[a-z0-9-]{1,64}$/, 'write a region id, such as cn-hangzhou')
  .optional();
const regionOfSts = stsRegion.meta({
  description: 'Region whose STS is called. Absent: ALIBABA_CLOUD_STS_REGION, or the central one.',
});
export const oidcProviderArn = z
  .string()
  .regex(/^acs:ram::\d+:oidc-provider\/\S+$/, 'write it such as acs:ram::1234567890:oidc-provider/NAME')
  .optional();
export const credentialsUri = z
  .string()
  .refine(
    isSafeUri,
    'write an https URL without a user name, or an http URL of this machine or a link-local address',
  )
  .optional();

const ofType = <Type extends string>(type: Type, description: string) =>
  z.literal(type).meta({ description });

const emulatorKey = keysOf({ type: ofType('emulator', 'The key of the emulator.') });

const accessKey = keysOf({
  type: ofType('accessKey', 'An AccessKey pair. One of …Env and …File for each part.'),
  accessKeyIdEnv: envName.optional().meta({ description: 'Variable that holds the AccessKey id.' }),
  accessKeyIdFile: secretFile.optional().meta({ description: 'File that holds the AccessKey id.' }),
  accessKeySecretEnv: envName.optional().meta({ description: 'Variable that holds the secret.' }),
  accessKeySecretFile: secretFile.optional().meta({ description: 'File that holds the secret.' }),
  securityTokenEnv: envName.optional().meta({ description: 'Of temporary keys: variable of the token.' }),
  securityTokenFile: secretFile.optional().meta({ description: 'Of temporary keys: file of the token.' }),
}).superRefine((value, context) => {
  for (const name of ['accessKeyId', 'accessKeySecret', 'securityToken'] as const) {
    const [env, file] = [value[`${name}Env`], value[`${name}File`]];
    const given = Number(env !== undefined) + Number(file !== undefined);
    if (given === 1 || (given === 0 && name === 'securityToken')) continue;
    context.addIssue({
      code: 'custom',
      path: [`${name}Env`],
      message: `write one of ${name}Env and ${name}File`,
    });
  }
});

const defaultChain = keysOf({
  type: ofType(
    'default',
    'The vendor’s chain: environment, OIDC, CLI profile, credentials file, instance metadata, credentials URI.',
  ),
});

const ecsRamRole = keysOf({
  type: ofType('ecsRamRole', 'The role of the ECS instance that Rampart runs on.'),
  roleName: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'Absent: the metadata service of the instance is asked for it.' }),
  allowImdsV1: z.boolean().default(false).meta({
    description:
      'Whether to fall back to metadata requests without a token, which any server-side forgery can make.',
  }),
});

const oidc = keysOf({
  type: ofType(
    'oidc',
    'The service account of a pod (RRSA). What is absent comes from the ALIBABA_CLOUD_… variables that RRSA sets.',
  ),
  roleArn: roleArn.optional().meta({ description: 'Role that is assumed.' }),
  oidcProviderArn: oidcProviderArn.meta({ description: 'Identity provider of the cluster.' }),
  oidcTokenFile: secretFile.optional().meta({ description: 'File that holds the token of the pod.' }),
  roleSessionName: sessionName,
  stsRegion: regionOfSts,
});

const uri = keysOf({
  type: ofType('uri', 'A service near by that hands out keys.'),
  uri: credentialsUri.meta({
    description:
      'https, or http of this machine or a link-local address. Absent: ALIBABA_CLOUD_CREDENTIALS_URI.',
  }),
});

const baseCredentialsSchema = z.discriminatedUnion('type', [accessKey, defaultChain, ecsRamRole, oidc, uri]);

const assumeRole = keysOf({
  type: ofType('assumeRole', 'A role, of this or another account, that `source` may assume.'),
  roleArn: roleArn.meta({ description: 'Role that is assumed.' }),
  roleSessionName: sessionName,
  externalId: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'What the trust policy of the role asks for.' }),
  stsRegion: regionOfSts,
  source: baseCredentialsSchema.default({ type: 'default' }).meta({ description: 'Who assumes the role.' }),
});

/** `accounts.NAME.credentials` of the config. */
export const credentialsSchema = z.discriminatedUnion('type', [
  emulatorKey,
  accessKey,
  defaultChain,
  ecsRamRole,
  oidc,
  assumeRole,
  uri,
]);

export type CredentialsConfig = z.infer<typeof credentialsSchema>;

function isSafeUri(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') return false;
  const isNear = isLoopbackHost(url.hostname) || isLinkLocalHost(url.hostname);
  return url.protocol === 'https:' || (url.protocol === 'http:' && isNear);
}
