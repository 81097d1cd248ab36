// Whether there are credentials, and whether the cloud takes them.
import { createCredentialsSource, type CredentialsProblem } from '../../ecs/credentials/credentials.ts';
import type { AccountConfig } from '../../config/accounts/accounts-schema.ts';
import type { CredentialsConfig } from '../../config/accounts/credentials-config.ts';
import { systemClock } from '../../clock.ts';
import type { Variables } from '../../config/secret.ts';
import { broken, fine, type DoctorCheck } from './check.ts';
import type { CallVerdict } from './answers.ts';

/** Null: there are. They are asked for as a call would ask for them. */
export async function credentialsProblem(
  { credentials }: AccountConfig,
  env: Variables,
  timeoutMs: number,
): Promise<CredentialsProblem | null> {
  const done = new AbortController();
  const late = systemClock.sleep(timeoutMs, done.signal).then((): CredentialsProblem => ({
    code: 'Transport.CredentialsUnavailable',
    message: `${credentials.type}: the source of the credentials does not answer within ${timeoutMs / 1000} s`,
  }));
  const got = createCredentialsSource(credentials, env)
    .get()
    .then((each) => (each.ok ? null : each.error));
  try {
    return await Promise.race([got, late]);
  } finally {
    done.abort();
  }
}

export function credentialsCheck(
  account: string,
  credentials: CredentialsConfig,
  told: { readonly problem: CredentialsProblem | null; readonly verdicts: readonly CallVerdict[] },
): DoctorCheck {
  const about = { account };
  const key = `\`accounts.${account}.credentials\``;
  if (told.problem !== null) {
    const { code, message } = told.problem;
    return { ...broken('credentials', `${code}: ${message}`, SOURCE_CURES[credentials.type](key)), ...about };
  }
  const unknown = told.verdicts.find(({ kind }) => kind === 'unknown caller');
  if (unknown?.kind === 'unknown caller') {
    const cure = callerCure(unknown.code, account, key);
    return { ...broken('credentials', `${unknown.code}: ${unknown.message}`, cure), ...about };
  }
  const isTaken = told.verdicts.some(({ kind }) => kind === 'allowed' || kind === 'denied');
  return isTaken
    ? { ...fine('credentials', `${credentials.type}: the cloud takes them`), ...about }
    : {
        check: 'credentials',
        state: 'not tried',
        message: `${credentials.type}: there are some; no endpoint answered to say whether it takes them`,
        cure: '',
        ...about,
      };
}

const SOURCE_CURES: Readonly<Record<CredentialsConfig['type'], (key: string) => string>> = {
  emulator: (key) => `write \`{type: emulator}\` alone in ${key}`,
  accessKey: (key) => `set the variables, or write the files, that ${key} names, where Rampart is started`,
  default: (key) =>
    `set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET where Rampart is started, or name another type in ${key}`,
  ecsRamRole: (key) =>
    `run on an ECS instance that has a RAM role (off one, its metadata service does not answer), or name another type in ${key}`,
  oidc: (key) =>
    `check the role, the provider and the token file of ${key}, and that the role trusts this provider`,
  assumeRole: (key) =>
    `check \`roleArn\` of ${key}, and that the role lets its \`source\` assume it (sts:AssumeRole)`,
  uri: (key) => `check that the address in ${key} or ALIBABA_CLOUD_CREDENTIALS_URI answers with a key`,
};

/** By the vendor's code. */
function callerCure(code: string, account: string, key: string): string {
  if (/^(SignatureDoesNotMatch|IncompleteSignature)/.test(code))
    return `check the secret of account ${account}: it is not that of the key that ${key} names`;
  if (code.startsWith('InvalidAccessKeyId'))
    return `name a key that exists and is enabled in ${key} (RAM console, AccessKey pairs)`;
  if (code.includes('SecurityToken'))
    return `fetch a new temporary key: the token of ${key} is not that of its key, or has expired`;
  if (/Time ?[Ss]tamp/.test(code))
    return "set this machine's clock by the network: `timedatectl set-ntp true`";
  if (code === 'Transport.UntrustedCertificate')
    return 'check who answers there; to trust its signer, start with NODE_EXTRA_CA_CERTS=FILE';
  return `use a key in ${key} that the account lets call ECS: the cloud refuses this one whatever it asks`;
}
