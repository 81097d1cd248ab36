// Policies from a git repository whose commits must be signed, through the built daemon.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { enforced, GitEstate, policyOf } from '../support/git-estate.ts';
import { onlyWith } from '../support/optional-tool.ts';
import { makeSshKey, type SshKey } from '../support/signed-repository.ts';

let estate: GitEstate;
let alice: SshKey;
let bob: SshKey;

beforeEach(async () => {
  estate = await GitEstate.open();
  const keys = path.join(estate.workspace.folder, 'keys');
  mkdirSync(keys);
  [alice, bob] = [makeSshKey(keys, 'alice'), makeSshKey(keys, 'bob')];
  estate.workspace.write('allowed_signers', `alice ${alice.publicKey}\nbob ${bob.publicKey}\n`);
  estate.workspace.write('revoked_keys', '');
  verify('mode: strict');
});
afterEach(() => estate.close());

const verify = (keys: string, listen = 'off'): void =>
  estate.configure({
    listen,
    git: `verify: {allowedSigners: allowed_signers, revocationFile: revoked_keys, ${keys}}`,
  });

interface Push {
  /** Absent: unsigned. */
  readonly by?: SshKey;
  readonly ports: readonly number[];
  /** As git takes it; absent: now. */
  readonly date?: string;
}

/** Commits a policy that lets in these ports, and pushes; answers the commit. */
function push({ by, ports, date }: Push): string {
  const { clone } = estate;
  const file = path.join(clone.folder, 'policies/web.yaml');
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, policyOf(ports));
  clone.run('add', '--all');
  const signed = by === undefined ? ['--no-gpg-sign'] : ['-S'];
  commit([...signWith(by), 'commit', '--quiet', ...signed, '--message=test'], date);
  clone.run('push', '--quiet', '--force', 'origin', 'HEAD:main');
  return clone.run('rev-parse', 'HEAD');
}

const signWith = (by: SshKey | undefined): string[] =>
  by === undefined ? [] : ['-c', 'gpg.format=ssh', '-c', `user.signingKey=${by.signWith}`];

/** Git at a date of its own. */
function commit(args: readonly string[], date: string | undefined): void {
  const { clone } = estate;
  if (date === undefined) return void clone.run(...args);
  const alias = `alias.dated=!GIT_COMMITTER_DATE='${date}' git`;
  clone.run('-c', alias, 'dated', ...args);
}

const remove = (name: string): void =>
  rmSync(path.join(estate.workspace.folder, name), { recursive: true, force: true });

