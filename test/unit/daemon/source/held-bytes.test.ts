import { describe, expect, it } from 'vitest';
import { createDirectorySource } from '../../../../daemon/source/directory/directory-source.ts';
import { bytesDigest, HeldBytes } from '../../../../daemon/source/held-bytes.ts';
import { GIT_ENVIRONMENT, GitRepository } from '../../../support/git-repository.ts';
import { onlyWith } from '../../../support/optional-tool.ts';
import { tempFolder } from '../../../support/temp-folder.ts';

const TEXT = 'groups:\n'.repeat(500);

it('held bytes are what they were, and take a part of their room', () => {
  const bytes = Buffer.from(TEXT);
  const held = HeldBytes.of(bytes);
  expect(Buffer.from(held.bytes).toString()).toBe(TEXT);
  expect([held.length, held.digest]).toEqual([bytes.length, bytesDigest(bytes)]);
  expect(held.deflated.buffer.byteLength).toBeLessThan(bytes.length / 10);
});

async function loadedTwice(inGit: boolean) {
  const folder = await tempFolder({ 'a.yaml': TEXT });
  if (inGit) new GitRepository(folder).commit();
  const source = createDirectorySource({ path: folder, environment: GIT_ENVIRONMENT });
  const loads = [await source.load(), await source.load()];
  return loads.flatMap(({ files }) => files);
}

onlyWith('git', describe)('the files of a folder', () => {
  it.each([
    ['outside of git', false, null],
    ['in a git work tree', true, 'commit'],
  ] as const)('%s are held, and by the same object as long as they are the same', async (_, inGit, place) => {
    const files = await loadedTwice(inGit);
    expect(files.map((file) => [Buffer.from(file.bytes).toString(), file.inGit])).toEqual([
      [TEXT, place],
      [TEXT, place],
    ]);
    const [first, second] = files.map(({ held }) => held);
    expect(first).toBeInstanceOf(HeldBytes);
    expect(second).toBe(first);
  });
});
