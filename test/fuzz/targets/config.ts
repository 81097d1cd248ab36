// The config reader: bytes of a config, to settings. Invariants:
// 1. nothing throws, and 64 KiB take no longer than a bound (the engine's part);
// 2. every problem has its place in the file, and no control characters;
// 3. a secret that someone wrote as a value is in no message, and in no summary;
// 4. what is taken means the same when it is written again, as JSON.
import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { parse } from 'yaml';
import { parseConfig } from '../../../daemon/config/load.ts';
import { summaryLines, summaryOf } from '../../../daemon/config/summary.ts';
import { decodePolicyText } from '../../../reconciler/policy/read/decode.ts';
import { yamlInDocs } from '../seeds/docs.ts';
import { wordsOf } from '../seeds/words.ts';
import { must, type FuzzTarget } from '../target.ts';
import { checkProblems, codesOf, textOfBytes } from './problems.ts';

const FILE = 'config.yaml';
/** Of letters that no other text here has in a row: only a message that quotes the config can hold them. */
const SECRET = 'Zq8Xv7Jk2Wm5';

/** What people write where only names of variables and files may stand, in forms that YAML reads as something else. */
const SECRETS = [
  SECRET,
  `*${SECRET}`,
  `&${SECRET}`,
  `!${SECRET}`,
  `@${SECRET}`,
  `%${SECRET}`,
  `|${SECRET}`,
  `"${SECRET}`,
].flatMap((secret) => [
  `accounts: {default: {credentials: {type: accessKey, accessKeyId: id, accessKeySecret: ${secret}}}}\nreconcile: {mode: observe}\n`,
  `accounts:\n  default:\n    credentials:\n      type: accessKey\n      accessKeyIdEnv: A\n      accessKeySecretEnv: ${secret}\nreconcile:\n  mode: observe\n`,
  `policies:\n  source: git\n  git:\n    url: https://user:${secret}@git.example.com/a.git\n    auth:\n      tokenEnv: ${secret}\nreconcile:\n  mode: ${secret}\n`,
]);

/** Whether the secret stands where a name stands, which messages may quote: as a key, an anchor's name apart. */
const isKey = (text: string): boolean => new RegExp(`${SECRET}[^\\n,{}]*:|\\?[^\\n]*${SECRET}`).test(text);

/** Of a key, whatever it looks like in the text. */
const ABOUT_KEYS: ReadonlySet<string> = new Set(['unknown-key', 'duplicate-key']);

/** Guardrails and networks are in the words of policies, whose values messages quote: in that section, and in it alone. */
function isInPolicyWords(text: string, line: number): boolean {
  const above = text.split('\n').slice(0, line);
  const section = above.findLastIndex((each) => /^[^\s#]/.test(each));
  return above.slice(Math.max(section, 0)).some((each) => /guardrails|privateNetworks/.test(each));
}

function run(input: Buffer): string {
  const text = decodePolicyText(FILE, input);
  const shown = textOfBytes(input);
  if (!text.ok) {
    checkProblems([text.error], new Map([[FILE, shown]]));
    return text.error.code;
  }
  const config = parseConfig(text.value, FILE);
  if (!config.ok) {
    checkProblems(config.error, new Map([[FILE, shown]]));
    const told = config.error.find(({ message, hint }) => `${message} ${hint}`.includes(SECRET));
    const isFree =
      told === undefined || ABOUT_KEYS.has(told.code) || isKey(shown) || isInPolicyWords(shown, told.line);
    must(isFree, 'no message holds a value of the config', told);
    return codesOf(config.error);
  }
  const value: unknown = parse(shown, { maxAliasCount: -1, schema: 'core', version: '1.2', merge: false });
  const again = parseConfig(JSON.stringify(value), FILE);
  const [one, other] = [config, again].map((each) => withoutPlaces(each));
  must(isDeepStrictEqual(one, other), 'a config that is taken means the same written again', one, other);
  const { reconcile, policies, http } = config.value;
  summaryLines(summaryOf(config.value, '/srv'), { revision: null });
  return [
    reconcile.mode,
    policies.source,
    http.hooks === 'off',
    Object.keys(config.value.accounts).length,
  ].join();
}

/** Without where in the text something stands, which is elsewhere in another text. */
const withoutPlaces = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (key, part: unknown) =>
      key === 'places' ? undefined : typeof part === 'bigint' ? String(part) : part,
    ),
  );

export async function createTarget(): Promise<FuzzTarget> {
  const example = readFileSync('config.example.yaml');
  const docs = yamlInDocs().filter((text) => !text.includes('groups:\n  - id'));
  const seeds = [
    example,
    ...docs.map((text) => Buffer.from(text)),
    ...SECRETS.map((text) => Buffer.from(text)),
  ];
  const schema = readFileSync('config.schema.json', 'utf8');
  const words = wordsOf([...seeds.map(textOfBytes), schema]);
  return Promise.resolve({ seeds, codec: 'yaml', words, run, close: () => Promise.resolve() });
}
