// The bytes of policy files by the id that git gives them: of a new commit only the files that it changed are read.
import { readBlobs, type GitPlace, type TreeEntry } from '../git/tree.ts';

export class BlobCache {
  #known: ReadonlyMap<string, Uint8Array> = new Map();

  /** In the order of the entries; null if git fails. Those of other entries are forgotten. */
  async read(entries: readonly TreeEntry[], place: GitPlace): Promise<Uint8Array[] | null> {
    const unknown = entries.filter(({ id }) => !this.#known.has(id));
    const read = await readBlobs(unknown, place);
    if (read === null) return null;
    const newly = new Map(unknown.map(({ id }, index) => [id, read[index] ?? new Uint8Array()]));
    const blobs = entries.map(({ id }) => this.#known.get(id) ?? newly.get(id) ?? new Uint8Array());
    this.#known = new Map(entries.map(({ id }, index) => [id, blobs[index] ?? new Uint8Array()]));
    return blobs;
  }
}
