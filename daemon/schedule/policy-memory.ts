// What of the policies must survive a restart for the keeper to go on as if there had been none: the state in force and
// the files that it was made of. They go through the journal.
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { KnownPolicyFile, KnownPolicyFiles } from '../journal/facts.ts';
import type { Journal } from '../journal/journal.ts';
import type { DesiredKeeper } from '../source/desired.ts';
import type { FileInForce, FilesInForce } from '../source/whole/files-in-force.ts';

/** Of a larger file only length and hash are kept: after a restart every shorter one may be half of it. */
const MAX_DEFLATED_BYTES = 128 * 1024;

export class PolicyMemory {
  readonly #journal: Pick<Journal, 'estateFacts' | 'setEstateFacts'>;
  readonly #keeper: DesiredKeeper;
  /** Files do not change: what was deflated once is not deflated again. */
  readonly #known = new WeakMap<FileInForce, KnownPolicyFile>();

  constructor(journal: Pick<Journal, 'estateFacts' | 'setEstateFacts'>, keeper: DesiredKeeper) {
    this.#journal = journal;
    this.#keeper = keeper;
  }

  /** Before the first load, and after one that is held. */
  async recall(): Promise<void> {
    const { desired, policyFiles } = await this.#journal.estateFacts();
    if (desired !== null && policyFiles !== null) this.#keeper.restore(desired, this.#inForce(policyFiles));
  }

  /** After each load. Writes only what differs. */
  async note(): Promise<void> {
    const { root, rootIsFile, files } = this.#keeper.filesInForce;
    if (root === null) return;
    const known = [...files].map(([path, file]) => this.#asKnown(path, file));
    await this.#journal.setEstateFacts({ policyFiles: { root, rootIsFile, files: known } });
  }

  #inForce({ root, rootIsFile, files }: KnownPolicyFiles): FilesInForce {
    const inForce = files.map((known): [string, FileInForce] => {
      const { path, file, length, hash, deflated } = known;
      const bytes = deflated === null ? null : inflateRawSync(Buffer.from(deflated, 'base64'));
      const restored = { file, length, hash, bytes };
      this.#known.set(restored, known);
      return [path, restored];
    });
    return { root, rootIsFile, files: new Map(inForce), gone: new Map() };
  }

  #asKnown(path: string, inForce: FileInForce): KnownPolicyFile {
    const { file, length, hash, bytes } = inForce;
    const before = this.#known.get(inForce);
    if (before !== undefined) return before;
    const deflated = bytes === null ? null : deflateRawSync(bytes);
    const isKept = deflated !== null && deflated.length <= MAX_DEFLATED_BYTES;
    const known = { path, file, length, hash, deflated: isKept ? deflated.toString('base64') : null };
    this.#known.set(inForce, known);
    return known;
  }
}
