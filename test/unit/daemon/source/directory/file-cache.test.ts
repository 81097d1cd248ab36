import { describe, expect, it } from 'vitest';
import { FileCache } from '../../../../../daemon/source/directory/file-cache.ts';
import type { ListedFile } from '../../../../../daemon/source/directory/listing.ts';

/** As listed when it was last written so long ago. */
function listed(agoMs: number, size = 3, inode = 7): ListedFile {
  const ns = BigInt(Date.now() - agoMs) * 1_000_000n;
  const stamp = [1, inode, size, ns, ns].join(':');
  return { path: 'a.yaml', file: 'policies/a.yaml', realPath: '/policies/a.yaml', stamp };
}

function setUp() {
  const disk = { text: 'one', reads: 0 };
  const cache = new FileCache(() => {
    disk.reads += 1;
    return Promise.resolve(Buffer.from(disk.text));
  });
  const textOf = async (file: ListedFile) =>
    Buffer.from((await cache.read(file))?.held.bytes ?? []).toString();
  return { disk, cache, textOf };
}

describe('a policy file', () => {
  it('that was written long ago is read once as long as its stamp is the same', async () => {
    const { disk, textOf } = setUp();
    const file = listed(60_000);
    expect([await textOf(file), await textOf(file)]).toEqual(['one', 'one']);
    expect(disk.reads).toBe(1);
  });

  it('that was written just now is read again: another write in the same tick leaves no trace in its stamp', async () => {
    const { disk, cache, textOf } = setUp();
    const file = listed(0);
    expect(await textOf(file)).toBe('one');
    const [before] = await cache.contents([file], 100);
    disk.text = 'two';
    expect(await cache.contents([file], 100)).not.toEqual([before]);
    expect(await textOf(file)).toBe('two');
  });

  it('that is read again with the same bytes stays the same object', async () => {
    const { disk, cache } = setUp();
    const first = await cache.read(listed(0));
    const second = await cache.read(listed(60_000));
    expect(disk.reads).toBe(2);
    expect(second?.held).toBe(first?.held);
  });

  it('is read again when its stamp is another one, and after it was gone', async () => {
    const { disk, cache, textOf } = setUp();
    const file = listed(60_000);
    await textOf(file);
    await textOf({ ...file, stamp: listed(60_000, 3, 8).stamp });
    expect(disk.reads).toBe(2);
    cache.keep([]);
    await textOf(file);
    expect(disk.reads).toBe(3);
  });

  it('is not read for a look where all files hold more than may be read', async () => {
    const { disk, cache } = setUp();
    expect(await cache.contents([listed(0, 101)], 100)).toEqual([]);
    expect(disk.reads).toBe(0);
  });
});
