// What the documents promise and what the code has are the same: metrics, keys of the config, commands and their exit
// codes. (Events, levels and fields: telemetry/log-events-page.test.ts.)
import { readdirSync, readFileSync } from 'node:fs';
import { Readable, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { configSchema } from '../../daemon/config/schema.ts';
import type { Io } from '../../daemon/cli/io.ts';
import { createProgram } from '../../daemon/program.ts';
import { keysAt } from '../../reconciler/policy/schema/schema-keys.ts';
import { EVENT_NAMES } from '../support/sample-events.ts';

const PAGES = [
  'README.md',
  ...readdirSync('docs')
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
const SOURCES = ['daemon', 'reconciler'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `${folder}/${name}`),
);

/** Without the lines of comments: what is only thought of is promised to no one. */
const textOf = (file: string): string => readFileSync(file, 'utf8').replace(/^\s*(?:\/\/|\/?\*).*$/gm, '');

const found = (files: readonly string[], pattern: RegExp): Set<string> =>
  new Set(files.flatMap((file) => [...textOf(file).matchAll(pattern)].map(([, name = '']) => name)));

const sorted = (names: Iterable<string>): string[] => [...new Set(names)].sort();

describe('metrics', () => {
  const inCode = found(SOURCES, /'(rampart_[a-z_]+)'/g);

  it('of the code stand in docs/operations.md, each with what it means', () => {
    const table = readFileSync('docs/operations.md', 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('| `rampart_'));
    const documented = table.flatMap((line) =>
      [...line.matchAll(/`(rampart_[a-z_]+)`/g)].map(([, name = '']) => name),
    );
    expect(sorted(documented)).toEqual(sorted(inCode));
  });

  it('that any page names are of the code', () => {
    const named = [...found(PAGES, /\b(rampart_[a-z_]+[a-z])\b(?!\*|_?…)/g)].map((name) =>
      inCode.has(name) ? name : name.replace(/_(?:bucket|sum|count)$/, ''),
    );
    expect(sorted(named.filter((name) => !inCode.has(name)))).toEqual([]);
  });
});

describe('keys of the config', () => {
  const sections = Object.keys(configSchema.shape);
  /** A key of what `status` answers, which has a section of the same name. */
  const IN_STATUS = 'policies.problems';
  const events: ReadonlySet<string> = new Set(EVENT_NAMES);

  /** Whether each step is a key of the mapping that the steps before it lead to. */
  function isKey(text: string): boolean {
    const steps = text.split('.').map((step, at, [section]) => {
      if (at !== 1) return step;
      return section === 'accounts' ? 'any' : step.replace('OPERATION', 'AuthorizeSecurityGroup');
    });
    return steps.every(
      (step, at) => (at === 1 && step === 'any') || keysAt(configSchema, steps.slice(0, at)).includes(step),
    );
  }

  const written = (files: readonly string[]): string[] =>
    sorted(found(files, /`((?:[a-z][A-Za-z]*)(?:\.[A-Za-z]+)+)`/g)).filter((text) => {
      const [section = ''] = text.split('.');
      return (
        sections.includes(section) &&
        !events.has(text) &&
        text !== IN_STATUS &&
        !/\.(?:yaml|yml|json|ts|db|md)$/.test(text)
      );
    });

  it('that the pages name exist', () => {
    const named = written(PAGES);
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((text) => !isKey(text))).toEqual([]);
  });

  it('that messages name exist', () => {
    expect(written(SOURCES).filter((text) => !isKey(text))).toEqual([]);
  });
});

class Text extends Writable {
  text = '';
  override _write(chunk: Buffer, _: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

async function help(...args: readonly string[]): Promise<string> {
  const stdout = new Text();
  const io: Io = {
    stdin: () => Readable.from([]),
    stdout,
    stderr: new Text(),
    env: {},
    cwd: '/',
    stopSignal: new AbortController().signal,
    argv: [],
    onReload: () => undefined,
  };
  await createProgram(io).run(['node', 'rampart', ...args, '--help']);
  return stdout.text;
}

describe('commands', () => {
  const rows = readFileSync('README.md', 'utf8')
    .split('\n')
    .filter((line) => /^\| `[a-z]+/.test(line))
    .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()))
    .filter((cells) => cells.length === 5);
  const documented = rows.flatMap(([, names = '', , codes = '']) =>
    [...names.matchAll(/`([a-z]+)[^`]*`/g)].map(([, name = '']) => ({ name, codes })),
  );

  it('stand in the README, each once, and no other', async () => {
    const text = await help();
    const listed = [...text.slice(text.indexOf('Commands:')).matchAll(/^ {2}([a-z]+)\b.* {2}\w/gm)];
    const names = listed.map(([, name = '']) => name).filter((name) => name !== 'help');
    expect(documented.map(({ name }) => name).sort()).toEqual(names.sort());
  });

  it('have there the exit codes that their help names', async () => {
    for (const { name, codes } of documented) {
      const text = (await help(name)).replace(/\s+/g, ' ');
      const [, said = 'no exit code'] = /Exit code: ([^.]*)\./.exec(text) ?? [];
      const numbers = (of: string): string[] =>
        sorted([...of.matchAll(/(?:^|[;,] ?)(\d)\b/g)].map(([, code = '']) => code));
      expect([name, ...numbers(codes)]).toEqual([name, ...numbers(said)]);
    }
  });

  it('that a page or a message of the code gives flags have these', async () => {
    const named = found([...PAGES, ...SOURCES], /`(?:npx )?rampart ([a-z]+(?: [a-z]+)?[^`$]* --[^`$]*)`/g);
    expect(named.size).toBeGreaterThan(20);
    const strange: string[] = [];
    for (const text of named) {
      const [, name = '', second = ''] = /^([a-z]+)(?: ([a-z]+))?/.exec(text) ?? [];
      const known = await help(name, ...(name === 'journal' ? [second] : []));
      const flags = [...text.matchAll(/--([a-z][a-z-]*)/g)].map(([flag]) => flag);
      strange.push(
        ...flags.filter((flag) => !new RegExp(`${flag}\\b`).test(known)).map((flag) => `${text}: ${flag}`),
      );
    }
    expect(strange).toEqual([]);
  });
});
