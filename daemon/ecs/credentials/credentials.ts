// Credentials for signing, over the vendor's providers, without their traps: concurrent first calls share one
// fetch, a provider that failed is rebuilt (the default chain would stay stuck on its last link), empty
// credentials are an error (pop-core would send the request unsigned), and no error quotes what the provider
// said (it may hold the answer with the secret in it).
import { err, ok, type Result } from '../../../reconciler/model/result.ts';
import type { CredentialsConfig } from '../../config/accounts/credentials-config.ts';
import { SecretMissing, type Variables } from '../../config/secret.ts';
import { buildProvider } from './vendor-providers.ts';
import { connectionErrorCode, neverConnected } from '../transport/network-error.ts';
import { silenceVendorDebug } from '../transport/silence-debug.ts';

export interface Credentials {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  /** Only with temporary keys. */
  readonly securityToken: string | null;
}

export interface CredentialsProblem {
  /** Whether a later attempt may find them, or a person must act. */
  readonly code: 'Transport.CredentialsUnavailable' | 'Transport.NoCredentials';
  /** Free of secrets. */
  readonly message: string;
}

export interface KeyPlaces {
  readonly id: string;
  readonly secret: string;
}

export interface CredentialsSource {
  /** Where the key and its secret stand, for messages. */
  readonly keyPlaces: KeyPlaces;
  /** Complete credentials, fetched again when they are old; never rejects. */
  get(): Promise<Result<Credentials, CredentialsProblem>>;
  /** Drops what was fetched, because the vendor refused it. */
  forget(): void;
}

/** `env` serves the variables that the config names; the vendor's providers read `process.env` themselves. */
export function createCredentialsSource(config: CredentialsConfig, env: Variables): CredentialsSource {
  silenceVendorDebug();
  let provider: ReturnType<typeof buildProvider> | null = null;
  let fetching: Promise<Result<Credentials, CredentialsProblem>> | null = null;

  const fetch = async (): Promise<Result<Credentials, CredentialsProblem>> => {
    try {
      provider ??= buildProvider(config, env);
      const { accessKeyId, accessKeySecret, securityToken } = await provider.getCredentials();
      if (accessKeyId && accessKeySecret) {
        return ok({ accessKeyId, accessKeySecret, securityToken: securityToken || null });
      }
      provider = null;
      return err({ code: 'Transport.NoCredentials', message: `${config.type}: the credentials are empty` });
    } catch (error) {
      provider = null;
      return err(providerProblem(config.type, error));
    }
  };

  return {
    keyPlaces: keyPlacesOf(config),
    get: () => (fetching ??= fetch().finally(() => (fetching = null))),
    forget: () => {
      provider = null;
    },
  };
}

/** Only an instance has a metadata service: off one, the type is the mistake. */
const notAnswering = (type: CredentialsConfig['type'], why: string): string =>
  type === 'ecsRamRole'
    ? `ecsRamRole: the metadata service does not answer (${why}), as only on an ECS instance it does: write another type of credentials, such as \`type: default\``
    : `${type}: the source of the credentials does not answer (${why})`;

function keyPlacesOf(config: CredentialsConfig): KeyPlaces {
  const inType = `the credentials of type ${config.type}`;
  if (config.type !== 'accessKey') return { id: inType, secret: inType };
  const { accessKeyIdEnv, accessKeyIdFile, accessKeySecretEnv, accessKeySecretFile } = config;
  const place = (variable: string | undefined, file = ''): string =>
    variable === undefined ? `the file ${file}` : `the variable ${variable}`;
  return {
    id: place(accessKeyIdEnv, accessKeyIdFile),
    secret: place(accessKeySecretEnv, accessKeySecretFile),
  };
}

/** Of what a provider threw: which source it was, and what to do. No text of the error itself, which could hold a secret. */
export function providerProblem(type: CredentialsConfig['type'], error: unknown): CredentialsProblem {
  if (error instanceof SecretMissing) {
    return { code: 'Transport.NoCredentials', message: `${type}: ${error.message}` };
  }
  const network = connectionErrorCode(error);
  if (network !== null || neverConnected(error)) {
    return {
      code: 'Transport.CredentialsUnavailable',
      message: notAnswering(type, network ?? 'no connection'),
    };
  }
  // Of a refusal only the vendor's code and the HTTP status are known to be harmless.
  const text = error instanceof Error ? error.message : '';
  const code = /"Code"\s*:\s*"([\w.]{1,80})"/.exec(text)?.[1];
  const status = /httpStatus: (\d{3})/.exec(text)?.[1];
  const details = [code, status].filter((detail) => detail !== undefined).join(', ');
  return {
    code: /Throttling|ServiceUnavailable|InternalError|^5\d\d$/.test(code ?? status ?? '')
      ? 'Transport.CredentialsUnavailable'
      : 'Transport.NoCredentials',
    message: `${type}: no credentials were given${details === '' ? '' : ` (${details})`}`,
  };
}
