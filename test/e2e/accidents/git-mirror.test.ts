// Accidents with the mirror on our own disk, with the disk, and with the process: what is in force goes on to be
// enforced, and the mirror is made again from the remote as soon as that answers.
import { randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { expectLastGood, GitAccidentWorld, GOOD_POLICY } from '../../support/git-accident.ts';
import { policyOf } from '../../support/git-estate.ts';
import { unlessGone } from '../../support/living-folder.ts';
import { onlyWith } from '../../support/optional-tool.ts';
import { removeFolder } from '../../support/remove-folder.ts';

let world: GitAccidentWorld;

beforeAll(async () => {
  world = await GitAccidentWorld.open();
});
afterAll(() => world.close());
afterEach(() => world.mend());

const repository = (...names: readonly string[]): string => world.mirror('repository.git', ...names);

const loseRemote = (): void => removeFolder(world.estate.remote);

/** What may become of the mirror. The daemon looks at it each second, and may be making it again before all is done. */
const DAMAGES: ReadonlyArray<readonly [title: string, damage: () => unknown]> = [
  ['the mirror was deleted', () => removeFolder(world.mirror())],
  ['all of it was deleted but its folder', () => removeFolder(repository())],
  ['its objects were deleted', () => removeFolder(repository('objects'))],
  ['its refs were deleted', () => removeFolder(repository('refs'))],
  ['its HEAD is garbage', () => writeFileSync(repository('HEAD'), '\0\0\0\0')],
  ['its HEAD leads to another branch', () => writeFileSync(repository('HEAD'), 'ref: refs/heads/evil\n')],
  ['its branch is garbage', () => writeFileSync(repository('refs/heads/main'), 'x'.repeat(40))],
  ['its config is garbage', () => writeFileSync(repository('config'), '[core\n\0')],
  ['it no longer knows where its history ends', () => rmSync(repository('shallow'), { force: true })],
  ['where its history ends is garbage', () => writeFileSync(repository('shallow'), 'garbage\n')],
  [
    'its packs were cut short',
    () => packs('.pack').forEach((file) => unlessGone(() => truncateSync(file, 40))),
  ],
  ['the indexes of its packs are gone', () => packs('.idx').forEach((file) => rmSync(file, { force: true }))],
  ['a bit of each pack fell over', () => packs('.pack').forEach((file) => unlessGone(() => flipBit(file)))],
];

const packs = (ending: string): string[] =>
  readdirSync(repository('objects/pack'))
    .filter((name) => name.endsWith(ending))
    .map((name) => repository('objects/pack', name));

function flipBit(file: string): void {
  const bytes = readFileSync(file);
  const at = Math.floor(bytes.length / 2);
  bytes[at] = (bytes[at] ?? 0) ^ 4;
  rmSync(file);
  writeFileSync(file, bytes);
}

describe('what is in force goes on to be enforced, and the next commit is taken, where', () => {
  for (const [title, damage] of DAMAGES) {
    test(title, async () => {
      unlessGone(damage);
      await world.putInForce(() => world.pushPolicies(world.policyTree(`${GOOD_POLICY}# ${title}\n`)));
      await world.expectInForce();
    });
  }
});

describe('what is in force goes on to be enforced over a restart without the remote, and that is told, where', () => {
  for (const [title, damage] of DAMAGES.filter((_, at) => [0, 2, 12].includes(at))) {
    test(title, async () => {
      loseRemote();
      await world.daemon.event('policies.unreachable', {}, world.daemon.lines.length);
      unlessGone(damage);
      await world.restart('SIGKILL');
      await world.daemon.event('policies.rejected', { code: 'policies-unreachable', keptGroups: 1 });
      await world.expectInForce();
    });
  }
});

test('programs that the mirror names are not run', async () => {
  const marker = path.join(world.estate.workspace.folder, 'was-run');
  const program = path.join(world.estate.workspace.folder, 'evil');
  writeFileSync(program, `#!/bin/sh\ntouch ${marker}\n`, { mode: 0o755 });
  mkdirSync(repository('hooks'), { recursive: true });
  for (const name of ['reference-transaction', 'post-merge', 'pre-auto-gc', 'post-rewrite']) {
    writeFileSync(repository('hooks', name), `#!/bin/sh\ntouch ${marker}\n`, { mode: 0o755 });
  }
  const home = world.mirror('.gitconfig');
  writeFileSync(
    home,
    `[core]\n\tfsmonitor = ${program}\n\tsshCommand = ${program}\n\tgitProxy = ${program}\n`,
  );
  await world.putInForce(() => world.pushPolicies(world.policyTree(`${GOOD_POLICY}# hooks\n`)));
  await world.expectInForce();
  expect(existsSync(marker)).toBe(false);
});

/** A file. The daemon looks at the folder each second, and would make it again. */
function takePlaceOf(folder: string): void {
  const aside = path.join(world.estate.workspace.folder, 'no-folder');
  writeFileSync(aside, 'no folder');
  for (;;) {
    removeFolder(folder);
    try {
      renameSync(aside, folder);
      return;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EISDIR')) throw error;
    }
  }
}

test('a file in the place of the mirror is told, and nothing is lost', async () => {
  const folder = world.mirror();
  await expectLastGood(world, {
    title: '',
    happens: () => {
      takePlaceOf(folder);
    },
    told: ['policies.unreachable', {}, 'cannot be used'],
    restarted: true,
  });
  rmSync(folder);
});

test('a mirror that another process fetches into, or that was left by one that was killed, holds nothing up', async () => {
  const left = ['shallow.lock', 'HEAD.lock', 'config.lock', 'packed-refs.lock', 'refs/heads/main.lock'];
  world.daemon.kill('SIGKILL');
  await world.daemon.finished;
  for (const name of [...left, 'objects/pack/tmp_pack_x', 'refs/rampart/in-force.lock'])
    writeFileSync(repository(name), '');
  mkdirSync(world.mirror('fresh-1.git'));
  await world.start();
  await world.putInForce(() => world.pushPolicies(world.policyTree(`${GOOD_POLICY}# locks\n`)));
  await world.expectInForce();
  expect(readdirSync(world.mirror()).filter((name) => name.startsWith('fresh-'))).toEqual([]);
});

test('a second daemon over the same journal and mirror does not start, and the first goes on', async () => {
  const second = await world.estate.workspace.run(['run']);
  expect(second.code).not.toBe(0);
  expect(second.stdout + second.stderr).toContain('journal');
  await world.expectInForce();
});

onlyWith('bash', test)('a disk that is full while it fetches is told, and nothing is lost', async () => {
  world.daemon.kill('SIGTERM');
  await world.daemon.finished;
  await world.start(({ workspace }) => workspace.startWithin(2048, ['run']));
  await expectLastGood(world, {
    title: '',
    happens: () => {
      const noise = world.tree(`100644 blob ${world.blob(randomBytes(4 * 1024 * 1024))}\tnoise.bin`);
      const bad = world.policyTree(policyOf([22]));
      world.pushTop(world.tree(`040000 tree ${noise}\tnoise`, `040000 tree ${bad}\tpolicies`));
    },
    told: ['policies.unreachable', {}, 'git'],
  });
  // Where there is room again, that commit would be taken.
  world.git('push', '--quiet', '--force', 'origin', `${world.inForce}:refs/heads/main`);
  await world.restart();
});
