// A verified commit approves what the brake holds, through the built daemon: the word of another person than the one who
// made the change, and once.
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { GitEstate } from '../support/git-estate.ts';
import { makeSshKey, type SshKey } from '../support/signed-repository.ts';
import type { RampartProcess } from '../support/rampart.ts';
import { onlyWith } from '../support/optional-tool.ts';

const testSigned = onlyWith('ssh-keygen', test);

let estate: GitEstate;
let alice: SshKey;
let bob: SshKey;

beforeEach(async () => {
  estate = await GitEstate.open();
  alice = makeSshKey(estate.workspace.folder, 'alice');
  bob = makeSshKey(estate.workspace.folder, 'bob');
  const signers = [`alice ${alice.publicKey}`, `bob ${bob.publicKey}`, ''].join('\n');
  estate.workspace.write('allowed_signers', signers);
  const file = path.join(estate.workspace.folder, 'allowed_signers');
  estate.configure({ git: `verify: {mode: strict, allowedSigners: "${file}"}` });
  const config = path.join(estate.workspace.folder, 'config.yaml');
  execFileSync('sed', ['-i', 's/brake: off/brake: {groups: 0}/', config]);
});
afterEach(() => estate.close());

/** Signs what `push` would commit. */
function signed(by: SshKey, message: string): string {
  const as = ['-c', 'gpg.format=ssh', '-c', `user.signingkey=${by.signWith}`];
  estate.clone.run(...as, 'commit', '--quiet', '--allow-empty', '--amend', '-S', '-m', message);
  estate.clone.run('push', '--quiet', '--force', 'origin', 'HEAD:main');
  return estate.clone.run('rev-parse', 'HEAD');
}

function approving(by: SshKey): string {
  const hash = estate.clone.run('rev-parse', 'HEAD:policies');
  estate.clone.run('commit', '--quiet', '--allow-empty', '-m', 'x');
  return signed(by, `Seen\n\nRampart-Approve: ${hash}`);
}

/** All that the group lets in would be gone. */
async function heldByTheBrake(): Promise<RampartProcess> {
  estate.pushPorts(80, 443, 8080, 8443);
  signed(alice, 'first');
  const daemon = estate.start();
  await daemon.event('group.converged');
  estate.push({ 'policies/web.yaml': 'version: 1\ngroups: []\n' });
  signed(alice, 'nothing any more');
  await daemon.event('policies.held', { reason: 'brake' });
  return daemon;
}

testSigned('an empty commit of another signer lets a held revision go on', async () => {
  const daemon = await heldByTheBrake();
  const from = daemon.lines.length;
  const commit = approving(bob);
  await daemon.event('policies.loaded', { revision: commit }, from);
  expect(await daemon.event('plan.approved', {}, from)).toMatchObject({ by: 'signer bob' });
});

testSigned('the one who made the change cannot approve it', async () => {
  const daemon = await heldByTheBrake();
  const commit = approving(alice);
  const held = await daemon.event('policies.held', { revision: commit });
  expect(held).toMatchObject({ reason: 'brake' });
  expect(daemon.lines.some(({ event }) => event === 'plan.approved')).toBe(false);
});

testSigned('approve --ahead takes the hash of the policies of a commit, and no beginning of it', async () => {
  estate.pushPorts(443);
  signed(alice, 'first');
  const daemon = estate.start();
  await daemon.event('group.converged');
  const hash = estate.clone.run('rev-parse', 'HEAD:policies');
  const ahead = (text: string) =>
    estate.workspace.run(['approve', text, '--ahead', '--reason', 'reviewed before it is pushed']);
  const beginning = await ahead(hash.slice(0, 39));
  expect(beginning).toMatchObject({ code: 1, stdout: '' });
  expect(beginning.stderr).toContain('40 of the policies of a commit');
  expect(await ahead(hash)).toMatchObject({ code: 0 });
});

