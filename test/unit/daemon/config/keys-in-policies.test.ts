import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../../daemon/config/load.ts';
import { tempFolder } from '../../../support/temp-folder.ts';
import { onlyWith } from '../../../support/optional-tool.ts';

/** What is said of a config with this URL and these allowed signers; both from the folder of the config. */
function problemsWith(folder: string, url: string, allowedSigners: string): string[] {
  const file = path.join(folder, 'config.yaml');
  const verify = `verify: {mode: head, allowedSigners: ${allowedSigners}}`;
  const auth = isSsh(url) ? 'auth: {sshKeyFile: key, knownHostsFile: hosts}, ' : '';
  writeFileSync(
    file,
    `reconcile: {mode: observe}\npolicies: {source: git, git: {url: '${url}', ${auth}${verify}}}\n`,
  );
  const config = loadConfig(file);
  return config.ok ? [] : config.error.map(({ code, line, message }) => `${line} ${code} ${message}`);
}

const isSsh = (url: string): boolean => /^ssh:|^\w+@/.test(url);

const git = (folder: string, ...args: readonly string[]): void => {
  execFileSync('git', args, { cwd: folder, stdio: 'ignore' });
};

/** A work tree with a file of allowed signers, and this remote. */
async function workTree(remote: string | null): Promise<{ folder: string; tree: string }> {
  const folder = await tempFolder();
  const tree = path.join(folder, 'tree');
  mkdirSync(path.join(tree, 'keys'), { recursive: true });
  writeFileSync(path.join(tree, 'keys', 'signers'), '');
  git(tree, 'init', '--quiet');
  if (remote !== null) git(tree, 'remote', 'add', 'origin', remote);
  return { folder, tree };
}

const GUARDS = expect.stringMatching(
  /^2 keys-in-policies the file lies in \S+tree, the repository that it guards/,
) as string;

onlyWith('git', describe)('allowed signers in the repository that they guard', () => {
  it.each([
    ['https://git.example.com/team/policies.git', 'https://git.example.com/team/policies.git'],
    ['https://git.example.com/team/policies.git', 'git@git.example.com:team/policies'],
    ['ssh://git@git.example.com:2222/team/policies', 'https://Git.Example.com/team/policies.git/'],
    ['git@git.example.com:team/policies.git', 'https://user@git.example.com/team/policies'],
  ])('are refused for %s in a copy whose remote is %s', async (url, remote) => {
    const { folder } = await workTree(remote);
    expect(problemsWith(folder, url, 'tree/keys/signers')).toEqual([GUARDS]);
  });

  it.each([
    ['https://git.example.com/team/policies.git', 'https://git.example.com/team/keys.git'],
    ['https://git.example.com/team/policies.git', 'https://other.example.com/team/policies.git'],
    ['https://git.example.com/team/policies.git', '../policies.git'],
    ['https://git.example.com/team/policies.git', null],
  ])('are taken for %s from a repository whose remote is %s', async (url, remote) => {
    const { folder } = await workTree(remote);
    expect(problemsWith(folder, url, 'tree/keys/signers')).toEqual([]);
  });

  it('are refused in the local repository itself, also where they are not there yet', async () => {
    const { folder } = await workTree(null);
    expect(problemsWith(folder, 'tree', 'tree/keys/signers')).toEqual([GUARDS]);
    expect(problemsWith(folder, `file://${folder}/tree`, 'tree/keys/none')).toEqual([GUARDS]);
  });

  it('are refused in a copy of the local repository', async () => {
    const { folder } = await workTree(null);
    git(folder, 'init', '--quiet', '--bare', 'remote.git');
    git(path.join(folder, 'tree'), 'remote', 'add', 'origin', '../remote.git');
    expect(problemsWith(folder, 'remote.git', 'tree/keys/signers')).toEqual([GUARDS]);
  });

  it('are refused behind a symbolic link', async () => {
    const { folder, tree } = await workTree('https://git.example.com/team/policies.git');
    symlinkSync(path.join(tree, 'keys', 'signers'), path.join(folder, 'signers'));
    expect(problemsWith(folder, 'https://git.example.com/team/policies.git', 'signers')).toEqual([GUARDS]);
  });

  it('are refused in a further work tree', async () => {
    const { folder, tree } = await workTree('https://git.example.com/team/policies.git');
    const who = ['-c', 'user.name=Test', '-c', 'user.email=test@example.com'];
    git(tree, ...who, 'commit', '--quiet', '--allow-empty', '--message=test');
    git(tree, 'worktree', 'add', '--quiet', path.join(folder, 'second-tree'));
    const problems = problemsWith(folder, 'https://git.example.com/team/policies.git', 'second-tree/signers');
    expect(problems).toEqual([GUARDS]);
  });
});
