// What of the policies must survive a restart for the keeper to go on as if there had been none: the state in force and
// the files that it was made of. They go through the journal.
import { isSameList } from '../../reconciler/model/collections.ts';
import type { KnownPolicyFile, KnownPolicyFiles } from '../journal/facts.ts';
import type { Journal } from '../journal/journal.ts';
import { ByteTurns } from '../source/byte-turns.ts';
import type { DesiredKeeper } from '../source/desired.ts';
import { HeldBytes } from '../source/held-bytes.ts';
import type { FileInForce, FilesInForce } from '../source/whole/files-in-force.ts';

/** Of a larger file only length and hash are kept: after a restart every shorter one may be half of it. */
const MAX_DEFLATED_BYTES = 128 * 1024;

export class PolicyMemory {
  readonly #journal: Pick<Journal, 'estateFacts' | 'setEstateFacts'>;
  readonly #keeper: DesiredKeeper;
  /** Files do not change: what was deflated once is not deflated again. */
  readonly #known = new WeakMap<FileInForce, KnownPolicyFile>();
  /** As the journal has them. */
  #noted: KnownPolicyFiles | null = null;

  constructor(journal: Pick<Journal, 'estateFacts' | 'setEstateFacts'>, keeper: DesiredKeeper) {
    this.#journal = journal;
    this.#keeper = keeper;
  }

  /** Before the first load, and after one that is held. */
  async recall(): Promise<void> {
    const { desired, policyFiles } = await this.#journal.estateFacts();
    if (desired === null || policyFiles === null) return;
    this.#noted = policyFiles;
    this.#keeper.restore(desired, await this.#inForce(policyFiles));
  }

  /** After each load. Writes only what differs. */
  async note(): Promise<void> {
    const { root, rootIsFile, files } = this.#keeper.filesInForce;
    if (root === null) return;
    const known = [...files].map(([path, file]) => this.#known.get(file) ?? this.#asKnown(path, file));
    const noted = this.#noted;
    if (noted?.root === root && noted.rootIsFile === rootIsFile && isSameList(known, noted.files)) return;
    const policyFiles = { root, rootIsFile, files: known };
    await this.#journal.setEstateFacts({ policyFiles });
    this.#noted = policyFiles;
  }

  async #inForce({ root, rootIsFile, files }: KnownPolicyFiles): Promise<FilesInForce> {
    const turns = new ByteTurns();
    const inForce = new Map<string, FileInForce>();
    for (const known of files) {
      const { path, file, length, hash, deflated } = known;
      const held =
        deflated === null
          ? null
          : new HeldBytes({ length, digest: hash, deflated: Buffer.from(deflated, 'base64') });
      // A journal that has them damaged is found out here, and not by an edit.
      await turns.after(length, () => held?.bytes);
      const restored = { file, length, hash, held };
      this.#known.set(restored, known);
      inForce.set(path, restored);
    }
    return { root, rootIsFile, files: inForce, gone: new Map() };
  }

  #asKnown(path: string, inForce: FileInForce): KnownPolicyFile {
    const { file, length, hash, held } = inForce;
    const isKept = held !== null && held.deflated.length <= MAX_DEFLATED_BYTES;
    const deflated = isKept ? Buffer.from(held.deflated).toString('base64') : null;
    const known = { path, file, length, hash, deflated };
    this.#known.set(inForce, known);
    return known;
  }
}