testSigned('the one who made a part of the change cannot approve it', async () => {
  const daemon = await heldByTheBrake();
  estate.clone.run('commit', '--quiet', '--allow-empty', '-m', 'x');
  signed(bob, 'harmless');
  const commit = approving(alice);
  await daemon.event('policies.held', { revision: commit });
  expect(daemon.lines.some(({ event }) => event === 'plan.approved')).toBe(false);
  expect(await estate.ports()).toEqual([80, 443, 8080, 8443]);
});

testSigned('a merge that makes the change itself does not approve it', async () => {
  estate.pushPorts(80, 443, 8080, 8443);
  const first = signed(alice, 'first');
  const daemon = estate.start();
  await daemon.event('group.converged');
  estate.push({ 'README.md': 'more' });
  const other = signed(bob, 'harmless');
  const emptied = estate.clone.feed('version: 1\ngroups: []\n', 'hash-object', '-w', '--stdin');
  const policies = estate.clone.feed(`100644 blob ${emptied}\tweb.yaml\n`, 'mktree');
  const top = estate.clone.feed(`040000 tree ${policies}\tpolicies\n`, 'mktree');
  const as = ['-c', 'gpg.format=ssh', '-c', `user.signingkey=${alice.signWith}`];
  const message = `Merge\n\nRampart-Approve: ${policies}`;
  const merge = estate.clone.run(...as, 'commit-tree', '-S', '-p', other, '-p', first, '-m', message, top);
  estate.clone.run('push', '--quiet', '--force', 'origin', `${merge}:refs/heads/main`);
  await daemon.event('policies.held', { revision: merge });
  expect(daemon.lines.some(({ event }) => event === 'plan.approved')).toBe(false);
  expect(await estate.ports()).toEqual([80, 443, 8080, 8443]);
});

testSigned('plan tells that the newest commit approves what the brake holds', async () => {
  const daemon = await heldByTheBrake();
  await daemon.stop();
  const commit = approving(bob);
  const planned = await estate.workspace.run(['plan']);
  expect(planned.stderr).toContain(`commit ${commit.slice(0, 12)}, signed by bob, approves it`);
});

testSigned('where signed tags are followed, the commit that a tag leads to approves', async () => {
  const file = path.join(estate.workspace.folder, 'allowed_signers');
  estate.configure({ git: `ref: "refs/tags/v*", verify: {mode: tag, allowedSigners: "${file}"}` });
  const config = path.join(estate.workspace.folder, 'config.yaml');
  execFileSync('sed', ['-i', 's/brake: off/brake: {groups: 0}/', config]);
  const tag = (name: string) => {
    const as = ['-c', 'gpg.format=ssh', '-c', `user.signingkey=${alice.signWith}`];
    estate.clone.run(...as, 'tag', '-s', '-m', name, name);
    estate.clone.run('push', '--quiet', 'origin', `refs/tags/${name}`);
  };
  estate.pushPorts(80, 443, 8080, 8443);
  signed(alice, 'first');
  tag('v1.0.0');
  const daemon = estate.start();
  await daemon.event('group.converged');
  estate.push({ 'policies/web.yaml': 'version: 1\ngroups: []\n' });
  signed(alice, 'nothing any more');
  tag('v1.1.0');
  await daemon.event('policies.held', { reason: 'brake' });
  const from = daemon.lines.length;
  const commit = approving(bob);
  tag('v1.2.0');
  await daemon.event('policies.loaded', { revision: commit, tag: 'refs/tags/v1.2.0' }, from);
  expect(await daemon.event('plan.approved', {}, from)).toMatchObject({ by: 'signer bob' });
});

testSigned('an old approving commit does not let history be rewound to it', async () => {
  const daemon = await heldByTheBrake();
  const old = approving(bob);
  await daemon.event('policies.loaded', { revision: old });
  estate.pushPorts(80, 443, 8080, 8443);
  const newest = signed(alice, 'on again');
  await daemon.event('policies.loaded', { revision: newest });
  const from = daemon.lines.length;
  estate.clone.run('push', '--quiet', '--force', 'origin', `${old}:refs/heads/main`);
  await daemon.event('policies.held', { reason: 'not-a-descendant', commit: old }, from);
  await daemon.event('group.converged', { revision: newest }, from);
  expect(await estate.ports()).toEqual([80, 443, 8080, 8443]);
});
