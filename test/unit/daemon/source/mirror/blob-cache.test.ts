import { expect, it } from 'vitest';
import { BlobCache } from '../../../../../daemon/source/mirror/blob-cache.ts';
import { listTree } from '../../../../../daemon/source/git/tree.ts';
import { GIT_ENVIRONMENT, GitRepository } from '../../../../support/git-repository.ts';
import { onlyWith } from '../../../../support/optional-tool.ts';
import { tempFolder, writeFiles } from '../../../../support/temp-folder.ts';

onlyWith('git', it)('of a new commit only the files that it changed are read', async () => {
  const folder = await tempFolder({ 'a.yaml': 'one', 'b.yaml': 'two' });
  const git = new GitRepository(folder);
  git.commit();
  const place = { cwd: folder, environment: GIT_ENVIRONMENT };
  const blobs = new BlobCache();
  const read = async () => {
    const tree = await listTree('HEAD', place);
    return (tree.ok ? await blobs.read(tree.value, place) : null) ?? [];
  };
  const before = await read();
  await writeFiles(folder, { 'a.yaml': 'three' });
  git.commit();
  const after = await read();
  expect(after.map(({ bytes }) => Buffer.from(bytes).toString())).toEqual(['three', 'two']);
  expect(after[1]).toBe(before[1]);
});
