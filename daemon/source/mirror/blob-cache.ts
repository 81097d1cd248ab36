// What policy files hold, by the id that git gives them: of a new commit only the files that it changed are read.
import { ByteTurns } from '../byte-turns.ts';
import { readBlobs, type GitPlace, type TreeEntry } from '../git/tree.ts';
import { HeldBytes } from '../held-bytes.ts';

const noBytes = (): HeldBytes => HeldBytes.of(new Uint8Array());

export class BlobCache {
  #known: ReadonlyMap<string, HeldBytes> = new Map();

  /** In the order of the entries; null if git fails. Those of other entries are forgotten. */
  async read(entries: readonly TreeEntry[], place: GitPlace): Promise<HeldBytes[] | null> {
    const unknown = entries.filter(({ id }) => !this.#known.has(id));
    const read = await readBlobs(unknown, place);
    if (read === null) return null;
    const turns = new ByteTurns();
    const newly = new Map<string, HeldBytes>();
    for (const [index, { id }] of unknown.entries()) {
      const bytes = read[index] ?? new Uint8Array();
      newly.set(id, await turns.after(bytes.length, () => HeldBytes.of(bytes)));
    }
    const blobs = entries.map(({ id }) => this.#known.get(id) ?? newly.get(id) ?? noBytes());
    this.#known = new Map(entries.map(({ id }, index) => [id, blobs[index] ?? noBytes()]));
    return blobs;
  }
}
