import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../../../daemon/clock.ts';
import { FolderLooks } from '../../../../../daemon/source/directory/folder-looks.ts';
import {
  FOLDER_BOUNDS,
  isSameListing,
  listPolicyFiles,
} from '../../../../../daemon/source/directory/listing.ts';
import { readListedFiles, readWhileStill } from '../../../../../daemon/source/directory/policy-folder.ts';
import { tempFolder, writeFiles } from '../../../../support/temp-folder.ts';

/** A folder that was looked at once, and how often all of it was listed. */
async function setUp(files: Readonly<Record<string, string>> = { 'a.yaml': 'one', 'b.yaml': 'one' }) {
  const root = await tempFolder(files);
  const count = { listings: 0 };
  const looks = new FolderLooks((known) => {
    count.listings += 1;
    return listPolicyFiles(root, FOLDER_BOUNDS, known);
  });
  const { folder } = await looks.whole();
  const named = (...names: string[]) => new Set(names.map((name) => path.join(folder ?? '', name)));
  const textsAfterRead = async (): Promise<string[]> => {
    const reading = await readWhileStill(looks, (listing) => readListedFiles(listing), systemClock);
    return (reading?.value.files ?? []).map(({ path, bytes }) => `${path} ${Buffer.from(bytes).toString()}`);
  };
  return { root, count, looks, named, textsAfterRead };
}

describe('a look at the files that a hint names', () => {
  it('tells the same as a look at the whole', async () => {
    const { root, looks, named } = await setUp();
    await writeFiles(root, { 'a.yaml': 'two' });
    const some = await looks.at(named('a.yaml'));
    expect(some && isSameListing(some, await listPolicyFiles(root))).toBe(true);
  });

  it.each<[string, string, (root: string) => Promise<unknown>]>([
    ['that is new', 'new.yaml', (root) => writeFiles(root, { 'new.yaml': 'x' })],
    ['that is gone', 'a.yaml', (root) => rm(path.join(root, 'a.yaml'))],
    [
      'that is a folder now',
      'a.yaml',
      async (root) => {
        await rm(path.join(root, 'a.yaml'));
        await mkdir(path.join(root, 'a.yaml'));
      },
    ],
    [
      'that is a link now',
      'a.yaml',
      async (root) => {
        await rm(path.join(root, 'a.yaml'));
        await symlink('b.yaml', path.join(root, 'a.yaml'));
      },
    ],
  ])('cannot tell of one %s', async (_, name, change) => {
    const { root, looks, named } = await setUp();
    await change(root);
    expect(await looks.at(named(name))).toBeNull();
  });
});

describe('a look at the whole', () => {
  it('keeps the files that did not change as the same objects', async () => {
    const { root, looks } = await setUp();
    const [a, b] = (await looks.whole()).files;
    await writeFiles(root, { 'a.yaml': 'three' });
    const after = (await looks.whole()).files;
    expect(after[1]).toBe(b);
    expect(after[0]?.stamp).not.toBe(a?.stamp);
  });
});

describe('an edit that the watch has seen', () => {
  it('costs one listing of the folder, that at the end of the reading', async () => {
    const { root, count, looks, named, textsAfterRead } = await setUp();
    await writeFiles(root, { 'a.yaml': 'two' });
    const some = await looks.at(named('a.yaml'));
    if (some !== null) looks.report(some);
    count.listings = 0;
    expect(await textsAfterRead()).toEqual(['a.yaml two', 'b.yaml one']);
    expect(count.listings).toBe(1);
  });

  it.each<[string, (root: string) => Promise<unknown>, string[]]>([
    ['changed', (root) => writeFiles(root, { 'b.yaml': 'two' }), ['a.yaml two', 'b.yaml two']],
    ['came', (root) => writeFiles(root, { 'c.yaml': 'two' }), ['a.yaml two', 'b.yaml one', 'c.yaml two']],
    ['went', (root) => rm(path.join(root, 'b.yaml')), ['a.yaml two']],
    [
      'was replaced by one of the same size',
      async (root) => {
        await writeFile(path.join(root, 'b.new'), 'two');
        await rename(path.join(root, 'b.new'), path.join(root, 'b.yaml'));
      },
      ['a.yaml two', 'b.yaml two'],
    ],
  ])('is not taken alone where another file %s that no hint named', async (_, change, texts) => {
    const { root, looks, named, textsAfterRead } = await setUp();
    await writeFiles(root, { 'a.yaml': 'two' });
    await change(root);
    const some = await looks.at(named('a.yaml'));
    if (some !== null) looks.report(some);
    expect(await textsAfterRead()).toEqual(texts);
  });

  it('is where a reading begins that comes next, and no later one', async () => {
    const { count, looks, textsAfterRead } = await setUp();
    looks.report(await looks.whole());
    await textsAfterRead();
    count.listings = 0;
    await textsAfterRead();
    expect(count.listings).toBe(2);
  });
});
