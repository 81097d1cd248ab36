// `accounts` of the config: which endpoint is called, how it speaks, and with whose credentials.
import { z } from 'zod';
import { API_LEVELS } from '../../../reconciler/model/api-dialect.ts';
import { err, ok, type Result } from '../../../reconciler/model/result.ts';
import { credentialsSchema } from './credentials-config.ts';
import { parseEndpoint } from './endpoint.ts';

export type AccountConfig = Readonly<z.output<typeof account>>;

type Endpoint =
  /** The vendor's, by region. */
  | { readonly kind: 'regional' }
  /** The emulator that `run` starts beside itself. */
  | { readonly kind: 'embedded' }
  /** One for every region: scheme, host and port, without a trailing slash. */
  | { readonly kind: 'fixed'; readonly origin: string };

/** Stands in keys of the journal and of metrics, so it holds no `/`. */
const ACCOUNT_NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/;
const ACCOUNT_NAME_RULE = 'an account is named by up to 63 letters, digits or any of _ . - after the first';

const account = z
  .strictObject({
    credentials: credentialsSchema.meta({
      description: 'Who calls the cloud. Secrets are named here, never written.',
    }),
    endpoint: z
      .string()
      .optional()
      .meta({
        description:
          'Absent: the vendor’s endpoint of the region. `embedded`: the emulator that `run` starts.',
        examples: ['embedded', 'https://ecs-vpc.cn-hangzhou.aliyuncs.com'],
      }),
    apiLevel: z
      .enum(['auto', ...API_LEVELS])
      .default('auto')
      .meta({
        description: 'How the endpoint speaks. auto: found out from its answers.',
      }),
  })
  .superRefine(
    (keys, context) => {
      const read = readEndpoint(keys);
      if (!read.ok) context.addIssue({ code: 'custom', path: ['endpoint'], message: read.error });
    },
    // Even if other keys of the account are wrong: all problems at once.
    { when: ({ value }) => typeof value === 'object' && value !== null },
  )
  .transform((keys) => {
    const read = readEndpoint(keys);
    if (!read.ok) throw new Error(`the endpoint was not checked: ${read.error}`);
    return { ...keys, endpoint: read.value };
  });

/**
 * Keeps emulator and cloud apart: the emulator's credentials never go to the vendor, and no others go to the
 * embedded emulator. Takes unchecked values; what is no text is another check's business.
 */
function readEndpoint(keys: {
  readonly credentials?: unknown;
  readonly endpoint?: unknown;
}): Result<Endpoint, string> {
  const isEmulator = z.looseObject({ type: z.literal('emulator') }).safeParse(keys.credentials).success;
  const { endpoint } = keys;
  if (endpoint === 'embedded') {
    return isEmulator
      ? ok({ kind: 'embedded' })
      : err('the embedded emulator takes only credentials of type emulator');
  }
  if (typeof endpoint !== 'string') {
    return isEmulator && endpoint === undefined
      ? err('credentials of type emulator need an endpoint: write `embedded`, or the URL of an emulator')
      : ok({ kind: 'regional' });
  }
  const origin = parseEndpoint(endpoint, isEmulator);
  return origin.ok ? ok({ kind: 'fixed', origin: origin.value }) : origin;
}

export const accountsSchema = z
  .record(z.string().regex(ACCOUNT_NAME, ACCOUNT_NAME_RULE), account)
  .refine((accounts) => Object.keys(accounts).length > 0, 'name one account at least')
  .default({
    default: { credentials: { type: 'default' }, endpoint: { kind: 'regional' }, apiLevel: 'auto' },
  })
  .meta({ description: 'Accounts by the names that policies call them.' });
