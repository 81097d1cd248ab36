// Accidents with the repository that the policies come from: it is gone, rewritten, damaged, or something else. The last
// good commit goes on to be enforced, also over a restart, and what is wrong is told.

import { appendFileSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  BAD_POLICY,
  expectLastGood,
  GitAccidentWorld,
  type GitAccident,
} from '../../support/git-accident.ts';
import { removeFolder } from '../../support/remove-folder.ts';

const remoteOf = ({ estate }: GitAccidentWorld): string => estate.remote;

/** Runs git in the remote. */
const atRemote = (world: GitAccidentWorld, ...args: readonly string[]): string =>
  world.git('--git-dir', remoteOf(world), ...args);

const inRemote = (world: GitAccidentWorld, ...names: readonly string[]): string =>
  path.join(remoteOf(world), ...names);

const badTree = (world: GitAccidentWorld): string =>
  world.tree(`040000 tree ${world.policyTree(BAD_POLICY)}\tpolicies`);

/** Pushes a commit with these parents that opens what must not be opened. */
function pushBad(world: GitAccidentWorld, parents: readonly string[]): string {
  const flags = parents.flatMap((parent) => ['-p', parent]);
  const commit = world.git('commit-tree', ...flags, '-m', 'accident', badTree(world));
  world.git('push', '--quiet', '--force', 'origin', `${commit}:refs/heads/main`);
  return commit;
}

/** Something else in the place of the remote. */
function replaceRemote(world: GitAccidentWorld, ...init: readonly string[]): void {
  removeFolder(remoteOf(world));
  world.git('init', '--quiet', '--bare', '--initial-branch=main', ...init, remoteOf(world));
}

/** Lets the branch lead to something that is no commit. */
function pointBranchAt(world: GitAccidentWorld, id: string): void {
  world.git('push', '--quiet', 'origin', `${id}:refs/tags/odd`);
  rmSync(inRemote(world, 'packed-refs'), { force: true });
  writeFileSync(inRemote(world, 'refs/heads/main'), `${id}\n`);
}

const UNREACHABLE = 'policies.unreachable';
const WRONG_HISTORY = { reason: 'not-a-descendant' };

const ACCIDENTS: readonly GitAccident[] = [
  {
    title: 'the remote is gone',
    happens: (world) => renameSync(remoteOf(world), `${remoteOf(world)}.gone`),
    told: [UNREACHABLE, {}, 'does not appear to be a git repository'],
    restarted: true,
  },
  {
    title: 'an unrelated history was pushed by force',
    happens: (world) => pushBad(world, []),
    told: ['policies.held', WRONG_HISTORY, 'history was rewritten'],
    restarted: true,
  },
  {
    title: 'the commit in force was amended',
    happens: (world) => pushBad(world, [world.git('rev-parse', `${world.inForce}^`)]),
    told: ['policies.held', WRONG_HISTORY, 'history was rewritten'],
  },
  {
    title: 'the branch was rewound to a commit of before',
    happens: (world) =>
      world.git('push', '--quiet', '--force', 'origin', `${world.inForce}^:refs/heads/main`),
    told: ['policies.held', WRONG_HISTORY, 'history was rewritten'],
    restarted: true,
  },
  {
    title: 'the branch was deleted',
    happens: (world) => {
      atRemote(world, 'symbolic-ref', 'HEAD', 'refs/heads/other');
      world.git('push', '--quiet', 'origin', ':refs/heads/main');
    },
    told: [UNREACHABLE, {}, 'the remote has no ref refs/heads/main'],
    restarted: true,
  },
  {
    title: 'an annotated tag stands in the place of the branch',
    happens: (world) => {
      world.git('tag', '--force', '-a', '-m', 'odd', 'odd', world.inForce);
      pointBranchAt(world, world.git('rev-parse', 'refs/tags/odd'));
    },
    told: [UNREACHABLE, {}, 'non-commit object'],
  },
  {
    title: 'the branch leads to a file',
    happens: (world) => pointBranchAt(world, world.blob(BAD_POLICY)),
    told: [UNREACHABLE, {}, 'non-commit object'],
  },
  {
    title: 'the branch of the remote is damaged on its disk',
    happens: (world) => writeFileSync(inRemote(world, 'refs/heads/main'), 'garbage\n'),
    told: [UNREACHABLE, {}, 'the remote has no ref refs/heads/main'],
  },
  {
    title: 'objects of the newest commit are missing at the remote',
    happens: (world) => {
      const commit = pushBad(world, [world.inForce]);
      const blob = world.git('rev-parse', `${commit}:policies/web.yaml`);
      rmSync(inRemote(world, 'objects', blob.slice(0, 2), blob.slice(2)));
    },
    told: [UNREACHABLE, {}, 'upload-pack'],
  },
  {
    title: 'the remote is the shallow clone of a history that was rewritten',
    happens: (world) => {
      const root = world.git('commit-tree', '-m', 'root', badTree(world));
      const tip = pushBad(world, [root]);
      removeFolder(remoteOf(world));
      world.git('update-ref', 'refs/heads/rewritten', tip);
      const from = `file://${world.estate.clone.folder}`;
      const flags = ['--quiet', '--bare', '--depth=1', '--branch=rewritten'];
      world.git('clone', ...flags, from, remoteOf(world));
      atRemote(world, 'branch', '--force', 'main', tip);
    },
    told: [UNREACHABLE, {}, 'hands out no more'],
    restarted: true,
  },
  {
    title: 'the remote is an empty repository',
    happens: (world) => replaceRemote(world),
    told: [UNREACHABLE, {}, 'the remote has no ref refs/heads/main'],
  },
  {
    title: 'the remote names its objects in another way',
    happens: (world) => {
      replaceRemote(world, '--object-format=sha256');
      const other = path.join(world.estate.workspace.folder, 'other');
      removeFolder(other);
      mkdirSync(path.join(other, 'policies'), { recursive: true });
      writeFileSync(path.join(other, 'policies/web.yaml'), BAD_POLICY);
      const run = (...args: readonly string[]): void => {
        world.git('--git-dir', path.join(other, '.git'), '--work-tree', other, ...args);
      };
      world.git('init', '--quiet', '--object-format=sha256', '--initial-branch=main', other);
      run('add', '--all');
      run('commit', '--quiet', '--message=other');
      run('push', '--quiet', remoteOf(world), 'HEAD:main');
    },
    told: [UNREACHABLE, {}, 'mismatched algorithms'],
  },
  {
    title: 'a file stands in the place of the remote',
    happens: (world) => {
      removeFolder(remoteOf(world));
      writeFileSync(remoteOf(world), 'no repository');
    },
    told: [UNREACHABLE, {}, 'repository'],
  },
  {
    title: 'the config of the remote is damaged',
    happens: (world) => writeFileSync(inRemote(world, 'config'), '[core\nrepositoryformat'),
    told: [UNREACHABLE, {}, 'bad config'],
  },
  {
    title: 'the remote hides the branch',
    happens: (world) => {
      pushBad(world, [world.inForce]);
      atRemote(world, 'config', 'transfer.hideRefs', 'refs/heads');
    },
    told: [UNREACHABLE, {}, 'the remote has no ref refs/heads/main'],
  },
];

