// Invariants of reading policies:
// 1. a valid document compiles without errors into as many rules and expectations as its parts say, in block and in
//    flow style;
// 2. what the compiler takes, the editor's schema takes;
// 3. with one key misspelt there is a problem, and no rule and no expectation of that file;
// 4. with bytes changed at random nothing throws, every problem stands within the file, and a file with an
//    error gives no group;
// 5. the order of the files changes no rule and no problem;
// 6. every report can be made of every set of problems;
// 7. two mistakes in two keys of one rule are both reported, at once.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareProblems } from '../../reconciler/model/problem.ts';
import { ruleContent } from '../../reconciler/model/rule.ts';
import { compilePolicies } from '../../reconciler/policy/compile/compile.ts';
import type { CompiledPolicies } from '../../reconciler/policy/compile/parts/assemble.ts';
import { parsePolicyFile, readPolicyFile } from '../../reconciler/policy/read/file.ts';
import { policyJsonSchema } from '../../reconciler/policy/schema/schema.ts';
import { problemsAsGithubCommands } from '../../reconciler/policy/report/github.ts';
import { problemsAsJson } from '../../reconciler/policy/report/json.ts';
import { problemsAsSarif } from '../../reconciler/policy/report/sarif.ts';
import { formatProblems } from '../../reconciler/policy/report/text.ts';
import { fitsSchema } from '../support/json-schema.ts';
import { policyYaml, randomPolicy, type RandomPolicy } from '../support/policy-documents.ts';
import { runs } from '../support/runs.ts';

const compile = (...texts: string[]): CompiledPolicies =>
  compilePolicies(
    texts.map((text, index) => parsePolicyFile({ path: `${index}.yaml`, text })),
    { accounts: ['default'] },
  );

const rulesOf = ({ groups }: CompiledPolicies): string[] =>
  groups.flatMap(({ rules }) =>
    [...(rules.ingress ?? []), ...(rules.egress ?? [])].map(({ rule }) => ruleContent(rule)),
  );

const errorsOf = ({ problems }: CompiledPolicies) => problems.filter(({ severity }) => severity === 'error');

describe('policies', () => {
  it('compile into the rules that they stand for', () => {
    fc.assert(
      fc.property(randomPolicy, fc.boolean(), ({ document, ruleCount, expected }, flow) => {
        const compiled = compile(policyYaml(document, flow));
        expect(errorsOf(compiled)).toEqual([]);
        expect(rulesOf(compiled)).toHaveLength(ruleCount);
        expect(compiled.expectations.map(({ pattern }) => pattern.services.length)).toEqual(expected);
      }),
    );
  });

  it('are seen by an editor as the compiler sees them', () => {
    const schema = policyJsonSchema();
    fc.assert(
      fc.property(randomPolicy, ({ document }) => {
        expect(fitsSchema(schema, document)).toBe(true);
      }),
    );
  });

  it('with a misspelt key have a problem and no rules', () => {
    fc.assert(
      fc.property(randomPolicy, fc.nat(), fc.constantFrom('x', '_', '1'), ({ document }, pick, slip) => {
        const text = policyYaml(document, true);
        const keys = [...text.matchAll(/"(\w+)":/g)].filter(([, key = '']) => !SET_NAMES.has(key));
        const key = keys[pick % keys.length];
        if (key === undefined) throw new Error('a document has keys');
        const broken = `${text.slice(0, key.index + 1)}${slip}${text.slice(key.index + 1)}`;
        const compiled = compile(broken);
        expect(errorsOf(compiled)).not.toEqual([]);
        expect([...compiled.groups, ...compiled.expectations]).toEqual([]);
      }),
    );
  });

  it('with two mistakes in one rule have two problems at least', () => {
    fc.assert(
      fc.property(randomPolicy, fc.nat(), fc.constantFrom(...MISTAKES), ({ document }, pick, mistake) => {
        const { ingress } = pickedGroup(document, pick);
        const broken = { protocol: 'all', from: ['nobody', '192.0.2.7'], priority: 99, ...mistake };
        const group = { id: 'sg-broken', region: 'cn-a', ingress: [...ingress, broken] };
        const compiled = compile(policyYaml({ ...document, groups: [group] }, false));
        const codes = errorsOf(compiled).map(({ code }) => code);
        expect(codes).toContain('unknown-network');
        expect(codes.filter((code) => code !== 'unknown-network')).not.toEqual([]);
        expect(compiled.groups).toEqual([]);
      }),
    );
  });

  it('with random damage throw nothing and yield nothing half', () => {
    fc.assert(
      fc.property(randomPolicy, damage, fc.boolean(), ({ document }, damages, flow) => {
        const bytes = damages.reduce(applyDamage, new TextEncoder().encode(policyYaml(document, flow)));
        const file = readPolicyFile('0.yaml', bytes);
        const compiled = compilePolicies([file], { accounts: ['default'] });
        const lineCount = file.text.split('\n').length;
        for (const { line, column, message } of compiled.problems) {
          expect(Number.isInteger(line) && line >= 1 && (file.text === '' || line <= lineCount)).toBe(true);
          expect(Number.isInteger(column) && column >= 1).toBe(true);
          expect(message).not.toBe('');
        }
        expect(compiled.badFiles.size === 1).toBe(errorsOf(compiled).length > 0);
        if (compiled.badFiles.size === 1) expect(compiled.groups).toEqual([]);
        reportEverywhere(compiled, file.text);
      }),
      runs(120),
    );
  });

  it('may come in any order', () => {
    fc.assert(
      fc.property(randomPolicy, damage, ({ document }, damages) => {
        const { networks, services, groups } = document;
        const damaged = new TextDecoder().decode(
          damages
            .slice(0, 1)
            .reduce(applyDamage, new TextEncoder().encode(policyYaml({ version: 1, groups }, false))),
        );
        const files = [
          parsePolicyFile({ path: 'a.yaml', text: policyYaml({ version: 1, networks }, false) }),
          parsePolicyFile({ path: 'b.yaml', text: policyYaml({ version: 1, services }, true) }),
          parsePolicyFile({ path: 'c.yaml', text: damaged }),
        ];
        const forward = compilePolicies(files, { accounts: ['default'] });
        const backward = compilePolicies(files.toReversed(), { accounts: ['default'] });
        expect(backward.problems).toEqual(forward.problems);
        expect(rulesOf(backward).sort()).toEqual(rulesOf(forward).sort());
        expect(forward.problems).toEqual(forward.problems.toSorted(compareProblems));
      }),
      runs(40),
    );
  });
});

