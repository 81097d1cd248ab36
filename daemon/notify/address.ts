// Where a receiver is: a URL that holds its token, and the secret that signs. Both come from the environment or a file.
import { err, ok, type Result } from '../../reconciler/model/result.ts';
import { isLoopbackHost } from '../config/accounts/endpoint.ts';
import { readSecret, SecretMissing, type Variables } from '../config/secret.ts';
import type { ReceiverSettings } from '../config/sections/notify-schema.ts';
import type { Address } from './kinds/kind.ts';
import { RECEIVER_KINDS } from './kinds/kinds.ts';

/** Shorter parts of a URL are words, such as `webhook`. */
const LEAST_TOKEN = 16;

export type AddressSettings = Pick<ReceiverSettings, 'urlEnv' | 'urlFile' | 'secretEnv' | 'secretFile'>;

/** Says what to mend, and never what was read. `absent`: it may be there on another machine, or later. */
export interface AddressProblem {
  readonly kind: 'absent' | 'wrong';
  readonly message: string;
}

export async function receiverAddress(
  settings: AddressSettings,
  env: Variables,
): Promise<Result<Address, AddressProblem>> {
  const { urlEnv, urlFile, secretEnv, secretFile } = settings;
  try {
    const text = await readSecret({ variable: urlEnv, file: urlFile }, env);
    const secret = await readSecret({ variable: secretEnv, file: secretFile }, env);
    const url = parseReceiverUrl(text);
    if (url.ok) return ok({ url: url.value, secret });
    const place = urlEnv === undefined ? `the file ${urlFile ?? ''}` : `the environment variable ${urlEnv}`;
    return err({ kind: 'wrong', message: `${place}: ${url.error}` });
  } catch (error) {
    if (error instanceof SecretMissing) return err({ kind: 'absent', message: error.message });
    throw error;
  }
}

/** As above, and of the form that the kind of receiver needs. */
export async function checkedAddress(
  settings: AddressSettings & Pick<ReceiverSettings, 'type'>,
  env: Variables,
): Promise<Result<Address, AddressProblem>> {
  const address = await receiverAddress(settings, env);
  if (!address.ok) return address;
  const sealed = RECEIVER_KINDS[settings.type].seal('{}', { ...address.value, id: '', nowMs: 0 });
  return 'error' in sealed ? err({ kind: 'wrong', message: sealed.error }) : address;
}

function parseReceiverUrl(text: string): Result<URL, string> {
  if (!URL.canParse(text)) return err('it does not hold a URL such as https://HOST/PATH');
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') return err('the URL may not hold a user name');
  url.hash = '';
  if (url.protocol === 'https:') return ok(url);
  if (url.protocol === 'http:' && isLoopbackHost(url.hostname)) return ok(url);
  return err('the URL must begin with https://, since it holds a token; http:// only on a loopback address');
}

/** All that must not be seen of an address. */
export function secretsOf({ url, secret }: Address): string[] {
  const { href, pathname, search, searchParams } = url;
  const parts = [`${pathname}${search}`, search, ...pathname.split('/'), ...searchParams.values()];
  return [...new Set([href, secret, ...parts.filter(({ length }) => length >= LEAST_TOKEN)])].filter(
    (text) => text !== '',
  );
}
