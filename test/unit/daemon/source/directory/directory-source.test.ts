import { chmod, readFile, realpath, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createDirectorySource } from '../../../../../daemon/source/directory/directory-source.ts';
import { DEFAULT_POLICY_LIMITS } from '../../../../../daemon/config/sections/policies-schema.ts';
import type { LoadedPolicies } from '../../../../../daemon/source/source.ts';
import { GIT_ENVIRONMENT, GitRepository } from '../../../../support/git-repository.ts';
import { onlyWith } from '../../../../support/optional-tool.ts';
import { tempFolder, writeFiles } from '../../../../support/temp-folder.ts';

const load = (folder: string, environment = GIT_ENVIRONMENT) =>
  createDirectorySource({ path: folder, environment }).load();

const textsOf = (loaded: LoadedPolicies) => loaded.files.map(({ bytes }) => Buffer.from(bytes).toString());

const DIRTY = (commit: string) => new RegExp(`^${commit}-dirty-[0-9a-f]{8}$`);

describe('revision outside of git', () => {
  it('is a short hash of the content', async () => {
    const loaded = await load(await tempFolder({ 'a.yaml': 'one' }));
    expect(loaded.revision).toMatch(/^sha256:[0-9a-f]{16}$/);
    expect(loaded.content).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(loaded.content.startsWith(loaded.revision)).toBe(true);
    expect(loaded).toMatchObject({ commit: null, dirty: false });
  });

  it('is the same for the same files in another place, written at another time', async () => {
    const files = { 'a.yaml': 'one', 'team/b.yaml': 'two' };
    const first = await load(await tempFolder(files));
    const second = await load(await tempFolder(files));
    expect(second.content).toBe(first.content);
  });

  it.each([
    ['a text', { 'a.yaml': 'one!', 'b.yaml': 'two' }],
    ['a name', { 'a.yaml': 'one', 'c.yaml': 'two' }],
    ['the border between two files', { 'a.yaml': 'onet', 'b.yaml': 'wo' }],
    ['what looks like a border', { 'a.yaml': 'one["b.yaml"]two' }],
    ['the number of files', { 'a.yaml': 'one' }],
  ])('changes with %s', async (_, files) => {
    const first = await load(await tempFolder({ 'a.yaml': 'one', 'b.yaml': 'two' }));
    const second = await load(await tempFolder(files));
    expect(second.revision).not.toBe(first.revision);
  });

  onlyWith('git', it)('needs no git on the machine', async () => {
    const folder = await tempFolder({ 'a.yaml': 'one' });
    new GitRepository(folder).commit();
    const loaded = await load(folder, { PATH: '/nowhere' });
    expect(loaded.commit).toBeNull();
    expect(loaded.revision).toMatch(/^sha256:/);
  });
});