/** Names of networks and services: another name there is no mistake by itself. */
const SET_NAMES = new Set(['two', 'three', 'six', 'web', 'all6']);

/** Each is a mistake by itself, in a rule that has other keys besides. */
const MISTAKES: ReadonlyArray<Readonly<Record<string, unknown>>> = [
  { priority: 0 },
  { action: 'no' },
  { nicType: 'vpc' },
  { description: '' },
  { description: 42 },
  { name: '' },
  { expires: 'never' },
  { protocol: 'tpc' },
  { protocol: 'tcp' },
  { protocol: 'tcp', ports: [80, 0] },
  { ports: '1' },
  { sourcePorts: '9-1' },
  { to: '10.0.0.1/8' },
  { to: '2001:db8::/32' },
  { prioritee: 1 },
  { services: 'web' },
];

function pickedGroup(document: RandomPolicy['document'], pick: number): { ingress: readonly unknown[] } {
  const groups = document.groups as ReadonlyArray<{ ingress: readonly unknown[] }>;
  const group = groups[pick % groups.length];
  if (group === undefined) throw new Error('a document has groups');
  return group;
}

interface Damage {
  readonly at: number;
  readonly removed: number;
  readonly inserted: Uint8Array;
}

const FRAGMENTS = [
  '\t',
  '\n',
  ' ',
  '- ',
  ': ',
  '? ',
  '[',
  ']',
  '{',
  '}',
  '&a ',
  '*a',
  '!x ',
  '#',
  '"',
  "'",
  '|',
  '%',
  '<<: ',
  '0',
  '-1',
  '\u{FEFF}',
  '🔥',
  '\0',
  '---\n',
  '...\n',
  '::',
  '/33',
  'sg-',
];

const damage: fc.Arbitrary<Damage[]> = fc.array(
  fc.record({
    at: fc.nat(),
    removed: fc.nat(3),
    inserted: fc.oneof(
      fc.constantFrom(...FRAGMENTS).map((text) => new TextEncoder().encode(text)),
      fc.uint8Array({ maxLength: 2 }),
    ),
  }),
  { minLength: 1, maxLength: 4 },
);

function applyDamage(bytes: Uint8Array, { at, removed, inserted }: Damage): Uint8Array {
  const start = at % (bytes.length + 1);
  return Buffer.concat([bytes.subarray(0, start), inserted, bytes.subarray(start + removed)]);
}

function reportEverywhere({ problems }: CompiledPolicies, text: string): void {
  const report = formatProblems(problems, new Map([['0.yaml', text]]));
  expect(report === '').toBe(problems.length === 0);
  expect(JSON.parse(problemsAsJson(problems))).toMatchObject({ version: 1 });
  expect(JSON.parse(problemsAsSarif(problems, '0.0.0'))).toMatchObject({ version: '2.1.0' });
  expect(problemsAsGithubCommands(problems).split('\n')).toHaveLength(problems.length + 1);
}
