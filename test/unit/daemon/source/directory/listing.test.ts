import { execFileSync } from 'node:child_process';
import { appendFile, mkdir, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  FOLDER_BOUNDS,
  isSameListing,
  listPolicyFiles,
} from '../../../../../daemon/source/directory/listing.ts';
import { tempFolder, writeFiles } from '../../../../support/temp-folder.ts';

const pathsIn = async (root: string) => (await listPolicyFiles(root)).files.map((file) => file.path);
const codesIn = async (root: string, bounds = FOLDER_BOUNDS) =>
  (await listPolicyFiles(root, bounds)).unreadable.map(({ path, problem }) => [path, problem.code]);

describe('which files are policies', () => {
  it('takes yaml and yml at any depth, in order of path, and leaves hidden names and others out', async () => {
    const root = await tempFolder({
      'b.yml': '',
      'a.yaml': '',
      'UPPER.YAML': '',
      'team/x.yaml': '',
      'team/deep/y.yml': '',
      'team.yaml': '',
      'README.md': '',
      'a.yaml.bak': '',
      yaml: '',
      '.hidden.yaml': '',
      '.git/config.yaml': '',
      'team/.cache/z.yaml': '',
    });
    expect(await pathsIn(root)).toEqual([
      'UPPER.YAML',
      'a.yaml',
      'b.yml',
      'team.yaml',
      'team/deep/y.yml',
      'team/x.yaml',
    ]);
  });

  it('shows files below the folder as it was named', async () => {
    const root = await tempFolder({ 'policies/team/x.yaml': '' });
    const shown = path.relative(process.cwd(), path.join(root, 'policies'));
    expect((await listPolicyFiles(shown)).files[0]?.file).toBe(path.join(shown, 'team', 'x.yaml'));
  });

  it('takes a single file by its name alone', async () => {
    const root = await tempFolder({ 'only.txt': '', 'other.yaml': '' });
    const listing = await listPolicyFiles(path.join(root, 'only.txt'));
    expect(listing.files.map(({ path, file }) => [path, file])).toEqual([
      ['only.txt', path.join(root, 'only.txt')],
    ]);
  });
});

describe('symbolic links', () => {
  it('reads a mounted ConfigMap once', async () => {
    const root = await tempFolder({ '..2026_01/web.yaml': '1', '..2026_01/db.yaml': '1' });
    await symlink('..2026_01', path.join(root, '..data'));
    await symlink('..data/web.yaml', path.join(root, 'web.yaml'));
    await symlink('..data/db.yaml', path.join(root, 'db.yaml'));
    expect(await pathsIn(root)).toEqual(['db.yaml', 'web.yaml']);
    expect(await codesIn(root)).toEqual([]);
  });

  it('ends in circles of folders, and takes each real file once', async () => {
    const root = await tempFolder({ 'team/x.yaml': '' });
    await symlink('..', path.join(root, 'team', 'up'));
    await symlink('.', path.join(root, 'team', 'here'));
    await symlink('x.yaml', path.join(root, 'team', 'y.yaml'));
    expect(await pathsIn(root)).toEqual(['team/x.yaml']);
    expect(await codesIn(root)).toEqual([]);
  });

  it('refuses links that lead out of the folder, to files and to folders', async () => {
    const root = await tempFolder({
      'in/a.yaml': '',
      'out/secret': 'token',
      'out/b.yaml': '',
      'out/c.txt': '',
    });
    const folder = path.join(root, 'in');
    await symlink('../out/secret', path.join(folder, 'leak.yaml'));
    await symlink('../out', path.join(folder, 'more'));
    await symlink('../out/c.txt', path.join(folder, 'readme.txt'));
    expect(await pathsIn(folder)).toEqual(['a.yaml']);
    expect(await codesIn(folder)).toEqual([
      ['leak.yaml', 'policy-link-outside'],
      ['more', 'policy-link-outside'],
    ]);
  });

  it.each([
    ['a file', 'gone.yaml', 'missing.yaml'],
    ['what may have been a folder', 'gone', 'missing'],
    ['itself', 'self.yaml', 'self.yaml'],
  ])('never takes a link to %s that is not there for nothing', async (_, name, target) => {
    const root = await tempFolder({ 'a.yaml': '' });
    await symlink(target, path.join(root, name));
    expect(await codesIn(root)).toEqual([[name, 'policy-unreadable']]);
    expect(await pathsIn(root)).toEqual(['a.yaml']);
  });

  it('follows a root that is a link, also one that leads elsewhere', async () => {
    const root = await tempFolder({ 'releases/5/a.yaml': '' });
    await symlink('releases/5', path.join(root, 'current'));
    expect(await pathsIn(path.join(root, 'current'))).toEqual(['a.yaml']);
  });
});

