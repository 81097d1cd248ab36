// What the environment says past the config: the vendor's library reads variables of its own where the config leaves a key out,
// and Node.js one that ends all verification of TLS. They are held to what the config's own keys are held to.
import type { z } from 'zod';
import type { Config } from '../config.ts';
import type { Variables } from '../secret.ts';
import type { AccountConfig } from './accounts-schema.ts';
import {
  credentialsUri,
  oidcProviderArn,
  roleArn,
  stsRegion,
  type CredentialsConfig,
} from './credentials-config.ts';
import { isLoopbackHost } from './endpoint.ts';

type ReadConfig = Pick<Config, 'accounts' | 'attribution'>;

/** A variable that stands in for a key of the credentials. */
interface StandIn {
  readonly name: string;
  readonly schema: z.ZodType;
  /** By which types of credentials it is read where they do not have the key. */
  readonly readBy: ReadonlyArray<CredentialsConfig['type']>;
  readonly key: string;
}

/** Source: npm `@alicloud/credentials` 2.4.7, `providers/*.js`. */
const STAND_INS: readonly StandIn[] = [
  { name: 'ALIBABA_CLOUD_CREDENTIALS_URI', schema: credentialsUri, readBy: ['default', 'uri'], key: 'uri' },
  {
    name: 'ALIBABA_CLOUD_STS_REGION',
    schema: stsRegion,
    readBy: ['default', 'oidc', 'assumeRole'],
    key: 'stsRegion',
  },
  { name: 'ALIBABA_CLOUD_ROLE_ARN', schema: roleArn, readBy: ['oidc'], key: 'roleArn' },
  {
    name: 'ALIBABA_CLOUD_OIDC_PROVIDER_ARN',
    schema: oidcProviderArn,
    readBy: ['oidc'],
    key: 'oidcProviderArn',
  },
];

/** One sentence for each; without values, which may hold secrets. */
export function environmentProblems(config: ReadConfig, env: Variables): string[] {
  const accounts = Object.entries(config.accounts);
  const problems = accounts.flatMap(([account, { credentials }]) =>
    credentialsOf(credentials).flatMap((each) => standInProblems(account, each, env)),
  );
  const unverified = accounts.flatMap(([account, settings]) =>
    env.NODE_TLS_REJECT_UNAUTHORIZED === '0' && needsTls(settings, config) ? [unverifiedTls(account)] : [],
  );
  return [...new Set([...problems, ...unverified])];
}

/** With those of who assumes a role. */
const credentialsOf = (credentials: CredentialsConfig): CredentialsConfig[] =>
  credentials.type === 'assumeRole' ? [credentials, credentials.source] : [credentials];

function standInProblems(account: string, credentials: CredentialsConfig, env: Variables): string[] {
  return STAND_INS.flatMap(({ name, schema, readBy, key }) => {
    const value = env[name];
    if (value === undefined || value === '' || !readBy.includes(credentials.type)) return [];
    if (Object.entries(credentials).some(([written, text]) => written === key && text !== undefined))
      return [];
    const read = schema.safeParse(value);
    if (read.success) return [];
    const advice = read.error.issues.map(({ message }) => message).join('; ');
    return [`the environment variable ${name}, which account ${account} uses: ${advice}, or unset it`];
  });
}

/** Whether secrets of this account go anywhere but to this machine. */
function needsTls({ credentials, endpoint }: AccountConfig, { attribution }: ReadConfig): boolean {
  if (credentials.type === 'emulator') return false;
  if (credentials.type !== 'accessKey' || endpoint.kind !== 'fixed' || !isOfThisMachine(endpoint.origin)) {
    return true;
  }
  return attribution.actiontrail && (attribution.endpoint === null || !isOfThisMachine(attribution.endpoint));
}

const isOfThisMachine = (origin: string): boolean => isLoopbackHost(new URL(origin).hostname);

const unverifiedTls = (account: string): string =>
  `NODE_TLS_REJECT_UNAUTHORIZED=0 would let anyone on the way read what account ${account} sends, and answer for the cloud: ` +
  'unset it, and name the certificate to trust in NODE_EXTRA_CA_CERTS';