onlyWith('ssh-keygen', describe)('a git source whose commits must be signed', () => {
  test('tells who signed, holds an unsigned commit and what is built on it, and goes on once it is gone', async () => {
    const first = push({ by: alice, ports: [443] });
    const daemon = await estate.ready();
    await enforced(daemon, first);
    expect(await daemon.event('policies.loaded', { revision: first })).toMatchObject({ signers: ['alice'] });
    const unsigned = push({ ports: [22] });
    const held = await daemon.event('policies.held');
    expect(held).toMatchObject({ reason: 'signature', commit: unsigned });
    expect(held.msg).toContain(`commit ${unsigned.slice(0, 12)} is not signed`);
    const above = push({ by: alice, ports: [22, 80] });
    expect((await daemon.event('policies.held', { commit: above })).msg).toContain(unsigned.slice(0, 12));
    expect(await estate.ports()).toEqual([443]);

    const from = daemon.lines.length;
    estate.clone.run('reset', '--quiet', '--hard', first);
    const good = push({ by: bob, ports: [80, 443] });
    await enforced(daemon, good, from);
    expect(await estate.ports()).toEqual([80, 443]);
  });

  test('holds an unsigned commit over a restart with a new mirror', async () => {
    const first = push({ by: alice, ports: [443] });
    const daemon = await estate.ready();
    await enforced(daemon, first);
    await daemon.stop();
    rmSync(estate.workspace.mirrorFolder, { recursive: true });
    push({ ports: [22] });
    const again = await estate.ready();
    await again.event('policies.held', { reason: 'signature' });
    expect(await estate.ports()).toEqual([443]);
  });

  test('enforces nothing where nothing was ever signed', async () => {
    push({ ports: [22] });
    const daemon = estate.start();
    const rejected = await daemon.event('policies.rejected');
    expect(rejected.msg).toContain('is not signed');
    expect(await estate.ports()).toEqual([]);
  });

  test('holds what a key signs from when it is revoked', async () => {
    const first = push({ by: alice, ports: [443] });
    const daemon = await estate.ready();
    await enforced(daemon, first);
    estate.workspace.write('revoked_keys', `${bob.publicKey}\n`);
    const newest = push({ by: bob, ports: [22] });
    expect((await daemon.event('policies.held')).msg).toContain('the key of bob');
    expect(await estate.ports()).toEqual([443]);
    const from = daemon.lines.length;
    estate.workspace.write('revoked_keys', '');
    await enforced(daemon, newest, from);
    expect(await estate.ports()).toEqual([22]);
  });

  test('holds everything while the file of allowed signers is not there', async () => {
    const first = push({ by: alice, ports: [443] });
    const daemon = await estate.ready();
    await enforced(daemon, first);
    remove('allowed_signers');
    push({ by: alice, ports: [22] });
    expect((await daemon.event('policies.held')).msg).toContain('allowed_signers');
    expect(await estate.ports()).toEqual([443]);
  });

  test('holds a commit that is dated an hour ahead', async () => {
    const first = push({ by: alice, ports: [443] });
    const daemon = await estate.ready();
    await enforced(daemon, first);
    push({ by: alice, ports: [22], date: `@${Math.round(Date.now() / 1000) + 3600} +0000` });
    expect((await daemon.event('policies.held')).msg).toContain('ahead of now');
    expect(await estate.ports()).toEqual([443]);
  });

  for (const mode of ['head', 'strict']) {
    test(`leaves an unsigned commit in force where ${mode} is new in the config, says so, and verifies the next one`, async () => {
      estate.configure();
      const first = push({ ports: [443] });
      const before = await estate.ready();
      await enforced(before, first);
      await before.stop();
      verify(`mode: ${mode}`, `127.0.0.1:${await freePort()}`);
      const daemon = await estate.ready();
      const told = await daemon.event('policies.loaded', { revision: first });
      const warning = `${first.slice(0, 12)} stays in force`;
      expect(String(told.warnings)).toContain(warning);
      expect(String(told.warnings)).toContain('is not signed');
      expect((await estate.workspace.run(['status'])).stdout).toContain(warning);
      expect((await estate.workspace.run(['plan'])).stderr).toContain(warning);
      const unsigned = push({ ports: [22] });
      await daemon.event('policies.held', { reason: 'signature', commit: unsigned });
      expect(await estate.ports()).toEqual([443]);
      estate.clone.run('reset', '--quiet', '--hard', first);
      const signed = push({ by: alice, ports: [80] });
      await enforced(daemon, signed);
      expect(await estate.ports()).toEqual([80]);
      expect((await estate.workspace.run(['status'])).stdout).not.toContain('stays in force');
    });
  }

  test('waits for the tag of a second person', async () => {
    verify('mode: strict, minSigners: 2');
    const first = push({ by: alice, ports: [443] });
    const daemon = estate.start();
    expect((await daemon.event('policies.rejected')).msg).toContain('1 of 2 people');
    expect(await estate.ports()).toEqual([]);
    estate.clone.run(...signWith(bob), 'tag', '-s', '-m', 'approved', 'approved', first);
    estate.clone.run('push', '--quiet', 'origin', 'refs/tags/approved');
    await enforced(daemon, first);
    expect(await daemon.event('policies.loaded', { revision: first })).toMatchObject({
      signers: ['alice', 'bob'],
    });
    expect(await estate.ports()).toEqual([443]);
  });
});
