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
  .default('rampart');
export const stsRegion = z
  .string()
  .regex(/^[a-z0-9-]{1,64}$/, 'write a region id, such as cn-hangzhou')
  .optional();
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

const emulatorKey = keysOf({ type: z.literal('emulator') });

const accessKey = keysOf({
  type: z.literal('accessKey'),
  accessKeyIdEnv: envName.optional(),
  accessKeyIdFile: secretFile.optional(),
  accessKeySecretEnv: envName.optional(),
  accessKeySecretFile: secretFile.optional(),
  /** Only for temporary keys. */
  securityTokenEnv: envName.optional(),
  securityTokenFile: secretFile.optional(),
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

/** The vendor's chain: environment, OIDC, CLI profile, credentials file, instance metadata, credentials URI. */
const defaultChain = keysOf({ type: z.literal('default') });

const ecsRamRole = keysOf({
  type: z.literal('ecsRamRole'),
  /** Absent: the role of the instance, asked of its metadata service. */
  roleName: z.string().min(1).optional(),
  /** Whether to fall back to metadata requests without a token, which any server-side forgery can make. */
  allowImdsV1: z.boolean().default(false),
});

/** What is absent comes from the ALIBABA_CLOUD_* variables that RRSA sets in a pod. */
const oidc = keysOf({
  type: z.literal('oidc'),
  roleArn: roleArn.optional(),
  oidcProviderArn,
  oidcTokenFile: secretFile.optional(),
  roleSessionName: sessionName,
  stsRegion,
});

const uri = keysOf({
  type: z.literal('uri'),
  /** Absent: the variable ALIBABA_CLOUD_CREDENTIALS_URI. */
  uri: credentialsUri,
});

const baseCredentialsSchema = z.discriminatedUnion('type', [accessKey, defaultChain, ecsRamRole, oidc, uri]);

const assumeRole = keysOf({
  type: z.literal('assumeRole'),
  roleArn,
  roleSessionName: sessionName,
  externalId: z.string().min(1).optional(),
  stsRegion,
  /** Who assumes the role. */
  source: baseCredentialsSchema.default({ type: 'default' }),
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
