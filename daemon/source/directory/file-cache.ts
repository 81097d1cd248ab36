// What policy files held when they were read last, so that a file is read again only where it may have changed. Inode,
// size and times tell that it has not, but for one that was written within a tick of the file system's clock before it was
// read: another write within that tick would leave no trace, so it is read again until its times are plainly past.
import { systemClock } from '../../clock.ts';
import { bytesDigest, HeldBytes } from '../held-bytes.ts';
import type { ListedFile } from './listing.ts';
import { changedAtMs, listedBytes } from './stamp.ts';

/** More than the tick of any file system: FAT has two seconds. */
const TICK_MS = 2500;

interface CachedFile {
  readonly stamp: string;
  readonly held: HeldBytes;
  /** Whether the stamp alone tells that nothing has changed. */
  readonly isSettled: boolean;
}

export type ReadBytes = (listed: ListedFile) => Promise<Uint8Array | null>;

export class FileCache {
  readonly #readBytes: ReadBytes;
  readonly #known = new Map<string, CachedFile>();

  constructor(readBytes: ReadBytes) {
    this.#readBytes = readBytes;
  }

  /** The very same object as before where the bytes are equal. Null where reading them gives null. */
  async read(listed: ListedFile): Promise<CachedFile | null> {
    const settled = this.settled(listed);
    if (settled !== null) return settled;
    const { realPath, stamp } = listed;
    const before = this.#known.get(realPath);
    const isSettled = systemClock.nowMs() - changedAtMs(stamp) > TICK_MS;
    const bytes = await this.#readBytes(listed);
    if (bytes === null) return null;
    const digest = bytesDigest(bytes);
    const held = before?.held.digest === digest ? before.held : HeldBytes.of(bytes, digest);
    const known = { stamp, held, isSettled };
    this.#known.set(realPath, known);
    return known;
  }

  /** What it held, where the stamp alone tells that this has not changed; null: it has to be read. */
  settled({ realPath, stamp }: ListedFile): CachedFile | null {
    const known = this.#known.get(realPath);
    return known?.isSettled === true && known.stamp === stamp ? known : null;
  }

  /** What the files hold, as one text for each; empty where it cannot be told, or where all hold more than `maxBytes`. */
  async contents(files: readonly ListedFile[], maxBytes: number): Promise<readonly string[]> {
    const lengthOf = (each: ListedFile): number => this.settled(each)?.held.length ?? listedBytes(each);
    if (files.reduce((sum, each) => sum + lengthOf(each), 0) > maxBytes) return [];
    const digests: string[] = [];
    for (const listed of files) {
      const read = this.settled(listed) ?? (await this.read(listed).catch(() => null));
      digests.push(read?.held.digest ?? '');
    }
    return digests;
  }

  /** Forgets all other files. */
  keep(listed: readonly ListedFile[]): void {
    const present = new Set(listed.map(({ realPath }) => realPath));
    for (const realPath of this.#known.keys()) if (!present.has(realPath)) this.#known.delete(realPath);
  }
}
