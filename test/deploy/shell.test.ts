// Every shell script of the repository, by shellcheck.
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { onlyWith } from '../support/optional-tool.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const FOLDERS = ['.ci', 'deploy', 'examples', 'scripts'];

onlyWith('shellcheck', onlyWith('git', test))('shellcheck has nothing to say about our scripts', () => {
  const files = execFileSync('git', ['ls-files', ...FOLDERS], { cwd: ROOT, encoding: 'utf8' }).split('\n');
  const scripts = files.filter((file) => file !== '' && isShell(file));
  expect(scripts).toContain('.ci/run');
  const check = (args: readonly string[], input = '') =>
    spawnSync('shellcheck', args, { cwd: ROOT, input, encoding: 'utf8' });
  expect(check(['--severity=style', ...scripts]).stdout).toBe('');
  expect(check(['-'], '#!/bin/sh\nrm -rf $1/*\n').stdout).toContain('SC2086');
});

const isShell = (file: string): boolean =>
  /^#!.*\b(ba)?sh$/.test(readFileSync(path.join(ROOT, file), 'utf8').split('\n', 1)[0] ?? '');