onlyWith('git', describe)('revision in a git work tree', () => {
  async function repository(files: Readonly<Record<string, string>> = { 'policies/a.yaml': 'one' }) {
    const folder = await tempFolder(files);
    const git = new GitRepository(folder);
    return { folder, git, commit: git.commit(), policies: path.join(folder, 'policies') };
  }

  it('is the commit when the files are as committed', async () => {
    const { policies, commit } = await repository();
    expect(await load(policies)).toMatchObject({ revision: commit, commit, dirty: false });
  });

  it('is the content hash before the first commit', async () => {
    const folder = await tempFolder({ 'a.yaml': 'one' });
    new GitRepository(folder);
    expect((await load(folder)).revision).toMatch(/^sha256:/);
  });

  it('holds for a folder with spaces and letters of any alphabet', async () => {
    const { folder, commit } = await repository({ 'regeln für 生产/ä b.yaml': 'one' });
    const policies = path.join(folder, 'regeln für 生产');
    expect((await load(policies)).revision).toBe(commit);
    await writeFiles(policies, { 'neu é.yaml': 'two' });
    expect((await load(policies)).revision).toMatch(DIRTY(commit));
  });

  it.each<[string, (folder: string) => Promise<unknown>]>([
    ['a file is edited', (folder) => writeFiles(folder, { 'policies/a.yaml': 'two' })],
    ['a file is added', (folder) => writeFiles(folder, { 'policies/b.yaml': 'two' })],
    ['a folder is added', (folder) => writeFiles(folder, { 'policies/team/b.yaml': 'two' })],
    ['a file is removed', (folder) => rm(path.join(folder, 'policies/b-committed.yaml'))],
    ['an ignored policy is added', (folder) => writeFiles(folder, { 'policies/ignored/b.yaml': 'two' })],
    [
      'an edit is staged',
      async (folder) => {
        await writeFiles(folder, { 'policies/a.yaml': 'two' });
        new GitRepository(folder).run('add', '--all');
      },
    ],
    [
      'a file becomes a link',
      async (folder) => {
        await rm(path.join(folder, 'policies/a.yaml'));
        await symlink('b-committed.yaml', path.join(folder, 'policies/a.yaml'));
      },
    ],
    [
      'a link brings in a file from a hidden folder',
      async (folder) => {
        await writeFiles(folder, { 'policies/.new/b.yaml': 'two' });
        await symlink('.new', path.join(folder, 'policies/new'));
      },
    ],
    [
      'a link to a committed hidden folder is added',
      (folder) => symlink('.kept', path.join(folder, 'policies/kept')),
    ],
  ])('is dirty when %s', async (_, change) => {
    const { folder, policies, commit } = await repository({
      '.gitignore': 'ignored/\n',
      'policies/a.yaml': 'one',
      'policies/b-committed.yaml': 'one',
      'policies/.kept/c.yaml': 'one',
    });
    await change(folder);
    const loaded = await load(policies);
    expect(loaded.revision).toMatch(DIRTY(commit));
    expect(loaded).toMatchObject({ commit, dirty: true });
    expect(loaded.revision.endsWith(loaded.content.slice('sha256:'.length, 'sha256:'.length + 8))).toBe(true);
  });

  it.each<[string, (folder: string) => Promise<unknown>]>([
    ['files elsewhere change', (folder) => writeFiles(folder, { 'src/main.ts': 'x', 'README.md': 'edited' })],
    ['untracked files are no policies', (folder) => writeFiles(folder, { 'policies/notes.txt': 'x' })],
    ['untracked policies are hidden', (folder) => writeFiles(folder, { 'policies/.draft.yaml': 'x' })],
    ['only times change', (folder) => writeFile(path.join(folder, 'policies/a.yaml'), 'one')],
  ])('stays the commit when %s', async (_, change) => {
    const { folder, policies, commit } = await repository({ 'policies/a.yaml': 'one', 'README.md': 'x' });
    await change(folder);
    expect((await load(policies)).revision).toBe(commit);
  });

  it('follows the next commit', async () => {
    const { git, policies } = await repository();
    await writeFiles(policies, { 'a.yaml': 'two' });
    const next = git.commit();
    expect((await load(policies)).revision).toBe(next);
  });

  it('runs nothing that the repository names, and keeps our environment from git', async () => {
    const { folder, git, policies, commit } = await repository();
    const trace = path.join(folder, 'trace');
    const hook = path.join(folder, 'monitor.sh');
    await writeFile(hook, `#!/bin/sh\nenv > '${trace}'\n`);
    await chmod(hook, 0o755);
    git.run('config', 'core.fsmonitor', hook);
    const environment = { ...GIT_ENVIRONMENT, GIT_DIR: '/nowhere', ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'x' };
    expect((await load(policies, environment)).revision).toBe(commit);
    await expect(rm(trace)).rejects.toThrow('ENOENT');
  });

  it('leaves the index of git alone', async () => {
    const { folder, policies, commit } = await repository();
    const index = path.join(folder, '.git', 'index');
    const before = await readFile(index);
    await utimes(path.join(policies, 'a.yaml'), new Date(0), new Date(0));
    expect((await load(policies)).revision).toBe(commit);
    expect(await readFile(index)).toEqual(before);
  });
});

describe('load', () => {
  it('answers the readable files beside what is unreadable', async () => {
    const folder = await tempFolder({ 'a.yaml': 'one' });
    await symlink('gone', path.join(folder, 'b.yaml'));
    const loaded = await load(folder);
    expect(loaded.files.map((file) => file.path)).toEqual(['a.yaml']);
    expect(loaded.unreadable.map((trouble) => trouble.path)).toEqual(['b.yaml']);
  });

  it('reads everything again each time', async () => {
    const folder = await tempFolder({ 'a.yaml': 'one' });
    const source = createDirectorySource({ path: folder, environment: GIT_ENVIRONMENT });
    expect(textsOf(await source.load())).toEqual(['one']);
    await writeFiles(folder, { 'a.yaml': 'two' });
    expect(textsOf(await source.load())).toEqual(['two']);
  });
});

describe('what git knows of each file', () => {
  onlyWith('git', it)(
    'is the commit, the index or nothing, and what is not in the commit is listed',
    async () => {
      const folder = await tempFolder({
        'a.yaml': 'a',
        'b.yaml': 'b',
        'c.yaml': 'c',
        'gone.yaml': 'g',
        'x.md': 'x',
      });
      const git = new GitRepository(folder);
      git.commit();
      await writeFiles(folder, { 'b.yaml': 'staged', 'c.yaml': 'staged', 'new.yaml': 'n', 'x.md': 'y' });
      git.run('add', 'b.yaml', 'c.yaml');
      await writeFiles(folder, {
        'c.yaml': 'and changed',
        '.hidden.yaml': 'h',
        '.gitignore': 'ignored.yaml',
      });
      await writeFiles(folder, { 'ignored.yaml': 'i' });
      await rm(path.join(folder, 'gone.yaml'));
      const loaded = await load(folder);
      expect(loaded.files.map((file) => [file.path, file.inGit])).toEqual([
        ['a.yaml', 'commit'],
        ['b.yaml', 'index'],
        ['c.yaml', null],
        ['ignored.yaml', null],
        ['new.yaml', null],
      ]);
      const names = ['b.yaml', 'c.yaml', 'gone.yaml', 'ignored.yaml', 'new.yaml'];
      expect(loaded.uncommitted).toEqual(names.map((name) => path.join(folder, name)));
      expect(loaded.atCommit).toBeNull();
    },
  );

  onlyWith('git', it)('of a folder in an untracked folder is nothing', async () => {
    const root = await tempFolder({ 'README.md': 'x' });
    new GitRepository(root).commit();
    await writeFiles(root, { 'policies/team/a.yaml': 'a' });
    const loaded = await load(path.join(root, 'policies'));
    expect(loaded.files.map(({ inGit }) => inGit)).toEqual([null]);
    expect(loaded.uncommitted).toEqual([path.join(root, 'policies/team/a.yaml')]);
  });
});

