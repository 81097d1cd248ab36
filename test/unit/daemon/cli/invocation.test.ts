import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  invocationOf,
  shellWord,
  withCallable,
  type ProcessFacts,
} from '../../../../daemon/cli/invocation.ts';
import { onlyWith } from '../../../support/optional-tool.ts';

const facts = (parts: Partial<ProcessFacts>): ProcessFacts => ({
  argv: ['/usr/bin/node', '/work/dist/daemon/main.js'],
  env: { PATH: '/usr/bin:/usr/local/bin' },
  cwd: '/work',
  ...parts,
});

const installed = ['/usr/bin/node', '/usr/local/bin/rampart'];

describe('the program', () => {
  it.each<[string, Partial<ProcessFacts>, string]>([
    ['under npx is called by npx', { env: { npm_command: 'exec' } }, 'npx rampart'],
    ['under npm start is called by npx', { env: { npm_lifecycle_event: 'start' } }, 'npx rampart'],
    ['on the search path is called by its name', { argv: installed }, 'rampart'],
    [
      'that is not on the search path is called by its path',
      { argv: ['node', '/work/node_modules/.bin/rampart'] },
      'node_modules/.bin/rampart',
    ],
    ['without a search path is called by its path', { argv: installed, env: {} }, '/usr/local/bin/rampart'],
    ['started as a script is called so', {}, 'node dist/daemon/main.js'],
    [
      'started as a script from elsewhere has its whole path',
      { cwd: '/home/a', argv: ['node', '/opt/my tools/main.js'] },
      "node '/opt/my tools/main.js'",
    ],
  ])('the program %s', (_, parts, program) => {
    expect(invocationOf(null, facts(parts)).program).toBe(program);
  });
});

describe('the config flag', () => {
  it.each([
    ['no file', null, ''],
    ['the default file', 'config.yaml', ''],
    ['the default file by another path', '/work/../work/./config.yaml', ''],
    ['a file beside it', 'config.example.yaml', ' --config config.example.yaml'],
    ['a file below, by its whole path', '/work/etc/a.yaml', ' --config etc/a.yaml'],
    ['the default name in another folder', '../config.yaml', ' --config /config.yaml'],
    ['a file elsewhere', '/etc/rampart/config.yaml', ' --config /etc/rampart/config.yaml'],
    ['a name that a shell would take apart', "it's mine.yaml", String.raw` --config 'it'\''s mine.yaml'`],
    ['a name like a flag', './-x.yaml', ' --config ./-x.yaml'],
    ['a name that begins with dots', '..x.yaml', ' --config ..x.yaml'],
  ])('the config flag for %s', (_, file, flags) => {
    expect(invocationOf(file, facts({})).flags).toBe(flags);
  });
});

describe('a message that names a command', () => {
  const npx = { npm_command: 'exec' };
  it.each<[string, string[], string]>([
    ['`rampart validate` shows', [], '`npx rampart validate` shows'],
    ['`rampart status --url URL`', ['--config', 'a.yaml'], '`npx rampart status --config a.yaml --url URL`'],
    ['`rampart run`', ['--config=a.yaml'], '`npx rampart run --config a.yaml`'],
    [
      '`rampart journal reshard --shards 2`',
      ['--config', 'a.yaml'],
      '`npx rampart journal reshard --config a.yaml --shards 2`',
    ],
    ['rampart history, and `rampart`', [], 'rampart history, and `rampart`'],
  ])('%s: %j', (message, flags, told) => {
    expect(withCallable(message, facts({ env: npx, argv: ['node', 'x', 'plan', ...flags] }))).toBe(told);
  });
});

describe('shellWord', () => {
  onlyWith('bash', it)('writes a word that a shell gives back as it was', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 40 }), (given) => {
        const words = given.map((word) => word.replaceAll('\0', 'x'));
        const script = `printf '%s\\0' ${words.map(shellWord).join(' ')}`;
        expect(execFileSync('bash', ['-c', script]).toString().split('\0').slice(0, -1)).toEqual(words);
      }),
      { numRuns: 20 },
    );
  });
});
