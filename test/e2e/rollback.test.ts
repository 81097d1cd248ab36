// A rollback of a git source whose commits must be signed, through the built command and daemon: what is put in force
// was verified, and is found wherever it stands in the history.
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { enforced, GitEstate } from '../support/git-estate.ts';
import { onlyWith } from '../support/optional-tool.ts';
import type { Finished } from '../support/rampart.ts';
import { makeSshKey, type SshKey } from '../support/signed-repository.ts';

let estate: GitEstate;
let alice: SshKey;

beforeEach(async () => {
  estate = await GitEstate.open();
  const keys = path.join(estate.workspace.folder, 'keys');
  mkdirSync(keys);
  alice = makeSshKey(keys, 'alice');
  estate.workspace.write('allowed_signers', `alice ${alice.publicKey}\n`);
  estate.workspace.write('revoked_keys', '');
});
afterEach(() => estate.close());

const verify = (mode: string, more = ''): void =>
  estate.configure({
    git: `verify: {allowedSigners: allowed_signers, revocationFile: revoked_keys, mode: ${mode}}${more}`,
  });

const signing = (): string[] => ['-c', 'gpg.format=ssh', '-c', `user.signingKey=${alice.signWith}`];

/** A signed commit that lets in these ports. */
function signed(...ports: readonly number[]): string {
  estate.pushPorts(...ports);
  estate.clone.run(...signing(), 'commit', '--quiet', '--amend', '-S', '-m', 'signed');
  estate.clone.run('push', '--quiet', '--force', 'origin', 'HEAD:main');
  return estate.clone.run('rev-parse', 'HEAD');
}

function tagged(name: string, ...ports: readonly number[]): string {
  const commit = estate.pushPorts(...ports);
  estate.clone.run(...signing(), 'tag', '-s', '-m', name, name);
  estate.clone.run('push', '--quiet', 'origin', `refs/tags/${name}`);
  return commit;
}

const rollBack = (to: string): Promise<Finished> =>
  estate.workspace.run(['rollback', '--to', to, '--reason', 'test', '--yes']);

const removeMirror = (): void => rmSync(estate.workspace.mirrorFolder, { recursive: true });

onlyWith('ssh-keygen', describe)('a rollback where commits must be signed', () => {
  for (const mode of ['head', 'strict']) {
    test(`is refused under ${mode} for an unsigned commit, and nothing changes`, async () => {
      const unsigned = estate.pushPorts(22);
      estate.configure();
      const before = await estate.ready();
      await enforced(before, unsigned);
      await before.stop();
      verify(mode);
      const good = signed(443);
      const daemon = await estate.ready();
      await enforced(daemon, good);
      const refused = await rollBack(unsigned.slice(0, 12));
      expect(refused.code).toBe(1);
      expect(refused.stderr).toContain(`commit ${unsigned.slice(0, 12)} is not signed`);
      expect(refused.stderr).toContain('nothing was written');
      expect(await estate.ports()).toEqual([443]);
      expect(await estate.workspace.run(['rollback', '--end'])).toMatchObject({ code: 1 });
    });

    test(`under ${mode} fetches a commit that is no longer in the mirror`, async () => {
      verify(mode, ', allowRewind: true');
      const first = signed(443);
      const daemon = await estate.ready();
      await enforced(daemon, first);
      const second = signed(80);
      await enforced(daemon, second);
      await daemon.stop();
      removeMirror();
      expect(await rollBack(first)).toMatchObject({ code: 0 });
      removeMirror();
      const again = await estate.ready();
      await enforced(again, first);
      expect(await estate.ports()).toEqual([443]);
    });
  }

  test('under tag names a tag, survives a new mirror and a restart, and ends with the next tag', async () => {
    verify('tag', ', ref: "refs/tags/v*"');
    const first = tagged('v1.9.0', 443);
    const daemon = await estate.ready();
    await enforced(daemon, first);
    const second = tagged('v1.10.0', 80);
    await enforced(daemon, second);
    const other = await rollBack('v9');
    expect(other.code).toBe(1);
    expect(other.stderr).toContain('refs/tags/v1.9.0');
    await daemon.stop();
    removeMirror();
    expect(await rollBack('v1.9.0')).toMatchObject({ code: 0 });
    removeMirror();
    let from = 0;
    const again = await estate.ready();
    await enforced(again, first);
    expect(await estate.ports()).toEqual([443]);
    from = again.lines.length;
    expect(await estate.workspace.run(['rollback', '--end'])).toMatchObject({ code: 0 });
    await enforced(again, second, from);
    from = again.lines.length;
    expect(await rollBack('refs/tags/v1.9.0')).toMatchObject({ code: 0 });
    await enforced(again, first, from);
    from = again.lines.length;
    const third = tagged('v1.11.0', 80, 443);
    await enforced(again, third, from);
    expect(await estate.ports()).toEqual([80, 443]);
  });

  test('under tag is refused for a commit that no tag leads to', async () => {
    verify('tag', ', ref: "refs/tags/v*"');
    const untagged = estate.pushPorts(22);
    const first = tagged('v1.0.0', 443);
    const daemon = await estate.ready();
    await enforced(daemon, first);
    const refused = await rollBack(untagged);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('no tag leads to commit');
    expect(await estate.ports()).toEqual([443]);
  });

  test('says before anything is written that the remote does not have the commit', async () => {
    verify('head', ', maxDepth: 3');
    const first = signed(443);
    const daemon = await estate.ready();
    await enforced(daemon, first);
    const refused = await rollBack('1'.repeat(40));
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('the remote does not hand it out');
    const unasked = ['rollback', '--to', first, '--reason', 'test'];
    expect((await estate.workspace.run(unasked)).stderr).toContain('add --yes');
  });
});
