import { describe, expect, it } from 'vitest';
import type { CompileInput } from '../../../../../daemon/source/compile/compile-answer.ts';
import { PolicyCompiler } from '../../../../../daemon/source/compile/policy-compiler.ts';
import type { CompileAnswer } from '../../../../../daemon/source/compile/compile-answer.ts';
import { parseOne } from '../../../../../daemon/source/compile/policy-work.ts';
import { thisThread, TooCostly, type WorkPlace } from '../../../../../daemon/source/compile/work-place.ts';
import { compilePolicies } from '../../../../../reconciler/policy/compile/compile.ts';
import { parsePolicyFile } from '../../../../../reconciler/policy/read/file.ts';
import type { WantedState } from '../../../../../reconciler/policy/compile/last-good.ts';

const NOTHING: WantedState = { groups: [], expectations: [], guardrails: [] };

const group = (id: string, from: string) =>
  `  - id: sg-${id}\n    region: cn-hangzhou\n    ingress: [{protocol: tcp, ports: 443, from: ${from}}]\n`;
const file = (...groups: string[]) => `version: 1\ngroups:\n${groups.join('')}`;

const TEXTS = {
  'names.yaml': 'version: 1\nnetworks:\n  office: 192.0.2.0/24\n  home: 198.51.100.0/24\n',
  'one.yaml': file(group('1', 'office'), group('2', '10.0.0.0/8')),
  'two.yaml': file(group('3', 'home'), group('4', '10.0.0.0/8')),
};

const folderOf = (texts: Readonly<Record<string, string>>): CompileInput => ({
  files: Object.entries(texts).map(([path, text]) => ({ path, file: path, bytes: Buffer.from(text) })),
  unreadable: [],
});

class Compiling {
  readonly #compiler: PolicyCompiler;
  #last: WantedState;

  constructor(last = NOTHING, work: WorkPlace = thisThread) {
    this.#last = last;
    this.#compiler = new PolicyCompiler(work);
  }

  async of(texts: Readonly<Record<string, string>>, accounts = ['default']): Promise<CompileAnswer> {
    const compiled = await this.#compiler.compile(folderOf(texts), { accounts }, this.#last);
    this.#last = compiled;
    return compiled;
  }
}

const costOf = ({ filesParsed, groupsCompiled }: CompileAnswer) => ({ filesParsed, groupsCompiled });

describe('an edit', () => {
  it('of one rule has one file parsed and one group compiled, and all other groups stay the same objects', async () => {
    const policies = new Compiling();
    const before = await policies.of(TEXTS);
    expect(costOf(before)).toEqual({ filesParsed: 3, groupsCompiled: 4 });
    const edited = await policies.of({
      ...TEXTS,
      'one.yaml': file(group('1', 'office'), group('2', '10.0.0.0/9')),
    });
    expect(costOf(edited)).toEqual({ filesParsed: 1, groupsCompiled: 1 });
    expect(edited.groups.map((each, index) => each === before.groups[index])).toEqual([
      true,
      false,
      true,
      true,
    ]);
  });

  it('of a network has the groups compiled that use it, and no other file parsed', async () => {
    const policies = new Compiling();
    const before = await policies.of(TEXTS);
    const names = TEXTS['names.yaml'].replace('192.0.2.0/24', '192.0.2.0/25');
    const edited = await policies.of({ ...TEXTS, 'names.yaml': names });
    expect(costOf(edited)).toEqual({ filesParsed: 1, groupsCompiled: 1 });
    expect(edited.groups.map((each, index) => each === before.groups[index])).toEqual([
      false,
      true,
      true,
      true,
    ]);
  });

  it('that only moves what a file defines has no group compiled', async () => {
    const policies = new Compiling();
    const before = await policies.of(TEXTS);
    const edited = await policies.of({ ...TEXTS, 'names.yaml': `# the names\n${TEXTS['names.yaml']}` });
    expect(costOf(edited)).toEqual({ filesParsed: 1, groupsCompiled: 0 });
    expect(edited.groups.every((each, index) => each === before.groups[index])).toBe(true);
  });

  it('of none costs nothing, whether the bytes are the same object or the same text', async () => {
    const policies = new Compiling();
    const before = await policies.of(TEXTS);
    const again = await policies.of(TEXTS);
    expect(costOf(again)).toEqual({ filesParsed: 0, groupsCompiled: 0 });
    expect(again.groups.every((each, index) => each === before.groups[index])).toBe(true);
  });

  it('of the accounts has the groups compiled again, and no file parsed', async () => {
    const policies = new Compiling();
    await policies.of(TEXTS);
    const other = await policies.of(TEXTS, ['prod']);
    expect(costOf(other)).toMatchObject({ filesParsed: 0 });
    expect(other.problems.map(({ code }) => code)).toContain('unknown-account');
  });
});

describe('the first load', () => {
  it('keeps the objects in force that say the same', async () => {
    const read = Object.entries(TEXTS).map(([path, text]) => parsePolicyFile({ path, text }));
    const inForce = compilePolicies(read, { accounts: ['default'] });
    const compiled = await new Compiling(inForce).of(TEXTS);
    expect(costOf(compiled)).toEqual({ filesParsed: 3, groupsCompiled: 0 });
    expect(compiled.groups.every((each, index) => each === inForce.groups[index])).toBe(true);
  });

  it('that costs too much takes no file, and the next one parses what there is', async () => {
    let isCostly = true;
    const work: WorkPlace = {
      ...thisThread,
      parse: (tasks, take) => {
        if (isCostly) return Promise.reject(new TooCostly());
        for (const task of tasks) take(task, parseOne(task));
        return Promise.resolve();
      },
    };
    const policies = new Compiling(NOTHING, work);
    const costly = await policies.of(TEXTS);
    expect(costly.groups).toEqual([]);
    expect(costly.problems.map(({ file: of, code }) => [of, code])).toEqual(
      Object.keys(TEXTS).map((name) => [name, 'policies-too-costly']),
    );
    isCostly = false;
    expect((await policies.of(TEXTS)).groups).toHaveLength(4);
  });
});

it('two files of one name are never taken, as neither could be told from the other', async () => {
  const [path, text] = ['one.yaml', TEXTS['two.yaml']];
  const twice = {
    files: [path, path].map((file) => ({ path, file, bytes: Buffer.from(text) })),
    unreadable: [],
  };
  const compiler = new PolicyCompiler(thisThread);
  await expect(compiler.compile(twice, { accounts: ['default'] }, NOTHING)).rejects.toThrow('of one name');
});