describe('what cannot be read is said, never taken for empty', () => {
  it('a missing root', async () => {
    const root = path.join(await tempFolder(), 'nowhere');
    const [trouble] = (await listPolicyFiles(root)).unreadable;
    expect(trouble).toMatchObject({ path: '', problem: { code: 'policies-unreadable', file: root } });
    expect(trouble?.problem.message).toContain('ENOENT');
  });

  it('a pipe that is called like a policy', async () => {
    const root = await tempFolder({ 'a.yaml': '' });
    execFileSync('mkfifo', [path.join(root, 'pipe.yaml')]);
    expect(await codesIn(root)).toEqual([['pipe.yaml', 'policy-not-a-file']]);
  });

  it('a root that is a pipe', async () => {
    const pipe = path.join(await tempFolder(), 'pipe.yaml');
    execFileSync('mkfifo', [pipe]);
    expect(await codesIn(pipe)).toEqual([['', 'policy-not-a-file']]);
  });
});

describe('bounds', () => {
  const bounds = { maxEntries: 10, maxFiles: 3, maxDepth: 2 };

  it.each([
    ['files', { 'a.yaml': '', 'b.yaml': '', 'c.yaml': '', 'd.yaml': '' }],
    ['names', Object.fromEntries(Array.from({ length: 11 }, (_, i) => [`note-${i}.txt`, '']))],
  ])('too many %s make the whole folder unreadable', async (_, files) => {
    const root = await tempFolder(files);
    expect(await codesIn(root, bounds)).toEqual([['', 'policies-too-many']]);
    expect((await listPolicyFiles(root, bounds)).files).toEqual([]);
  });

  it('a folder that lies too deep is unreadable, its siblings are not', async () => {
    const root = await tempFolder({ '1/2/a.yaml': '', '1/2/3/b.yaml': '' });
    expect(await codesIn(root, bounds)).toEqual([['1/2/3', 'policies-too-deep']]);
    expect((await listPolicyFiles(root, bounds)).files.map((file) => file.path)).toEqual(['1/2/a.yaml']);
  });

  it('holds exactly at the bound', async () => {
    const root = await tempFolder({ 'a.yaml': '', 'b.yaml': '', '1/2/c.yaml': '' });
    expect(await codesIn(root, bounds)).toEqual([]);
  });
});

describe('a listing', () => {
  const TIME = new Date('2026-01-01T00:00:00Z');

  it('is the same when nothing changed', async () => {
    const root = await tempFolder({ 'a.yaml': 'one', 'team/b.yaml': '' });
    expect(isSameListing(await listPolicyFiles(root), await listPolicyFiles(root))).toBe(true);
  });

  it.each<[string, (root: string) => Promise<unknown>]>([
    ['a file grows', (root) => appendFile(path.join(root, 'a.yaml'), 'more')],
    [
      'a file gets other content of the same size and time',
      async (root) => {
        await writeFile(path.join(root, 'a.yaml'), 'two');
        await utimes(path.join(root, 'a.yaml'), TIME, TIME);
      },
    ],
    [
      'a file of the same size and time is moved over it',
      async (root) => {
        await writeFile(path.join(root, 'new'), 'two');
        await utimes(path.join(root, 'new'), TIME, TIME);
        await rename(path.join(root, 'new'), path.join(root, 'a.yaml'));
      },
    ],
    ['a file is added', (root) => writeFiles(root, { 'z.yaml': '' })],
    ['a file is removed', (root) => rm(path.join(root, 'a.yaml'))],
    ['a file is renamed', (root) => rename(path.join(root, 'a.yaml'), path.join(root, 'b.yaml'))],
    ['a dead link appears', (root) => symlink('nothing', path.join(root, 'dead'))],
    [
      'the folder is made again',
      async (root) => {
        await rename(root, `${root}-old`);
        await mkdir(root);
        await rename(path.join(`${root}-old`, 'a.yaml'), path.join(root, 'a.yaml'));
        await rm(`${root}-old`, { recursive: true });
      },
    ],
  ])('changes when %s', async (_, change) => {
    const root = await tempFolder({ 'a.yaml': 'one' });
    await utimes(path.join(root, 'a.yaml'), TIME, TIME);
    const before = await listPolicyFiles(root);
    await change(root);
    // What was known of files before must not be taken for what they are now.
    const after = await listPolicyFiles(root, FOLDER_BOUNDS, before.files);
    expect(isSameListing(before, after)).toBe(false);
    expect(isSameListing(await listPolicyFiles(root), after)).toBe(true);
  });

  it('does not change for files that are no policies', async () => {
    const root = await tempFolder({ 'a.yaml': '' });
    const before = await listPolicyFiles(root);
    await writeFiles(root, { 'README.md': 'x', '.a.yaml.swp': 'x' });
    expect(isSameListing(await listPolicyFiles(root), before)).toBe(true);
  });

  it('shows a file as it is named now, which was the whole before the folder around it was', async () => {
    const root = await tempFolder({ 'policies/a.yaml': 'one' });
    const link = path.join(root, 'a.yaml');
    await symlink('policies/a.yaml', link);
    const before = await listPolicyFiles(link);
    await rm(link);
    await symlink('policies', link);
    const after = await listPolicyFiles(link, FOLDER_BOUNDS, before.files);
    expect(after.files).toEqual((await listPolicyFiles(link)).files);
  });
});
