// What the author of a config is told to write, by key. Values stand in messages only where they are known words of others,
// or numbers and addresses in a form that no secret has.
import { quote } from '../../reconciler/policy/read/complaint.ts';
import { MODES_BY_OTHERS } from '../../reconciler/policy/schema/policy-hints.ts';
import type { ShapeWords } from '../../reconciler/policy/schema/shape-complaints.ts';

/** What is said where the mode is missing, the only key that must be there. */
export const MODE_HINT =
  'write `reconcile: {mode: …}`: enforce (groups become what the policies say), additive (never removes) or observe (never writes)';

/** Words of other programs for values of ours, by key. */
const CONFIG_WORDS_OF_OTHERS: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map([
  ['mode', MODES_BY_OTHERS],
  [
    'level',
    new Map([
      ['warning', 'warn'],
      ['trace', 'debug'],
      ['verbose', 'debug'],
      ['fatal', 'error'],
      ['critical', 'error'],
      ['notice', 'info'],
    ]),
  ],
  [
    'format',
    new Map([
      ['text', 'pretty'],
      ['console', 'short'],
      ['human', 'short'],
    ]),
  ],
  [
    'type',
    // As the vendor's own libraries call them. Source: npm `@alicloud/credentials` 2.4.7, `config.ts`.
    new Map([
      ['access_key', 'accessKey'],
      ['ak', 'accessKey'],
      ['sts', 'accessKey'],
      ['ecs_ram_role', 'ecsRamRole'],
      ['ecsramrole', 'ecsRamRole'],
      ['ram_role_arn', 'assumeRole'],
      ['ramrolearn', 'assumeRole'],
      ['oidc_role_arn', 'oidc'],
      ['credentials_uri', 'uri'],
    ]),
  ],
  [
    'brake',
    new Map([
      ['none', 'off'],
      ['false', 'off'],
      ['disabled', 'off'],
    ]),
  ],
  [
    'concurrency',
    new Map([
      ['unlimited', 'auto'],
      ['max', 'auto'],
    ]),
  ],
]);

/** The types of credentials, which someone may write without a mapping around them. */
const CREDENTIAL_TYPES: ReadonlySet<string> = new Set(['default', 'ecsRamRole', 'oidc', 'uri', 'emulator']);

interface MeantInstead {
  readonly message: string;
  readonly hint: string;
}

const cannotBe = (key: string, input: string | number, written: string): MeantInstead => ({
  message: `${quote(key)} cannot be ${quote(String(input))}`,
  hint: `write \`${written}\``,
});

function meantInConfig(key: string, input: unknown): MeantInstead | null {
  if (typeof input === 'number') return insteadOfNumber(key, input);
  if (typeof input !== 'string' && typeof input !== 'boolean') return null;
  const known = CONFIG_WORDS_OF_OTHERS.get(key)?.get(String(input).toLowerCase());
  if (known !== undefined) return cannotBe(key, String(input), known);
  return typeof input === 'string' ? insteadOfText(key, input) : null;
}

function insteadOfText(key: string, input: string): MeantInstead | null {
  if (key === 'credentials' && CREDENTIAL_TYPES.has(input)) return cannotBe(key, input, `{type: ${input}}`);
  const [, variable] = /^\$\{?([A-Z_][A-Z0-9_]{0,63})\}?$/.exec(input) ?? [];
  if (variable === undefined || !key.endsWith('Env')) return null;
  const message = `${quote(key)} is the name of a variable, without what a shell writes around it`;
  return { message, hint: `write \`${variable}\`` };
}

function insteadOfNumber(key: string, input: number): MeantInstead | null {
  if (key === 'listen' && Number.isInteger(input) && input >= 0 && input <= 65_535) {
    const { message } = cannotBe(key, input, '');
    return {
      message: `${message}: it is an address with a port`,
      hint: `write \`127.0.0.1:${input}\`, or \`off\` where nothing is to listen`,
    };
  }
  const isOperation = key === 'default' || key.includes('SecurityGroup');
  return isOperation && Number.isInteger(input) ? cannotBe(key, input, `{ratePerMinute: ${input}}`) : null;
}

/** By the key under which someone wrote a secret itself: the key that names where it is, and a name that goes with it. */
const SECRET_PLACES: ReadonlyMap<string, string> = new Map([
  ['accessKeyId', 'accessKeyIdEnv: ALIBABA_CLOUD_ACCESS_KEY_ID'],
  ['accessKeySecret', 'accessKeySecretEnv: ALIBABA_CLOUD_ACCESS_KEY_SECRET'],
  ['securityToken', 'securityTokenEnv: ALIBABA_CLOUD_SECURITY_TOKEN'],
  ['token', 'tokenEnv: RAMPART_TOKEN'],
  ['secret', 'secretEnv: RAMPART_SECRET'],
]);

export const CONFIG_WORDS: ShapeWords = {
  whole: 'the config',
  quotesValues: false,
  missingKeyHints: new Map([
    ['mode', MODE_HINT],
    ['credentials', 'add `credentials: {type: default}`, or another type of them'],
    ['type', 'add `type: default`, or another type of credentials'],
    ['url', 'add `url: https://git.example.com/policies.git`, with your own repository'],
  ]),
  secretPlaces: SECRET_PLACES,
  instead: meantInConfig,
};
