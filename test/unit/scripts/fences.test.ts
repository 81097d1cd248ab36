// Each fence is crossed once on purpose: a rule that lets it pass is no fence.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import { afterEach, describe, expect, test } from 'vitest';
import { checkHouse } from '../../../scripts/house/check.ts';

const eslint = new ESLint({
  overrideConfigFile: 'eslint.fences.js',
  overrideConfig: { files: ['**/*.ts'], languageOptions: { parser: tseslint.parser } },
});

/** The rules that a file with this text breaks. */
async function brokenRules(filePath: string, text: string): Promise<Array<string | null>> {
  const results = await eslint.lintText(text, { filePath });
  return results.flatMap(({ messages }) => messages.map(({ ruleId }) => ruleId));
}

const manyLines = Array.from({ length: 301 }, (_, at) => `export const a${at} = 1;`).join('\n');
const manyBranches = `export const f = (n: number) => {${Array.from({ length: 12 }, (_, at) => `if (n === ${at}) return ${at};`).join('')} return -1; };`;

describe('lint refuses', () => {
  test.each([
    ['a file of more than 300 lines', 'daemon/queue/planted.ts', manyLines, 'max-lines'],
    ['a function of complexity 13', 'daemon/queue/planted.ts', manyBranches, 'complexity'],
    [
      'five parameters',
      'daemon/ecs/planted.ts',
      'export const f = (a, b, c, d, e) => [a, b, c, d, e];',
      'max-params',
    ],
    ['a console in the daemon', 'daemon/ecs/planted.ts', 'console.log(1);', 'no-console'],
    ['a loose comparison', 'daemon/ecs/planted.ts', 'export const f = (a: number) => a == 1;', 'eqeqeq'],
  ])('lint refuses: %s', async (_what, file, text, rule) => {
    expect(await brokenRules(file, text)).toContain(rule);
  });

  test.each([
    ['a module of Node', "import { readFileSync } from 'node:fs';", 'no-restricted-imports'],
    ['a module of Node without its prefix', "import fs from 'fs';", 'no-restricted-imports'],
    ['a random id', "import { randomUUID } from 'node:crypto';", 'no-restricted-imports'],
    ['a package', "import { z } from 'zod';", 'no-restricted-imports'],
    ['a dynamic import', "export const fs = import('node:fs');", 'no-restricted-syntax'],
    ['import.meta', 'export const here = import.meta.url;', 'no-restricted-syntax'],
    ['the time by new Date', 'export const now = new Date();', 'no-restricted-syntax'],
    ['the time by a call of Date', 'export const now = Date();', 'no-restricted-syntax'],
    [
      'the time by another name of Date',
      'const D = Date; export const now = D.now();',
      'no-restricted-syntax',
    ],
    ['the time by Date.now', 'export const now = Date.now();', 'no-restricted-properties'],
    ['Math.random', 'export const r = Math.random();', 'no-restricted-properties'],
    [
      'Math.random by another name',
      'const { random } = Math; export const r = random();',
      'no-restricted-syntax',
    ],
    ['the crypto global', 'export const id = crypto.randomUUID();', 'no-restricted-globals'],
    ['a timer', 'setTimeout(() => undefined, 1);', 'no-restricted-globals'],
    ['the environment', 'export const env = process.env;', 'no-restricted-globals'],
    ['the network', "export const r = fetch('http://127.0.0.1');", 'no-restricted-globals'],
    ['a way round by globalThis', 'export const env = globalThis.process;', 'no-restricted-globals'],
  ])('%s in the reconciler', async (_what, text, rule) => {
    expect(await brokenRules('reconciler/plan/planted.ts', text)).toContain(rule);
  });

  test('anything but createHash where plans are hashed', async () => {
    const hash = 'reconciler/plan/hash.ts';
    expect(await brokenRules(hash, "import { createHash } from 'node:crypto';")).toEqual([]);
    expect(await brokenRules(hash, "import { randomUUID } from 'node:crypto';")).toEqual([
      'no-restricted-imports',
    ]);
    expect(await brokenRules(hash, "import { readFileSync } from 'node:fs';")).toEqual([
      'no-restricted-imports',
    ]);
  });

  test('other packages than yaml and zod where policies are read', async () => {
    const file = 'reconciler/policy/read/planted.ts';
    expect(await brokenRules(file, "import { z } from 'zod'; import yaml from 'yaml';")).toEqual([]);
    expect(await brokenRules(file, "import chokidar from 'chokidar';")).toEqual(['no-restricted-imports']);
  });
});

