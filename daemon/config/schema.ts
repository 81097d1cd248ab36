// What the user writes: every key with its unit, bounds and default, once. It checks the file, and the JSON
// Schema for editors is made from it.
import { z } from 'zod';
import { MODES } from '../../reconciler/model/group.ts';
import { ok, type Result } from '../../reconciler/model/result.ts';
import { OPERATION_NAMES, type Operation } from '../../reconciler/model/operation.ts';
import { LOG_LEVELS } from '../telemetry/event-row.ts';
import { accountsSchema } from './accounts/accounts-schema.ts';
import { parseEndpoint } from './accounts/endpoint.ts';
import { brakeSchema } from './sections/brake-schema.ts';
import { guardrailsConfig, privateNetworksConfig } from './sections/guardrails-config.ts';
import { freezeSchema } from './sections/freeze-schema.ts';
import { hooksSchema } from './sections/hooks-schema.ts';
import { journalSchema } from './sections/journal-schema.ts';
import { notifySchema } from './sections/notify-schema.ts';
import { parseListen, type ListenAddress } from './listen.ts';
import { quirksSchema } from './quirks-schema.ts';
import { policiesSchema } from './sections/policies-schema.ts';
import { filePath, parsedText, section, wholeNumber } from './schema-words.ts';

/** However slow the answers: their calls follow rate x time anyway. */
const MOST_SIDE_BY_SIDE = 64;

const reconcile = section('How groups are brought to what the policies say.', {
  resyncSeconds: wholeNumber(1, 86_400, 'Every group is reconciled again after this long.').default(300),
  probeSeconds: wholeNumber(
    0,
    86_400,
    'How often the cloud is asked how many rules each group has, for 100 groups a call; 0: never.',
  ).default(60),
  mode: z.enum(MODES).meta({
    description:
      'For groups whose policy names none; has no default. additive never removes; observe never writes.',
  }),
  concurrency: z
    .union([z.literal('auto'), z.int().min(1).max(MOST_SIDE_BY_SIDE)])
    .default('auto')
    .transform((written) => (written === 'auto' ? MOST_SIDE_BY_SIDE : written))
    .meta({
      description:
        'Most groups of an account and region that are read side by side. auto: as many as the rate and the time to an answer make, up to 64.',
    }),
  modify: z.enum(['prefer', 'auto', 'never']).default('prefer').meta({
    description:
      'prefer: change rules in place where that is safe; auto: take the fewest calls; never: only where a text or a priority alone differs, which no other call changes without a gap.',
  }),
  maxModifyPerPlan: wholeNumber(
    0,
    1000,
    'Most rules that one plan changes in place, one call each, under `modify: prefer`. More where a text or a priority alone differs, and where the group has no room for new rules beside old ones.',
  ).default(20),
  fallback: z.enum(['neverOpen', 'neverCut', 'refuse']).default('neverOpen').meta({
    description:
      'Where no order is hitless: rather cut traffic than open it, rather open than cut, or do nothing.',
  }),
  batchesAtomic: z
    .boolean()
    .default(false)
    .meta({ description: 'Whether the cloud is promised to apply the rules of one call as a whole.' }),
  settleSeconds: wholeNumber(0, 300, 'Wait between adding and removing rules.').default(0),
  lagSeconds: wholeNumber(
    0,
    600,
    'How long what was just written may be missing from what the cloud shows, before the difference counts.',
  ).default(60),
  ruleQuota: wholeNumber(1, 10_000, 'Most rules that a group may hold, in and out together.').default(1000),
  groupReferenceQuota: wholeNumber(
    0,
    10_000,
    'Most rules of a basic group that name another group. An enterprise group takes none.',
  ).default(20),
  brake: brakeSchema,
  freeze: freezeSchema,
  breakGlass: z
    .strictObject({
      maxHours: wholeNumber(1, 168, 'Longest time for one rule, from when it is first seen.')
        .nullable()
        .default(null),
    })
    .prefault({})
    .meta({
      description: 'Rules by hand whose text holds rampart:keep-until=TIME reason=TEXT stay until then.',
    }),
  expiryNoticeHours: z
    .array(wholeNumber(1, 8760, 'Hours before the end.'))
    .max(10)
    .default([168, 24])
    .meta({ description: 'How long before the end of a rule with `expires` that is announced.' }),
});

const rateLimit = z
  .strictObject({ ratePerMinute: wholeNumber(1, 6000, 'Calls a minute, for each account and region.') })
  .meta({ description: 'Pace of this operation.' });

