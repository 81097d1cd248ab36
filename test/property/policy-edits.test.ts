// Invariants of compiling after a random history of edits, with names that files define twice, in circles, not at all and
// in files that are broken or cannot be read:
// 1. groups, expectations, guardrails, problems and bad files are those of a compilation from nothing;
// 2. a group that says what it said stays the same object, and so does an expectation;
// 3. no more files are parsed than were edited;
// 4. a packed value is unpacked as it was.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileHere } from '../support/compile-here.ts';
import type { CompileInput } from '../../daemon/source/compile/compile-answer.ts';
import { PolicyCompiler } from '../../daemon/source/compile/policy-compiler.ts';
import { thisThread } from '../../daemon/source/compile/work-place.ts';
import { unreadable } from '../../daemon/source/source.ts';
import { exactText } from '../../reconciler/model/collections.ts';
import { pack, unpack } from '../../reconciler/policy/compile/parts/packed.ts';
import type { WantedState } from '../../reconciler/policy/compile/last-good.ts';
import { runs } from '../support/runs.ts';

const WORDS = ['a', 'b', 'c', 'd'];
const word = fc.constantFrom(...WORDS);
const peer = fc.oneof(
  word,
  fc.constantFrom('10.0.0.0/8', '192.0.2.7', 'sg-2', 'anywhere', '10.0.0.1/8', 'internet'),
);
const service = fc.constantFrom('web', 'mail', 'dns');

const rule = fc
  .tuple(
    fc.option(service),
    fc.integer({ min: 440, max: 444 }),
    fc.array(peer, { minLength: 1, maxLength: 2 }),
  )
  .map(([named, port, from]) =>
    named === null
      ? `{protocol: tcp, ports: ${port}, from: [${from.join(', ')}]}`
      : `{services: [${named}], from: [${from.join(', ')}]}`,
  );
const group = fc
  .tuple(fc.integer({ min: 1, max: 4 }), fc.array(rule, { maxLength: 3 }), fc.option(peer))
  .map(([id, rules, ignored]) =>
    [
      `  - id: sg-${id}`,
      '    region: cn-hangzhou',
      ...(ignored === null ? [] : [`    ignore: [{peer: ${ignored}, protocol: udp}]`]),
      `    ingress: [${rules.join(', ')}]`,
    ].join('\n'),
  );
const expectation = fc
  .tuple(word, peer, fc.integer({ min: 1, max: 5 }))
  .map(
    ([name, from, id]) =>
      `  - {name: ${name}, group: sg-${id}, drop: {direction: ingress, protocol: tcp, ports: 22, from: ${from}}}`,
  );
const network = fc.tuple(word, fc.array(peer, { minLength: 1, maxLength: 2 }));
const section = (key: string, lines: readonly string[]) => (lines.length === 0 ? [] : [`${key}:`, ...lines]);

const text = fc
  .record({
    networks: fc.uniqueArray(network, { maxLength: 2, selector: ([name]) => name }),
    services: fc.uniqueArray(fc.tuple(service, fc.constantFrom('tcp/80', 'tcp/25', 'udp/53', 'tcp/x')), {
      maxLength: 1,
      selector: ([name]) => name,
    }),
    groups: fc.array(group, { maxLength: 2 }),
    expect: fc.array(expectation, { maxLength: 2 }),
    slip: fc.constantFrom('', '', '', '', 'x: 1\n', 'groups: [\n', '# a comment\n'),
  })
  .map(({ networks, services, groups, expect: expected, slip }) =>
    [
      'version: 1',
      ...section(
        'networks',
        networks.map(([name, members]) => `  ${name}: [${members.join(', ')}]`),
      ),
      ...section(
        'services',
        services.map(([name, member]) => `  ${name}: [${member}]`),
      ),
      ...section('groups', groups),
      ...section('expect', expected),
      slip,
    ].join('\n'),
  );

/** Null: the file is removed; false: it cannot be read. */
const edit = fc.tuple(
  fc.constantFrom('1.yaml', '2.yaml', '3.yaml', '4.yaml'),
  fc.oneof(text, text, text, fc.constant(null), fc.constant(false)),
);

function folderOf(files: ReadonlyMap<string, string | false>): CompileInput {
  const sorted = [...files].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    files: sorted.flatMap(([path, is]) =>
      is === false ? [] : [{ path, file: `p/${path}`, bytes: new TextEncoder().encode(is) }],
    ),
    unreadable: sorted.flatMap(([path, is]) =>
      is === false ? [unreadable(path, { file: `p/${path}`, code: 'policy-unreadable', message: 'no' })] : [],
    ),
  };
}

const NOTHING: WantedState = { groups: [], expectations: [], guardrails: [] };
const GUARDRAILS = {
  file: 'config.yaml',
  entries: [
    {
      name: 'no-a',
      deny: {
        direction: 'ingress' as const,
        protocol: 'tcp' as const,
        from: [{ kind: 'network' as const, name: 'a' }],
      },
    },
  ],
  places: {},
};

const contentOf = ({
  groups,
  expectations,
  guardrails,
  problems,
  badFiles,
  badGuardrails,
}: ReturnType<typeof compileHere>) => ({
  ...{ groups, expectations, guardrails, problems, badFiles, badGuardrails },
});

describe('policies after a history of edits', () => {
  it('are compiled as from nothing, each unchanged group and expectation staying the same object', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(edit, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 8 }),
        async (history) => {
          const options = { accounts: ['default'], guardrails: GUARDRAILS };
          const compiler = new PolicyCompiler(thisThread);
          const files = new Map<string, string | false>();
          let before: WantedState = NOTHING;
          for (const edits of history) {
            for (const [path, is] of edits) {
              if (is === null) files.delete(path);
              else files.set(path, is);
            }
            const folder = folderOf(files);
            const compiled = await compiler.compile(folder, options, before);
            expect(contentOf(compiled)).toEqual(contentOf(compileHere(folder, options)));
            expect(compiled.filesParsed).toBeLessThanOrEqual(edits.length);
            expectSame(before.groups, compiled.groups);
            expectSame(before.expectations, compiled.expectations);
            before = compiled;
          }
        },
      ),
      runs(300),
    );
  });

  it('as packed values are what they were', () => {
    const value = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.string(),
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        fc.bigInt(),
        fc.array(tie('value')),
        fc.dictionary(
          fc.string().filter((key) => key !== '__proto__'),
          tie('value'),
        ),
      ),
    })).value;
    fc.assert(
      fc.property(value, (each) => {
        expect(unpack(pack(each))).toEqual(each);
      }),
    );
  });
});

function expectSame<T>(before: readonly T[], now: readonly T[]): void {
  const known = new Map(before.map((each) => [exactText(each), each]));
  for (const each of now) {
    const earlier = known.get(exactText(each));
    if (earlier !== undefined) expect(each).toBe(earlier);
  }
}
