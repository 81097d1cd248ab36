// The policy folder watched with real files, real links and real git. No test waits for a time: each waits for
// the load that shows what it wants to see, and then asks what else was loaded.
import { mkdir, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createDirectorySource } from '../../daemon/source/directory/directory-source.ts';
import type { WatchTimings } from '../../daemon/source/directory/folder-watch.ts';
import type { LoadedPolicies } from '../../daemon/source/source.ts';
import { GIT_ENVIRONMENT, GitRepository } from '../support/git-repository.ts';
import { onlyWith } from '../support/optional-tool.ts';
import { tempFolder, writeFiles } from '../support/temp-folder.ts';

/** No poll comes to help within a test: what is seen is seen by the watcher. */
const HINTS_ONLY: WatchTimings = { pollMs: 3_600_000, quietMs: 50, maxBurstMs: 1_000 };
const WITH_POLL: WatchTimings = { pollMs: 50, quietMs: 50, maxBurstMs: 1_000 };

/** A daemon in small: loads once, then after every change, and keeps what it saw. */
class Follower {
  readonly loads: LoadedPolicies[] = [];
  #arrived: (() => void) | null = null;

  static async start(folder: string, timings: WatchTimings): Promise<Follower> {
    const follower = new Follower();
    const source = createDirectorySource({ path: folder, environment: GIT_ENVIRONMENT, timings });
    const load = async () => {
      follower.loads.push(await source.load());
      follower.#arrived?.();
    };
    await load();
    const watcher = await source.watch(() => void load());
    onTestFinished(() => watcher.close());
    return follower;
  }

  get texts(): Record<string, string> {
    const files = this.loads.at(-1)?.files ?? [];
    return Object.fromEntries(files.map(({ path, bytes }) => [path, Buffer.from(bytes).toString()]));
  }