describe('the files of the commit', () => {
  const atCommit = async (folder: string) => {
    const source = createDirectorySource({ path: folder, environment: GIT_ENVIRONMENT, readsCommit: true });
    return (await source.load()).atCommit;
  };

  onlyWith('git', it)('are read as it has them, where the work tree differs', async () => {
    const root = await tempFolder({
      'policies/a.yaml': 'one\n',
      'policies/team/ü b.yml': '',
      'other.yaml': 'x',
    });
    const folder = path.join(root, 'policies');
    const git = new GitRepository(root);
    git.commit();
    expect(await atCommit(folder)).toBeNull();
    await rm(path.join(folder, 'team'), { recursive: true });
    await writeFiles(folder, { 'a.yaml': 'two', 'new.yaml': 'n' });
    const files = (await atCommit(folder))?.files;
    expect(files?.map(({ file, bytes }) => [file, Buffer.from(bytes).toString()])).toEqual([
      [path.join(folder, 'a.yaml'), 'one\n'],
      [path.join(folder, 'team/ü b.yml'), ''],
    ]);
  });

  onlyWith('git', it)('are those of the one file that is named', async () => {
    const root = await tempFolder({ 'a.yaml': 'one', 'b.yaml': 'other' });
    new GitRepository(root).commit();
    await writeFiles(root, { 'a.yaml': 'two', 'b.yaml': 'two' });
    const files = (await atCommit(path.join(root, 'a.yaml')))?.files;
    expect(files?.map(({ path, bytes }) => [path, Buffer.from(bytes).toString()])).toEqual([
      ['a.yaml', 'one'],
    ]);
  });

  onlyWith('git', it)('that are links count as unreadable', async () => {
    const root = await tempFolder({ 'a.yaml': 'one' });
    await symlink('a.yaml', path.join(root, 'b.yaml'));
    new GitRepository(root).commit();
    await writeFiles(root, { 'a.yaml': 'two' });
    const folder = await atCommit(root);
    expect(folder?.unreadable.map(({ path, problem }) => [path, problem.code])).toEqual([
      ['b.yaml', 'policy-not-a-file'],
    ]);
  });
});

onlyWith('git', it)('warns of a checkout that git refuses, with the line that helps', async () => {
  const root = await tempFolder({ 'a.yaml': 'one' });
  new GitRepository(root).commit();
  // Git's own way to try this without another user.
  const environment = { PATH: `${await folderOfRefusingGit()}:${process.env.PATH ?? ''}` };
  const loaded = await createDirectorySource({ path: root, environment }).load();
  expect(loaded).toMatchObject({
    commit: null,
    warnings: [{ severity: 'warning', code: 'checkout-refused' }],
  });
  const real = await realpath(root);
  expect(loaded.warnings[0]?.hint).toContain(`git config --global --add safe.directory ${real}`);
});

/** A git for which every repository belongs to someone else. */
async function folderOfRefusingGit(): Promise<string> {
  const script = `#!/bin/sh\nPATH="${process.env.PATH ?? ''}" GIT_TEST_ASSUME_DIFFERENT_OWNER=1 exec git "$@"\n`;
  const folder = await tempFolder({ git: script });
  await chmod(path.join(folder, 'git'), 0o755);
  return folder;
}

it('a folder of more files than policies.limits allows is unreadable, which a watch tells, as it does its end', async () => {
  const folder = await tempFolder({ 'a.yaml': 'one' });
  const limits = { ...DEFAULT_POLICY_LIMITS, files: 1 };
  const timings = { pollMs: 20, quietMs: 1, maxBurstMs: 5 };
  const source = createDirectorySource({ path: folder, environment: GIT_ENVIRONMENT, limits, timings });
  const codesOf = async () => (await source.load()).unreadable.map(({ problem }) => problem.code);
  expect(await codesOf()).toEqual([]);
  let tell = (): void => undefined;
  const change = () => new Promise<void>((resolve) => (tell = resolve));
  const watcher = await source.watch(() => tell());
  const grown = change();
  await writeFiles(folder, { 'b.yaml': 'two' });
  await grown;
  expect(await codesOf()).toEqual(['policies-too-many']);
  const shrunk = change();
  await rm(path.join(folder, 'b.yaml'));
  await shrunk;
  expect(await codesOf()).toEqual([]);
  await watcher.close();
});
