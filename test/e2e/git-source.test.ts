// Policies from a git repository, through the built daemon: what is enforced is what a commit holds, and whatever
// happens to the remote or to the mirror takes nothing away.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { enforced, GitEstate, policyOf } from '../support/git-estate.ts';
import { unlessGone } from '../support/living-folder.ts';

let estate: GitEstate;

beforeEach(async () => {
  estate = await GitEstate.open();
  estate.configure();
});
afterEach(() => estate.close());

const mirror = (): string => {
  const folder = estate.workspace.mirrorFolder;
  return path.join(folder, readdirSync(folder)[0] ?? '', 'repository.git');
};

describe('a git source', () => {
  test('enforces what the newest commit holds, and tells who wrote it', async () => {
    const first = estate.pushPorts(443);
    const daemon = await estate.ready();
    await enforced(daemon, first);
    expect(await estate.ports()).toEqual([443]);
    const second = estate.pushPorts(80, 443);
    await enforced(daemon, second);
    expect(await estate.ports()).toEqual([80, 443]);
    expect(await daemon.event('policies.loaded', { revision: second })).toMatchObject({
      author: 'Test <test@example.com>',
      subject: 'test',
    });
    expect(statSync(path.dirname(mirror())).mode & 0o777).toBe(0o700);
  });

  test('goes on over a restart without the remote, from what was fetched', async () => {
    const commit = estate.pushPorts(443);
    const first = await estate.ready();
    await enforced(first, commit);
    await first.stop();
    renameSync(estate.remote, `${estate.remote}.gone`);
    const daemon = await estate.ready();
    await daemon.event('group.converged', { revision: commit });
    const gone = await daemon.event('policies.unreachable');
    expect(gone).toMatchObject({ level: 'warn', ref: 'refs/heads/main' });
    expect(await estate.ports()).toEqual([443]);
    const from = daemon.lines.length;
    renameSync(`${estate.remote}.gone`, estate.remote);
    await daemon.event('policies.reachable', {}, from);
    await enforced(daemon, estate.pushPorts(80), from);
    expect(await estate.ports()).toEqual([80]);
  });

  test('holds a rewritten history until a person approves the hash of its policy tree', async () => {
    const first = estate.pushPorts(443);
    const daemon = await estate.ready();
    await enforced(daemon, first);
    estate.clone.run('checkout', '--quiet', '--orphan', 'other');
    const other = estate.pushPorts(80);
    const held = await daemon.event('policies.held');
    expect(held).toMatchObject({ reason: 'not-a-descendant', commit: other, revision: other });
    expect(await estate.ports()).toEqual([443]);

    const hash = estate.clone.run('rev-parse', `${other}:policies`);
    expect(held.override).toContain(`approve ${hash}`);
    const from = daemon.lines.length;
    expect(await estate.workspace.run(['approve', hash, '--reason', 'moved'])).toMatchObject({ code: 0 });
    await enforced(daemon, other, from);
    expect(await estate.ports()).toEqual([80]);
  });

  test('holds a rewritten history over a restart with a new mirror', async () => {
    const first = estate.pushPorts(443);
    const daemon = await estate.ready();
    await enforced(daemon, first);
    await daemon.stop();
    rmSync(estate.workspace.mirrorFolder, { recursive: true });
    estate.clone.run('checkout', '--quiet', '--orphan', 'other');
    estate.pushPorts(80);
    const again = estate.start();
    await again.event('policies.held', { reason: 'not-a-descendant' });
    await again.event('daemon.ready');
    expect(await estate.ports()).toEqual([443]);
  });

  test('takes a rewritten history unasked with allowRewind', async () => {
    estate.configure({ git: 'allowRewind: true' });
    const first = estate.pushPorts(443);
    const daemon = await estate.ready();
    await enforced(daemon, first);
    estate.clone.run('checkout', '--quiet', '--orphan', 'other');
    await enforced(daemon, estate.pushPorts(80));
    expect(await estate.ports()).toEqual([80]);
  });

  test('follows a hundred commits at once, which the mirror does not have yet', async () => {
    const first = estate.pushPorts(443);
    const daemon = await estate.ready();
    await enforced(daemon, first);
    for (let at = 0; at < 100; at += 1) estate.clone.run('commit', '--quiet', '--allow-empty', '-m', `${at}`);
    await enforced(daemon, estate.pushPorts(80));
    expect(await estate.ports()).toEqual([80]);
  });

  test('holds a commit that more commits lead to than may be fetched', async () => {
    estate.configure({ git: 'maxDepth: 10' });
    const first = estate.pushPorts(443);
    const daemon = await estate.ready();
    await enforced(daemon, first);
    for (let at = 0; at < 20; at += 1) estate.clone.run('commit', '--quiet', '--allow-empty', '-m', `${at}`);
    const newest = estate.pushPorts(80);
    expect(await daemon.event('policies.held')).toMatchObject({ reason: 'history-too-deep', commit: newest });
    expect(await estate.ports()).toEqual([443]);
  });

  test('keeps its groups where the folder of the policies was renamed', async () => {
    const first = estate.pushPorts(443);
    const daemon = await estate.ready();
    await enforced(daemon, first);
    estate.clone.run('mv', 'policies', 'rules');
    estate.push({});
    const rejected = await daemon.event('policies.rejected', { code: 'policies-unreadable' });
    expect(rejected.msg).toContain('policies is not there');
    const from = daemon.lines.length;
    estate.clone.run('mv', 'rules', 'policies');
    await enforced(daemon, estate.pushPorts(80), from);
    expect(await estate.ports()).toEqual([80]);
  });

  test('names symbolic links and submodules, and follows neither', async () => {
    estate.push({ 'policies/web.yaml': policyOf([443]), 'elsewhere.yaml': policyOf([22]) });
    estate.clone.run('config', 'core.symlinks', 'true');
    execFileSync('ln', ['-s', '../elsewhere.yaml', path.join(estate.clone.folder, 'policies/linked.yaml')]);
    estate.clone.run('add', '--all');
    estate.clone.run('update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},policies/sub`);
    estate.clone.run('commit', '--quiet', '-m', 'a submodule');
    estate.clone.run('push', '--quiet', 'origin', 'HEAD:main');
    const daemon = estate.start();
    const rejected = await daemon.event('policies.rejected');
    expect(rejected.codes).toEqual(['policy-link', 'policy-submodule']);
    await daemon.event('group.converged');
    expect(await estate.ports()).toEqual([443]);
  });

  test('fetches everything again where the mirror is damaged', async () => {
    const first = estate.pushPorts(443);
    const daemon = await estate.ready();
    await enforced(daemon, first);
    const packs = path.join(mirror(), 'objects/pack');
    for (const name of readdirSync(packs)) {
      rmSync(path.join(packs, name), { force: true });
      // The daemon may be making the mirror again already.
      unlessGone(() => writeFileSync(path.join(packs, name), 'not a pack'));
    }
    const second = estate.pushPorts(80);
    await enforced(daemon, second);
    expect(await estate.ports()).toEqual([80]);
    expect(existsSync(mirror())).toBe(true);
  });

  test('removes what a killed fetch left behind, and goes on', async () => {
    const first = estate.pushPorts(443);
    const daemon = await estate.ready();
    await enforced(daemon, first);
    daemon.kill('SIGKILL');
    await daemon.finished;
    const left = ['shallow.lock', 'HEAD.lock', 'refs/heads/main.lock', 'objects/pack/tmp_pack_x'];
    for (const name of left) writeFileSync(path.join(mirror(), name), '');
    const second = estate.pushPorts(80);
    await enforced(await estate.ready(), second);
    expect(await estate.ports()).toEqual([80]);
    expect(left.filter((name) => existsSync(path.join(mirror(), name)))).toEqual([]);
  });

  test('follows the tag of the highest version, and holds one that was moved or removed', async () => {
    estate.configure({ git: 'ref: "refs/tags/v*"' });
    const tag = (name: string, ...ports: readonly number[]) => {
      const commit = estate.pushPorts(...ports);
      estate.clone.run('tag', '--force', name);
      estate.clone.run('push', '--quiet', '--force', 'origin', `refs/tags/${name}`);
      return commit;
    };
    const first = tag('v1.9.0', 443);
    const daemon = await estate.ready();
    await enforced(daemon, first);
    const second = tag('v1.10.0', 80);
    await enforced(daemon, second);
    expect(await daemon.event('policies.loaded', { revision: second })).toMatchObject({
      tag: 'refs/tags/v1.10.0',
    });
    estate.clone.run('push', '--quiet', 'origin', ':refs/tags/v1.10.0');
    expect(await daemon.event('policies.held')).toMatchObject({ reason: 'rewind', commit: first });
    expect(await estate.ports()).toEqual([80]);
  });
});

describe('commands with a git source', () => {
  test('plan what the daemon would enforce, and say which commit that is', async () => {
    const commit = estate.pushPorts(443);
    const planned = await estate.workspace.run(['plan', '--json']);
    expect(planned.code).toBe(2);
    expect(JSON.parse(planned.stdout)).toMatchObject({
      revision: commit,
      commit: { id: commit, author: 'Test <test@example.com>', subject: 'test' },
    });
    expect(existsSync(path.join(estate.workspace.folder, '.rampart'))).toBe(false);
    expect((await estate.workspace.run(['plan'])).stdout).toContain(
      'commit by Test <test@example.com>: "test"',
    );
    expect(await estate.workspace.run(['validate'])).toMatchObject({ code: 0 });
    expect(await estate.workspace.run(['test'])).toMatchObject({ code: 0 });
    expect(await estate.workspace.run(['apply', '--yes'])).toMatchObject({ code: 0 });
    expect(await estate.ports()).toEqual([443]);
  });

  test('beside a daemon, plan what is in force where the newest commit is held', async () => {
    const first = estate.pushPorts(443);
    const daemon = await estate.ready();
    await enforced(daemon, first);
    estate.clone.run('checkout', '--quiet', '--orphan', 'other');
    estate.pushPorts(80);
    await daemon.event('policies.held');
    const planned = await estate.workspace.run(['plan']);
    expect(planned.code).toBe(3);
    expect(planned.stderr).toContain('does not descend from');
    expect(planned.stdout).toContain(`policies ${first.slice(0, 12)} `);
  });
});

describe('a rollback', () => {
  test('puts an earlier commit in force over a restart, until the source moves on', async () => {
    const first = estate.pushPorts(443);
    const daemon = await estate.ready();
    await enforced(daemon, first);
    const bad = estate.pushPorts(443, 22);
    await enforced(daemon, bad);
    const rollback = ['rollback', '--to', first.slice(0, 12), '--reason', 'no ssh', '--yes'];
    let from = daemon.lines.length;
    const done = await estate.workspace.run(rollback);
    expect(done).toMatchObject({ code: 0 });
    expect(done.stdout).toContain('  +0 ~0 -1  ');
    await enforced(daemon, first, from);
    expect(await estate.ports()).toEqual([443]);
    expect(JSON.stringify(await daemon.event('policies.loaded', { revision: first }, from))).toContain(
      'no ssh',
    );

    await daemon.stop();
    const again = await estate.ready();
    expect(await estate.ports()).toEqual([443]);
    from = again.lines.length;
    await enforced(again, estate.pushPorts(80), from);
    expect(await estate.ports()).toEqual([80]);
  });

  test('ends with --end, and names what was in force where it does not know the revision', async () => {
    const first = estate.pushPorts(443);
    const daemon = await estate.ready();
    await enforced(daemon, first);
    const second = estate.pushPorts(80, 443);
    await enforced(daemon, second);
    const unknown = await estate.workspace.run(['rollback', '--to', 'abc', '--reason', 'x', '--yes']);
    expect(unknown).toMatchObject({ code: 1 });
    expect(unknown.stderr).toContain(first);
    expect(await estate.workspace.run(['rollback', '--end'])).toMatchObject({ code: 1 });
    let from = daemon.lines.length;
    await estate.workspace.run(['rollback', '--to', first, '--reason', 'x', '--yes']);
    await enforced(daemon, first, from);
    from = daemon.lines.length;
    expect(await estate.workspace.run(['rollback', '--end'])).toMatchObject({ code: 0 });
    await enforced(daemon, second, from);
    expect(await estate.ports()).toEqual([80, 443]);
  });
});
