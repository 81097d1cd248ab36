// When git is asked at all.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isRepositoryAround } from '../../../../../daemon/source/git/repository-around.ts';

let top: string;
let folder: string;

beforeEach(() => {
  top = realpathSync(mkdtempSync(join(tmpdir(), 'rampart-around-')));
  folder = join(top, 'a', 'b');
  mkdirSync(folder, { recursive: true });
});
afterEach(() => rmSync(top, { recursive: true }));

describe('a folder', () => {
  it('lies in no repository where nothing around it is one', async () => {
    expect(await isRepositoryAround(folder)).toBe(false);
  });

  it('may lie in one that is a few folders above it', async () => {
    mkdirSync(join(top, '.git'));
    expect(await isRepositoryAround(folder)).toBe(true);
  });

  it('may lie in a work tree, whose `.git` is a file', async () => {
    writeFileSync(join(folder, '.git'), 'gitdir: elsewhere\n');
    expect(await isRepositoryAround(folder)).toBe(true);
  });

  it('that is gone lies in the repository that was around it', async () => {
    mkdirSync(join(top, '.git'));
    expect(await isRepositoryAround(join(folder, 'gone'))).toBe(true);
    expect(await isRepositoryAround(join(folder, 'gone', 'too'))).toBe(true);
  });
});
