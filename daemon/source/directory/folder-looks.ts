// Looks at a policy folder, for its watch and for who reads it. To look at the whole asks about each file, which at ten
// thousand files takes longer than all the rest of an edit. So where the watch knows by name what changed, only that is
// asked about, and who then reads begins with what the watch has seen. Whether that was all tells the look at the whole
// with which every reading ends, see `readWhileStill`.
import type { ListedFile, Listing } from './listing.ts';
import { stampNow } from './stamp.ts';

export class FolderLooks {
  readonly #list: (known: readonly ListedFile[]) => Promise<Listing>;
  #last: Listing | null = null;
  #reported: Listing | null = null;

  /** @param list given the files as they were seen last */
  constructor(list: (known: readonly ListedFile[]) => Promise<Listing>) {
    this.#list = list;
  }

  async whole(): Promise<Listing> {
    this.#last = await this.#list(this.#last?.files ?? []);
    return this.#last;
  }

  /** The last look, but for these files, which it knew: they are asked about again. Null: only a look at the whole can tell. */
  async at(realPaths: ReadonlySet<string>): Promise<Listing | null> {
    const last = this.#last;
    if (last === null || realPaths.size === 0) return null;
    const known = last.files.filter(({ realPath }) => realPaths.has(realPath));
    if (known.length < realPaths.size) return null;
    const stamps = new Map<string, string>();
    for (const { realPath } of known) {
      const stamp = await stampNow(realPath);
      if (stamp === null) return null;
      stamps.set(realPath, stamp);
    }
    const files = last.files.map((file) => {
      const stamp = stamps.get(file.realPath) ?? file.stamp;
      return stamp === file.stamp ? file : { ...file, stamp };
    });
    this.#last = { ...last, files };
    return this.#last;
  }

  /** The next reading begins with this look, which showed a change. */
  report(listing: Listing): void {
    this.#reported = listing;
  }

  /** What a reading begins with. */
  async opening(): Promise<Listing> {
    const reported = this.#reported;
    this.#reported = null;
    return reported ?? this.whole();
  }
}