  async until(reached: (follower: Follower) => boolean): Promise<void> {
    while (!reached(this)) {
      await new Promise<void>((resolve) => (this.#arrived = resolve));
    }
  }

  untilText(name: string, text: string | undefined): Promise<void> {
    return this.until(({ texts }) => texts[name] === text);
  }
}

describe('a change of the folder is followed', () => {
  it('follows the folder when files are edited, added and removed, also in new folders', async () => {
    const root = await tempFolder({ 'a.yaml': 'one' });
    const follower = await Follower.start(root, HINTS_ONLY);
    await writeFiles(root, { 'a.yaml': 'two' });
    await follower.untilText('a.yaml', 'two');
    await writeFiles(root, { 'team/net/b.yaml': 'one' });
    await follower.untilText('team/net/b.yaml', 'one');
    await writeFiles(root, { 'team/net/b.yaml': 'two' });
    await follower.untilText('team/net/b.yaml', 'two');
    await rm(path.join(root, 'team'), { recursive: true });
    await follower.untilText('team/net/b.yaml', undefined);
    expect(follower.texts).toEqual({ 'a.yaml': 'two' });
  });

  it('follows the folder when it comes right after the first load, before the watcher is ready', async () => {
    const root = await tempFolder({ 'a.yaml': 'one' });
    const follower = await Follower.start(root, HINTS_ONLY);
    await writeFiles(root, { 'a.yaml': 'two' });
    await follower.untilText('a.yaml', 'two');
  });

  it('follows the folder when editors save by renaming a new file over the old one, again and again', async () => {
    const root = await tempFolder({ 'a.yaml': '0' });
    const follower = await Follower.start(root, HINTS_ONLY);
    for (let save = 1; save <= 5; save += 1) {
      await writeFile(path.join(root, '.a.yaml.swp'), 'editor');
      await writeFile(path.join(root, 'a.yaml~'), String(save));
      await rename(path.join(root, 'a.yaml~'), path.join(root, 'a.yaml'));
      await unlink(path.join(root, '.a.yaml.swp'));
      await follower.untilText('a.yaml', String(save));
    }
  });

  it('follows the folder when Kubernetes swaps the folder behind a mounted ConfigMap', async () => {
    const root = await tempFolder({ '..v0/web.yaml': '0' });
    await symlink('..v0', path.join(root, '..data'));
    await symlink('..data/web.yaml', path.join(root, 'web.yaml'));
    const follower = await Follower.start(root, HINTS_ONLY);
    for (let version = 1; version <= 3; version += 1) {
      await writeFiles(root, { [`..v${version}/web.yaml`]: String(version) });
      await symlink(`..v${version}`, path.join(root, '..data_tmp'));
      await rename(path.join(root, '..data_tmp'), path.join(root, '..data'));
      await rm(path.join(root, `..v${version - 1}`), { recursive: true });
      await follower.untilText('web.yaml', String(version));
    }
    expect(follower.loads.flatMap((load) => load.files).every((file) => file.path === 'web.yaml')).toBe(true);
  });

  it('follows the folder when the root is a link that a deployment points elsewhere', async () => {
    const root = await tempFolder({ '1/a.yaml': 'one', '2/a.yaml': 'two' });
    const current = path.join(root, 'current');
    await symlink('1', current);
    const follower = await Follower.start(current, WITH_POLL);
    await symlink('2', path.join(root, 'next'));
    await rename(path.join(root, 'next'), current);
    await follower.untilText('a.yaml', 'two');
    await writeFiles(root, { '2/a.yaml': 'three' });
    await follower.untilText('a.yaml', 'three');
  });

  it('follows the folder when the root is missing at the start', async () => {
    const root = path.join(await tempFolder(), 'later');
    const follower = await Follower.start(root, WITH_POLL);
    expect(follower.loads[0]?.unreadable).toHaveLength(1);
    await writeFiles(root, { 'a.yaml': 'one' });
    await follower.untilText('a.yaml', 'one');
  });

  it('follows the folder when the root is removed and made again, and then by hints as before', async () => {
    const root = path.join(await tempFolder({ 'policies/a.yaml': 'one' }), 'policies');
    const follower = await Follower.start(root, WITH_POLL);
    await rm(root, { recursive: true });
    await follower.until(({ loads }) => loads.at(-1)?.unreadable[0]?.path === '');
    await mkdir(root);
    await writeFiles(root, { 'a.yaml': 'two' });
    await follower.untilText('a.yaml', 'two');
    await writeFiles(root, { 'a.yaml': 'three' });
    await follower.untilText('a.yaml', 'three');
  });

  it('follows the folder when one watched file is all there is', async () => {
    const root = await tempFolder({ 'only.yaml': 'one' });
    const follower = await Follower.start(path.join(root, 'only.yaml'), HINTS_ONLY);
    await writeFiles(root, { new: 'two' });
    await rename(path.join(root, 'new'), path.join(root, 'only.yaml'));
    await follower.untilText('only.yaml', 'two');
  });
});

onlyWith('git', describe)('a commit', () => {
  it('gives files that were edited before the revision of a commit', async () => {
    const root = await tempFolder({ 'a.yaml': 'one' });
    const git = new GitRepository(root);
    git.commit();
    await writeFiles(root, { 'a.yaml': 'two' });
    const follower = await Follower.start(root, WITH_POLL);
    expect(follower.loads[0]?.dirty).toBe(true);
    const commit = git.commit();
    await follower.until(({ loads }) => loads.at(-1)?.revision === commit);
    expect(follower.texts).toEqual({ 'a.yaml': 'two' });
  });
});

onlyWith('git', describe)('a burst of changes', () => {
  it('a git checkout of 200 files ends with exactly the state of the commit, in few loads', async () => {
    const root = await tempFolder();
    const git = new GitRepository(root);
    const files = (text: string, from: number) =>
      Object.fromEntries(
        Array.from({ length: 200 }, (_, i) => [`policies/${i + from}.yaml`, `${text} ${i}`]),
      );
    await writeFiles(root, files('old', 0));
    git.commit();
    git.run('checkout', '--quiet', '-b', 'next');
    await rm(path.join(root, 'policies/0.yaml'));
    await writeFiles(root, files('new', 1));
    const next = git.commit();
    git.run('checkout', '--quiet', 'main');
    const timings = { pollMs: 300, quietMs: 200, maxBurstMs: 2_000 };
    const follower = await Follower.start(path.join(root, 'policies'), timings);

    git.run('checkout', '--quiet', 'next');
    await follower.until(({ loads }) => loads.at(-1)?.revision === next);
    expect(Object.keys(follower.texts)).toHaveLength(200);
    expect(follower.texts).toEqual(
      Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`${i + 1}.yaml`, `new ${i}`])),
    );
    expect(follower.loads.length).toBeLessThanOrEqual(10);
  });
});

describe('the watcher', () => {
  it('the watcher says nothing about files that are no policies', async () => {
    const root = await tempFolder({ 'a.yaml': 'one' });
    const follower = await Follower.start(root, HINTS_ONLY);
    for (const text of ['two', 'three']) {
      await writeFiles(root, { 'README.md': text, '.draft.yaml': text, 'a.yaml.new': text });
      await rename(path.join(root, 'a.yaml.new'), path.join(root, 'a.yaml'));
      await follower.untilText('a.yaml', text);
    }
    expect(follower.loads).toHaveLength(3);
  });

  it('the watcher reports at once when nothing was loaded before', async () => {
    const root = await tempFolder({ 'a.yaml': 'one' });
    const source = createDirectorySource({ path: root, environment: {}, timings: HINTS_ONLY });
    await new Promise<void>((resolve, reject) => {
      source.watch(resolve).then((watcher) => onTestFinished(() => watcher.close()), reject);
    });
  });

  it('a watcher may be closed twice, at any time, and is silent from then on', async () => {
    const root = await tempFolder({ 'a.yaml': 'one' });
    const source = createDirectorySource({ path: root, environment: {}, timings: WITH_POLL });
    await source.load();
    let changes = 0;
    const watcher = await source.watch(() => (changes += 1));
    await Promise.all([watcher.close(), watcher.close()]);
    const witness = await Follower.start(root, WITH_POLL);
    await writeFiles(root, { 'a.yaml': 'two' });
    await witness.untilText('a.yaml', 'two');
    await watcher.close();
    expect(changes).toBe(0);
  });
});