/** The vendor publishes no rates of these operations; one call a second leaves room for people at the console. */
const DEFAULT_RATE_PER_MINUTE = 60;
/**
 * What holds where a config has no `limits` at all: every reconcile costs one call of each read, and there
 * are many more reconciles than changes. A config with `limits` gets what it says, and its `default` for all else.
 */
const DEFAULT_LIMITS = {
  default: { ratePerMinute: DEFAULT_RATE_PER_MINUTE },
  DescribeSecurityGroups: { ratePerMinute: 300 },
  DescribeSecurityGroupAttribute: { ratePerMinute: 300 },
};

const limits = z
  .strictObject({
    default: rateLimit
      .default({ ratePerMinute: DEFAULT_RATE_PER_MINUTE })
      .meta({ description: 'Pace of each operation that is not named.' }),
    ...(Object.fromEntries(OPERATION_NAMES.map((operation) => [operation, rateLimit.optional()])) as Record<
      Operation,
      z.ZodOptional<typeof rateLimit>
    >),
  })
  .prefault(DEFAULT_LIMITS)
  .meta({ description: 'Pace of the calls, by operation; `default` for those that are not named.' });

const attribution = section('Who made a group drift.', {
  actiontrail: z.boolean().default(false).meta({
    description: 'Ask ActionTrail (actiontrail:LookupEvents) who wrote to a group that has drifted.',
  }),
  endpoint: parsedText(
    parseTrailEndpoint,
    'Where it is asked; auto: the vendor’s of each region. Accounts of the emulator ask the emulator.',
  ).prefault('auto'),
});

/** Null: the vendor's. */
function parseTrailEndpoint(text: string): Result<string | null, string> {
  return text === 'auto' ? ok(null) : parseEndpoint(text, false);
}

const parseHttpListen = (text: string): Result<ListenAddress | null, string> =>
  text === 'off' ? ok(null) : parseListen(text);

const http = section('HTTP of the daemon.', {
  listen: parsedText(parseHttpListen, 'ADDRESS:PORT of status, health and metrics; or off.').prefault(
    '127.0.0.1:8481',
  ),
  hooks: hooksSchema,
});

const metrics = section('What `/metrics` shows.', {
  perGroup: z.enum(['problems', 'all', 'none']).default('problems').meta({
    description: 'Which groups have series of their own; problems: those that are not converged.',
  }),
});

const log = section('Log of the daemon.', {
  level: z.enum(LOG_LEVELS).default('info').meta({ description: 'Lines below this level are left out.' }),
  format: z
    .enum(['auto', 'json', 'pretty', 'short'])
    .default('auto')
    .meta({ description: 'auto: short on a terminal, JSON otherwise; pretty: with all fields.' }),
});

const emulator = section('The local ECS API of accounts whose endpoint is `embedded`.', {
  listen: parsedText(parseListen, 'ADDRESS:PORT; port 0 is any free one.').prefault('127.0.0.1:0'),
  state: filePath.optional().meta({ description: 'JSON file of its groups at the start; absent: none.' }),
  quirks: quirksSchema
    .default({})
    .meta({ description: 'How it answers what the vendor’s manual leaves open.' }),
  seed: wholeNumber(0, 999_999_999, 'Makes its random choices repeatable.').default(1),
  tls: z
    .union([
      z.enum(['off', 'generate']),
      z.strictObject({
        certFile: filePath.meta({ description: 'Certificate, and those between it and its root.' }),
        keyFile: filePath.meta({ description: 'Its private key.' }),
      }),
    ])
    .default('off')
    .meta({
      description:
        'Answers https on the same port too. generate: with a certificate made at each start; or your own, in PEM.',
    }),
});

export const configSchema = z
  .strictObject({
    policies: policiesSchema,
    accounts: accountsSchema,
    reconcile,
    limits,
    guardrails: guardrailsConfig,
    privateNetworks: privateNetworksConfig,
    attribution,
    journal: journalSchema,
    notify: notifySchema,
    http,
    metrics,
    log,
    emulator,
  })
  .meta({ title: 'Rampart config' });

/** All keys, checked and with defaults; paths still as written. */
export type CheckedConfig = z.output<typeof configSchema>;

/** The JSON Schema of config.schema.json: what an editor can check and complete while a person types. */
export function configJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(configSchema, { io: 'input', target: 'draft-7' });
}
