// Remotes and mirrors that lead the daemon into a trap, through the built daemon: it neither hangs nor stands still, and
// says what is wrong.
import { execFileSync } from 'node:child_process';
import { readdirSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { GitEstate, policyOf } from '../support/git-estate.ts';
import { makeSshKey, type SshKey } from '../support/signed-repository.ts';
import { onlyWith } from '../support/optional-tool.ts';

const testSigned = onlyWith('ssh-keygen', test);

let estate: GitEstate;
let alice: SshKey;

beforeEach(async () => {
  estate = await GitEstate.open();
  alice = makeSshKey(estate.workspace.folder, 'alice');
  estate.workspace.write('signers', `test@example.com ${alice.publicKey}\n`);
});
afterEach(() => estate.close());

const verified = (more: string): string =>
  `verify: {${more}, allowedSigners: "${path.join(estate.workspace.folder, 'signers')}"}`;

/** A signed commit whose policy lets in these ports. */
function pushSigned(...ports: readonly number[]): string {
  estate.workspace.write('clone/policies/web.yaml', policyOf(ports));
  estate.clone.run('add', '--all');
  const keys = ['-c', 'gpg.format=ssh', '-c', `user.signingKey=${alice.signWith}`];
  estate.clone.run(...keys, 'commit', '--quiet', '-S', '--allow-empty', '--message=signed');
  estate.clone.run('push', '--quiet', '--force', 'origin', 'HEAD:main');
  return estate.clone.run('rev-parse', 'HEAD');
}

/** The remote becomes a copy of itself that has the newest commit alone. */
function cutRemote(): void {
  const whole = `${estate.remote}.whole`;
  renameSync(estate.remote, whole);
  execFileSync('git', ['clone', '--quiet', '--bare', '--depth=1', `file://${whole}`, estate.remote]);
}

onlyWith('ssh-keygen', describe)('a remote whose own history is cut', () => {
  test('does not keep the daemon asking for more without an end', async () => {
    pushSigned(443);
    pushSigned(443, 8443);
    cutRemote();
    estate.configure({ git: verified('mode: head') });
    const daemon = estate.start();
    const held = await daemon.event('policies.held');
    expect(JSON.stringify(held)).toContain('is not in the mirror');
    expect(await estate.ports()).toEqual([]);
  });
});

testSigned(
  'under strict a rollback does not put in force what an unsigned commit below it brought',
  async () => {
    const first = pushSigned(443);
    estate.configure({ git: verified('mode: strict') });
    const daemon = estate.start();
    await daemon.event('group.converged', { revision: first });
    estate.pushPorts(22);
    estate.workspace.write('clone/README.md', 'more');
    const above = pushSigned(22);
    pushSigned(22);
    await daemon.event('policies.held');
    const { code } = await estate.workspace.run([
      ...['rollback', '--to', above, '--reason', 'a good one', '--yes'],
    ]);
    expect(code).toBe(1);
    expect(await estate.ports()).toEqual([443]);
  },
);

testSigned('a mirror that is full of what is no longer needed is made again', async () => {
  const first = estate.pushPorts(443);
  estate.configure();
  const daemon = estate.start();
  await daemon.event('group.converged', { revision: first });
  const beside = estate.workspace.mirrorFolder;
  const packs = path.join(beside, readdirSync(beside)[0] ?? '', 'repository.git/objects/pack');
  writeFileSync(path.join(packs, 'pack-old.keep'), '');
  truncateSync(path.join(packs, 'pack-old.keep'), 2 * 1024 ** 3);
  const second = estate.pushPorts(8443);
  await daemon.event('group.converged', { revision: second });
  expect(await estate.ports()).toEqual([8443]);
});
