// Tells that a policy folder changed. Watchers lose events: a folder that is missing at the start, or removed
// and made again, is never seen by chokidar; network file systems send nothing; the kernel's watches run out.
// So the watcher only gives hints when to look, a poll looks now and then anyway, and what counts is whether
// two looks at the folder differ. The loop has three states, one after the other: waiting for a hint or for
// the next poll; letting a burst of hints pass (`git checkout` touches hundreds of files); looking.
import { watch, type ChokidarOptions, type FSWatcher } from 'chokidar';
import path from 'node:path';
import type { Clock } from '../../clock.ts';
import type { FolderLooks } from './folder-looks.ts';
import { Hints } from './hints.ts';
import { FOLDER_BOUNDS, type Listing } from './listing.ts';
import type { Watcher } from '../source.ts';

export interface WatchTimings {
  /** Between two looks without a hint. */
  readonly pollMs: number;
  /** A burst of hints is over after this long without one. */
  readonly quietMs: number;
  /** A burst that does not end is looked at after this long. */
  readonly maxBurstMs: number;
}

export const WATCH_TIMINGS: WatchTimings = { pollMs: 5_000, quietMs: 200, maxBurstMs: 2_000 };

/** `Seen`: what is compared of two looks. */
export interface FolderWatchOptions<Seen> {
  readonly looks: FolderLooks;
  readonly clock: Clock;
  readonly timings: WatchTimings;
  /** What a listing shows. */
  readonly see: (listing: Listing) => Promise<Seen>;
  /** Whether nothing changed between two looks. */
  readonly isSame: (a: Seen, b: Seen) => boolean;
  /** What was read last: that is no news. Null: nothing was. */
  readonly known: () => Seen | null;
  readonly onChange: () => void;
}

interface ComparedLook<Seen> {
  readonly seen: Seen;
  /** What was read last, by then. */
  readonly known: Seen | null;
}

export class FolderWatch<Seen> implements Watcher {
  readonly #options: FolderWatchOptions<Seen>;
  readonly #hints: Hints;
  readonly #done: Promise<void>;
  /** Null: there was no look yet. */
  #last: ComparedLook<Seen> | null = null;
  #closed = false;
  #native: FSWatcher | null = null;
  /** What `#native` watches; null: not all that it should. */
  #watchedStamp: string | null = null;

  constructor(options: FolderWatchOptions<Seen>) {
    this.#options = options;
    this.#hints = new Hints(options.clock);
    this.#hints.raise(null);
    this.#done = this.#run();
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#hints.raise(null);
    return this.#done;
  }

  async #run(): Promise<void> {
    for (;;) {
      const hinted = await this.#hints.within(this.#options.timings.pollMs);
      if (hinted) await this.#letBurstPass();
      if (this.#closed) break;
      await this.#look(this.#hints.names());
    }
    await this.#native?.close();
  }

  async #letBurstPass(): Promise<void> {
    const { clock, timings } = this.#options;
    const endMs = clock.monotonicMs() + timings.maxBurstMs;
    while (!this.#closed && clock.monotonicMs() < endMs) {
      if (!(await this.#hints.within(timings.quietMs))) return;
    }
  }

  /** Where what is named shows no change, something else was meant. */
  async #look(named: ReadonlySet<string> | null): Promise<void> {
    const { looks } = this.#options;
    const some = named === null ? null : await looks.at(named);
    if (some !== null && (await this.#reportsChange(some))) return;
    const listing = await looks.whole();
    await this.#watchFolderOf(listing);
    await this.#reportsChange(listing);
  }

  async #reportsChange(listing: Listing): Promise<boolean> {
    const seen = await this.#options.see(listing);
    const look = { seen, known: this.#options.known() };
    const before = this.#last;
    this.#last = look;
    if (!this.#isChange(before, look)) return false;
    this.#options.looks.report(listing);
    this.#options.onChange();
    return true;
  }

  /**
   * Also where the folder was changed back to what was read last: a reading under way may have found it otherwise. And where
   * it is as at the last look, and something else was read between the two.
   */
  #isChange(before: ComparedLook<Seen> | null, { seen, known }: ComparedLook<Seen>): boolean {
    const { isSame } = this.#options;
    if (before !== null && !isSame(before.seen, seen)) return true;
    const knownBefore = before?.known ?? null;
    if (known === null) return before === null || knownBefore !== null;
    const isNewlyKnown = knownBefore === null || !isSame(knownBefore, known);
    return isNewlyKnown && !isSame(seen, known);
  }

  /**
   * Puts a new watcher on a folder that is new, or has folders that can be read only now; it hints when it is ready, for
   * what changed until then.
   */
  async #watchFolderOf({ folder, folderStamp, unreadable }: Listing): Promise<void> {
    const stamp = JSON.stringify([folderStamp, unreadable.map((each) => each.path)]);
    if (stamp === this.#watchedStamp) return;
    this.#watchedStamp = stamp;
    await this.#native?.close();
    this.#native = folder === null ? null : watch(folder, WATCH_OPTIONS);
    this.#native
      ?.on('all', () => this.#hints.raise(null))
      // What happens to files is told by these alone. Of events that come close together chokidar drops some; these all come.
      .on('raw', (event, name, details) => this.#hear(event, changedPath(name, details)))
      .on('ready', () => this.#hints.raise(null))
      // Out of kernel watches, or a folder without permission: the poll goes on.
      .on('error', () => this.#hints.raise(null));
  }

  /**
   * A folder that is removed or moved takes its watch with it, and one of the same name that is there at once has none:
   * chokidar does not tell them apart. So all of it is watched from the start again.
   */
  #hear(event: string, changed: string | null): void {
    const isWatchLost = event === 'rename' && changed !== null && isFolderItself(changed);
    if (isWatchLost) this.#watchedStamp = null;
    this.#hints.raise(isWatchLost ? null : changed);
  }
}

/** An event about the watched folder comes with the name of that folder, as one about a file of that name would. */
const isFolderItself = (changed: string): boolean =>
  path.basename(changed) === path.basename(path.dirname(changed));

/** Path of what changed, from an event of the operating system; null: it says none. */
function changedPath(name: unknown, details: unknown): string | null {
  const isPlaced = typeof details === 'object' && details !== null && 'watchedPath' in details;
  if (!isPlaced || typeof details.watchedPath !== 'string' || typeof name !== 'string') return null;
  return path.join(details.watchedPath, name);
}

/**
 * Folders are watched, and they tell of the files in them: a watch for each file takes more memory than all that is known of
 * it, and a kernel may give too few. Links are not followed: their targets lie in the folder, or are refused. Hidden names
 * are watched, for the swap of a mounted ConfigMap is a rename of `..data`.
 */
const WATCH_OPTIONS: ChokidarOptions = {
  ignoreInitial: true,
  followSymlinks: false,
  depth: FOLDER_BOUNDS.maxDepth,
  ignored: (name, stats) => stats?.isFile() === true || path.basename(name) === '.git',
};
