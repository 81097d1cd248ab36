// The bytes of policy files as they were read last, so that a file is read again only where it may have changed. Inode,
// size and times tell that it has not, but for one that was written within a tick of the file system's clock before it was
// read: another write within that tick would leave no trace, so it is read again until its times are plainly past.
import { systemClock } from '../../clock.ts';
import { bytesDigest } from '../git/revision.ts';
import { changedAtMs, listedBytes, type ListedFile } from './listing.ts';

/** More than the tick of any file system: FAT has two seconds. */
const TICK_MS = 2500;

interface CachedFile {
  readonly stamp: string;
  readonly bytes: Uint8Array;
  /** SHA-256 in hexadecimal digits. */
  readonly digest: string;
  /** Whether the stamp alone tells that nothing has changed. */
  readonly isSettled: boolean;
}

export type ReadBytes = (listed: ListedFile) => Promise<Uint8Array | null>;

export class FileCache {
  readonly #readBytes: ReadBytes;
  readonly #known = new Map<string, CachedFile>();
  readonly #digests = new WeakMap<Uint8Array, string>();

  constructor(readBytes: ReadBytes) {
    this.#readBytes = readBytes;
  }

  /** The very same bytes as before if they are equal. Null where reading them gives null. */
  async read(listed: ListedFile): Promise<CachedFile | null> {
    const { realPath, stamp } = listed;
    const before = this.#known.get(realPath);
    if (before?.stamp === stamp && before.isSettled) return before;
    const isSettled = systemClock.nowMs() - changedAtMs(stamp) > TICK_MS;
    const bytes = await this.#readBytes(listed);
    if (bytes === null) return null;
    const isSame = before !== undefined && Buffer.compare(before.bytes, bytes) === 0;
    const known = isSame
      ? { ...before, stamp, isSettled }
      : { stamp, bytes, digest: bytesDigest(bytes), isSettled };
    this.#known.set(realPath, known);
    this.#digests.set(known.bytes, known.digest);
    return known;
  }

  digestOf(bytes: Uint8Array): string {
    return this.#digests.get(bytes) ?? bytesDigest(bytes);
  }

  /** What the files hold, as one text for each; empty where it cannot be told, or where all hold more than `maxBytes`. */
  async contents(files: readonly ListedFile[], maxBytes: number): Promise<readonly string[]> {
    if (files.reduce((sum, each) => sum + listedBytes(each), 0) > maxBytes) return [];
    const digests: string[] = [];
    for (const listed of files) {
      const read = await this.read(listed).catch(() => null);
      digests.push(read?.digest ?? '');
    }
    return digests;
  }

  /** Forgets all other files. */
  keep(listed: readonly ListedFile[]): void {
    const present = new Set(listed.map(({ realPath }) => realPath));
    for (const realPath of this.#known.keys()) if (!present.has(realPath)) this.#known.delete(realPath);
  }
}