describe('the check of the house refuses', () => {
  const roots: string[] = [];
  afterEach(() => {
    for (const root of roots.splice(0)) rmSync(root, { recursive: true });
  });

  /** The problems of a tree with these files, given by path and text. */
  function problemsOf(files: Readonly<Record<string, string>>): readonly string[] {
    const root = mkdtempSync(join(tmpdir(), 'house-'));
    roots.push(root);
    for (const [path, text] of Object.entries({
      'reconciler/model/a.ts': '',
      'daemon/clock.ts': '',
      'emulator/a.ts': '',
      ...files,
    })) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    return checkHouse(root).problems;
  }

  test('nothing in a house in order', () => {
    expect(
      problemsOf({ 'daemon/ecs/a.ts': "import '../clock.ts'; import '../../reconciler/model/a.ts';" }),
    ).toEqual([]);
  });

  test.each([
    [
      'the model importing a room above it',
      'reconciler/model/b.ts',
      "import '../plan/x.ts';",
      'reconciler/plan/x.ts',
    ],
    [
      'policy importing exposure',
      'reconciler/policy/b.ts',
      "import '../exposure/x.ts';",
      'reconciler/exposure/x.ts',
    ],
    [
      'the reconciler importing the daemon',
      'reconciler/plan/b.ts',
      "import '../../daemon/clock.ts';",
      'daemon/clock.ts',
    ],
    [
      'the client importing the schedule',
      'daemon/ecs/b.ts',
      "import '../schedule/x.ts';",
      'daemon/schedule/x.ts',
    ],
    [
      'the config importing the client',
      'daemon/config/b.ts',
      "import type { A } from '../ecs/x.ts';",
      'daemon/ecs/x.ts',
    ],
    [
      'the queue importing the journal beside it',
      'daemon/queue/b.ts',
      "import '../journal/x.ts';",
      'daemon/journal/x.ts',
    ],
    [
      'a dynamic import of a room above',
      'daemon/ecs/b.ts',
      "export const x = import('../http/x.ts');",
      'daemon/http/x.ts',
    ],
    [
      'the daemon importing the emulator',
      'daemon/ecs/b.ts',
      "import '../../emulator/a.ts';",
      'emulator/a.ts',
    ],
    ['the emulator importing the daemon', 'emulator/b.ts', "import '../daemon/clock.ts';", 'daemon/clock.ts'],
    [
      'the emulator importing the reconciler',
      'emulator/b.ts',
      "import '../reconciler/model/a.ts';",
      'reconciler/model/a.ts',
    ],
    ['a room that the table does not know', 'daemon/attic/b.ts', "import '../clock.ts';", 'daemon/clock.ts'],
  ])('the check of the house refuses: %s', (_what, file, text, target) => {
    const problems = problemsOf({ [target]: '', [file]: text });
    expect(problems).toEqual([expect.stringContaining(`${file} imports ${target}`)]);
  });

  test('files that import each other in a circle, by types too', () => {
    const problems = problemsOf({
      'daemon/ecs/a.ts': "import type { B } from './b.ts';",
      'daemon/ecs/b.ts': "import './c.ts';",
      'daemon/ecs/c.ts': "import './a.ts';",
    });
    expect(problems).toEqual(['imports in a circle: daemon/ecs/a.ts, daemon/ecs/b.ts, daemon/ecs/c.ts']);
  });

  test('a folder with more than 15 source files', () => {
    const files = Object.fromEntries(Array.from({ length: 16 }, (_, at) => [`daemon/ecs/f${at}.ts`, '']));
    expect(problemsOf(files)).toEqual(['daemon/ecs has 16 source files; at most 15']);
  });

  test('too many names with two meanings', () => {
    const text = Array.from({ length: 25 }, (_, at) => `export type T${at} = 1;`).join('\n');
    expect(problemsOf({ 'daemon/ecs/a.ts': text, 'daemon/queue/a.ts': text })).toEqual([
      expect.stringContaining('25 names are declared in more than one file'),
    ]);
  });
});
