import { appendFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../../../daemon/clock.ts';
import { DEFAULT_POLICY_LIMITS } from '../../../../../daemon/config/sections/policies-schema.ts';
import { FolderLooks } from '../../../../../daemon/source/directory/folder-looks.ts';
import { listPolicyFiles } from '../../../../../daemon/source/directory/listing.ts';
import { readPolicyFolder, readWhileStill } from '../../../../../daemon/source/directory/policy-folder.ts';
import type { SourceFile } from '../../../../../daemon/source/source.ts';
import { MAX_POLICY_FILE_BYTES } from '../../../../../reconciler/policy/read/decode.ts';
import { tempFolder, writeFiles } from '../../../../support/temp-folder.ts';

/** Sleeps are over at once, after `work`. */
const clockThat = (work: () => Promise<void> = () => Promise.resolve()): Clock => ({
  nowMs: () => 0,
  monotonicMs: () => 0,
  sleep: work,
});

const textOf = ({ bytes }: SourceFile) => Buffer.from(bytes).toString();

const codesOf = (folder: Awaited<ReturnType<typeof readPolicyFolder>>) =>
  folder.unreadable.map(({ path, problem }) => [path, problem.code]);

describe('readPolicyFolder', () => {
  it('answers bytes in order of path, whatever they are', async () => {
    const root = await tempFolder({ 'b.yaml': 'two', 'a.yaml': new Uint8Array([0, 255]), 'c/d.yml': '' });
    const folder = await readPolicyFolder(root);
    expect(folder.files.map(({ path, file, bytes }) => [path, file, [...bytes]])).toEqual([
      ['a.yaml', path.join(root, 'a.yaml'), [0, 255]],
      ['b.yaml', path.join(root, 'b.yaml'), [0x74, 0x77, 0x6f]],
      ['c/d.yml', path.join(root, 'c/d.yml'), []],
    ]);
    expect(folder.unreadable).toEqual([]);
  });

  it('refuses a file beyond the bound and takes one at the bound', async () => {
    const root = await tempFolder({
      'at.yaml': 'x'.repeat(MAX_POLICY_FILE_BYTES),
      'beyond.yaml': 'x'.repeat(MAX_POLICY_FILE_BYTES + 1),
    });
    const folder = await readPolicyFolder(root);
    expect(folder.files.map((file) => file.path)).toEqual(['at.yaml']);
    expect(codesOf(folder)).toEqual([['beyond.yaml', 'file-too-large']]);
  });

  it('refuses the whole folder beyond the bound on all bytes', async () => {
    const limits = { ...DEFAULT_POLICY_LIMITS, bytes: 30 };
    const root = await tempFolder({ 'a.yaml': 'x'.repeat(10), 'b.yaml': 'x'.repeat(20) });
    expect((await readPolicyFolder(root, limits)).files).toHaveLength(2);
    await writeFiles(root, { 'straw.yaml': 'x' });
    const folder = await readPolicyFolder(root, limits);
    expect(folder.files).toEqual([]);
    expect(codesOf(folder)).toEqual([['', 'policies-too-large']]);
  });

  it('says that a missing folder is missing', async () => {
    const root = path.join(await tempFolder(), 'nowhere');
    expect(codesOf(await readPolicyFolder(root))).toEqual([['', 'policies-unreadable']]);
  });

  it('never takes an empty folder for the wish to manage nothing', async () => {
    const root = await tempFolder({ 'README.md': 'x' });
    expect(codesOf(await readPolicyFolder(root))).toEqual([['', 'policies-empty']]);
  });

  it('gives up on a folder that someone never stops writing to', async () => {
    const names = Array.from({ length: 30 }, (_, i) => `${i}.yaml`);
    const root = await tempFolder(Object.fromEntries(names.map((name) => [name, ''])));
    // In each turn of the event loop, of which a look at a folder takes several.
    const write = (): void => {
      appendFileSync(path.join(root, '7.yaml'), '#');
      if (isWriting) setImmediate(write);
    };
    let isWriting = true;
    write();
    const folder = await readPolicyFolder(root, undefined, clockThat());
    isWriting = false;
    expect(folder.files).toEqual([]);
    expect(codesOf(folder)).toEqual([['', 'policies-restless']]);
  });
});

describe('readWhileStill', () => {
  const looks = (root: string) => new FolderLooks(() => listPolicyFiles(root));

  it('reads once when nothing moves', async () => {
    const root = await tempFolder({ 'a.yaml': 'one' });
    let reads = 0;
    const reading = await readWhileStill(looks(root), () => Promise.resolve(++reads), clockThat());
    expect(reading?.value).toBe(1);
  });

  it('reads again when a file changes under it, and then answers the new one', async () => {
    const root = await tempFolder({ 'a.yaml': 'one', 'b.yaml': 'one' });
    const texts: string[][] = [];
    const reading = await readWhileStill(
      looks(root),
      async () => {
        const folder = await readPolicyFolder(root);
        texts.push(folder.files.map(textOf));
        if (texts.length === 1) await writeFiles(root, { 'a.yaml': 'two', 'b.yaml': 'two' });
        return texts.at(-1);
      },
      clockThat(),
    );
    expect(texts).toEqual([
      ['one', 'one'],
      ['two', 'two'],
    ]);
    expect(reading?.value).toEqual(['two', 'two']);
  });

  it('waits, then takes a folder that came back', async () => {
    const root = await tempFolder({ 'new/a.yaml': 'one', 'policies/a.yaml': 'old' });
    const policies = path.join(root, 'policies');
    let moved = false;
    const clock = clockThat(() => rename(path.join(root, 'new'), policies));
    const reading = await readWhileStill(
      looks(policies),
      async () => {
        if (!moved) await rename(policies, path.join(root, 'gone'));
        moved = true;
        return (await readPolicyFolder(policies)).files.map(textOf);
      },
      clock,
    );
    expect(reading?.value).toEqual(['one']);
  });

  it('is bounded', async () => {
    const root = await tempFolder({ 'a.yaml': '' });
    let reads = 0;
    const reading = await readWhileStill(
      looks(root),
      async () => {
        reads += 1;
        await writeFile(path.join(root, 'a.yaml'), 'x'.repeat(reads));
      },
      clockThat(),
    );
    expect(reading).toBeNull();
    expect(reads).toBeLessThan(20);
  });
});