let world: GitAccidentWorld;

beforeAll(async () => {
  world = await GitAccidentWorld.open();
  // So that there is a commit before the one in force.
  await world.mend();
});
afterAll(() => world.close());
afterEach(() => world.mend());

describe('the last good commit stays in force where', () => {
  for (const accident of ACCIDENTS) {
    test(accident.title, async () => {
      await expectLastGood(world, accident);
    });
  }
});

describe('the newest commit is taken, and nothing of the remote is run, where', () => {
  test('the config and the hooks of the remote name programs', async () => {
    const marker = path.join(world.estate.workspace.folder, 'was-run');
    const program = path.join(world.estate.workspace.folder, 'evil');
    writeFileSync(program, `#!/bin/sh\ntouch ${marker}\nexec "$@"\n`, { mode: 0o755 });
    const included = path.join(world.estate.workspace.folder, 'included');
    const commit = world.git('commit-tree', '-p', world.inForce, '-m', 'next', `${world.inForce}^{tree}`);
    world.git('push', '--quiet', 'origin', `${commit}:refs/heads/next`);
    writeFileSync(
      included,
      `[uploadpack]\n\tpackObjectsHook = ${program}\n[core]\n\tfsmonitor = ${program}\n`,
    );
    const keys = ['core.sshCommand', 'core.alternateRefsCommand', 'core.pager', 'uploadpack.packObjectsHook'];
    const config = keys.map((key) => key.replace('.', ']\n\t')).map((key) => `[${key} = ${program}\n`);
    appendFileSync(inRemote(world, 'config'), `${config.join('')}[include]\n\tpath = ${included}\n`);
    for (const name of ['post-checkout', 'reference-transaction', 'pre-receive', 'post-update']) {
      writeFileSync(inRemote(world, 'hooks', name), `#!/bin/sh\ntouch ${marker}\n`, { mode: 0o755 });
    }
    // No push, which would run them.
    await world.putInForce(() => {
      writeFileSync(inRemote(world, 'refs/heads/main'), `${commit}\n`);
      return commit;
    });
    await world.expectInForce();
    expect(existsSync(marker)).toBe(false);
  });

  test('it has ten thousand refs, and some are named like options', async () => {
    const id = world.git('rev-parse', `${world.inForce}^`);
    const marker = path.join(world.estate.workspace.folder, 'was-run');
    const refs = Array.from({ length: 10_000 }, (_, at) => `${id} refs/heads/b${10_000 + at}\n`);
    const odd = [`--upload-pack=touch$IFS${marker}`, '-c', '--exec=x'].map(
      (name) => `${id} refs/heads/${name}\n`,
    );
    const main = `${world.inForce} refs/heads/main\n`;
    const all = [...odd, ...refs, main].sort((a, b) => (a.slice(41) < b.slice(41) ? -1 : 1));
    writeFileSync(
      inRemote(world, 'packed-refs'),
      `# pack-refs with: peeled fully-peeled sorted \n${all.join('')}`,
    );
    await world.putInForce(() => world.pushPolicies(world.git('rev-parse', `${world.inForce}:policies`)));
    await world.expectInForce();
    expect(existsSync(marker)).toBe(false);
  });
});

describe('a daemon does not start', () => {
  for (const ref of ['--upload-pack=touch was-run', '-c', 'refs/heads/../../x', 'main:refs/heads/x']) {
    test(`with the ref ${ref}`, async () => {
      world.estate.workspace.write('odd.yaml', `policies: {source: git, git: {url: /x, ref: "${ref}"}}\n`);
      const ended = await world.estate.workspace.run(['run', '--config', 'odd.yaml']);
      expect(ended.code).not.toBe(0);
      expect(ended.stderr).toContain('write a branch, or a full name');
      expect(existsSync(path.join(world.estate.workspace.folder, 'was-run'))).toBe(false);
    });
  }
});
