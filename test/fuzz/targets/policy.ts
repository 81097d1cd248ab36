// The policy reader: bytes of a file among good ones, to groups. Invariants:
// 1. nothing throws, and 64 KiB take no longer than a bound (the engine's part);
// 2. every problem has its place in its file, and no control characters;
// 3. a file is bad exactly if it has an error, and none of its groups is taken;
// 4. what is taken means the same when the document is written again, as JSON;
// 5. a group that is taken, written as `rampart import` writes it, has the same rules.
import { readdirSync, readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { parse } from 'yaml';
import type { DesiredGroup } from '../../../reconciler/model/group.ts';
import { DIRECTIONS, ruleContent, type Rule } from '../../../reconciler/model/rule.ts';
import { compilePolicies } from '../../../reconciler/policy/compile/compile.ts';
import type { CompiledPolicies } from '../../../reconciler/policy/compile/parts/assemble.ts';
import { readPolicyFile } from '../../../reconciler/policy/read/file.ts';
import { renderGroup } from '../../../reconciler/policy/report/render-group.ts';
import { formatProblems } from '../../../reconciler/policy/report/text.ts';
import { described, groupOf } from '../../support/plan-inputs.ts';
import { yamlInDocs } from '../seeds/docs.ts';
import { wordsOf } from '../seeds/words.ts';
import { must, type FuzzTarget } from '../target.ts';
import { checkProblems, codesOf, textOfBytes } from './problems.ts';

const FILE = 'fuzzed.yaml';
const ACCOUNTS = ['default', 'second'];

const examples = readdirSync('policies')
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => ({ path: `policies/${name}`, bytes: readFileSync(`policies/${name}`) }));
/** Only names, so that the file under test may declare the groups of the other examples. */
const shared = examples.filter(({ path }) => path.endsWith('shared.yaml'));

function compileWith(bytes: Uint8Array): CompiledPolicies {
  const files = [
    readPolicyFile(FILE, bytes),
    ...shared.map(({ path, bytes: own }) => readPolicyFile(path, own)),
  ];
  return compilePolicies(files, { accounts: ACCOUNTS });
}

function run(input: Buffer): string {
  const compiled = compileWith(input);
  const { problems, groups, badFiles } = compiled;
  const texts = new Map(
    [{ path: FILE, bytes: input }, ...shared].map(({ path, bytes }) => [path, textOfBytes(bytes)]),
  );
  checkProblems(problems, texts);
  must(
    !/[^\P{C}\n]|[\p{Zl}\p{Zp}]/u.test(formatProblems(problems, texts)),
    'a report shows no invisible characters',
  );
  const isBad = problems.some(({ file, severity }) => file === FILE && severity === 'error');
  must(badFiles.has(FILE) === isBad, 'a file is bad exactly if it has an error', problems);
  const own = groups.filter(({ source }) => source.file === FILE);
  must(!isBad || own.length === 0, 'no group of a bad file is taken', problems);
  if (!isBad) {
    checkWrittenAgain(input, compiled);
    for (const group of own) checkImported(group);
  }
  return `${codesOf(problems)}|${own.length}|${own.map(kindOfGroup).join()}`;
}

const kindOfGroup = ({ selector, mode, ignore, rules }: DesiredGroup): string =>
  [
    selector.kind,
    mode,
    ignore.length > 0,
    ...DIRECTIONS.map((direction) => Math.min(3, rules[direction]?.length ?? -1)),
  ].join('/');

/** Without places, which are others in another text. */
const withoutPlaces = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (key, part: unknown) =>
      key === 'source' ? undefined : typeof part === 'bigint' ? String(part) : part,
    ),
  );

function checkWrittenAgain(input: Buffer, before: CompiledPolicies): void {
  const value: unknown = parse(textOfBytes(input), {
    maxAliasCount: -1,
    schema: 'core',
    version: '1.2',
    merge: false,
  });
  const again = compileWith(Buffer.from(JSON.stringify(value)));
  const [one, other] = [before, again].map(({ groups, expectations }) =>
    withoutPlaces({ groups, expectations }),
  );
  must(
    isDeepStrictEqual(one, other),
    'what is taken means the same written again',
    one,
    other,
    again.problems,
  );
}

function checkImported(group: DesiredGroup): void {
  if (group.selector.kind !== 'id') return;
  const rules = DIRECTIONS.flatMap((direction) => group.rules[direction] ?? []).map(({ rule }) => rule);
  const live = {
    ...groupOf(described(rules)),
    ...group.selector,
    region: group.region,
    account: group.account,
  };
  const read = compilePolicies([readPolicyFile(FILE, Buffer.from(renderGroup(live)))], {
    accounts: ACCOUNTS,
  });
  must(codesOf(read.problems) === '', 'a group that is written has no problems', read.problems);
  const written = read.groups.flatMap(({ rules: of }) => DIRECTIONS.flatMap((each) => of[each] ?? []));
  const contents = (of: readonly Rule[]) => of.map(ruleContent).sort();
  const [one, other] = [contents(rules), contents(written.map(({ rule }) => rule))];
  must(isDeepStrictEqual(one, other), 'a group that is written has the same rules', one, other);
}

export async function createTarget(): Promise<FuzzTarget> {
  const docs = yamlInDocs().filter((text) => text.includes('groups:'));
  const seeds = [...examples.map(({ bytes }) => bytes), ...docs.map((text) => Buffer.from(text))];
  const schema = readFileSync('policies/schema.json', 'utf8');
  const words = wordsOf([...seeds.map(textOfBytes), schema]);
  return Promise.resolve({ seeds, codec: 'yaml', words, run, close: () => Promise.resolve() });
}
