// What of the policies must survive a restart for the keeper to go on as if there had been none: the state in force and
// the files that it was made of. They go through the journal.
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { isSameList } from '../../reconciler/model/collections.ts';
import type { KnownPolicyFile, KnownPolicyFiles } from '../journal/facts.ts';
import type { Journal } from '../journal/journal.ts';
import type { DesiredKeeper } from '../source/desired.ts';
import type { FileInForce, FilesInForce } from '../source/whole/files-in-force.ts';

/** Of a larger file only length and hash are kept: after a restart every shorter one may be half of it. */
const MAX_DEFLATED_BYTES = 128 * 1024;

/** Speed matters more than room. */
const DEFLATE_FILES = { level: 1 };

/** Bytes that are deflated or inflated before others have a turn: some ten milliseconds. */
const BYTES_A_TURN = 512 * 1024;

/** Gives others a turn between pieces of work. */
class Turns {
  #bytes = 0;

  async after<T>(bytes: number, work: () => T): Promise<T> {
    this.#bytes += bytes;
    if (this.#bytes > BYTES_A_TURN) {
      this.#bytes = bytes;
      await new Promise((resolve) => setImmediate(resolve));
    }
    return work();
  }
}

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
    const turns = new Turns();
    const known: KnownPolicyFile[] = [];
    for (const [path, file] of files) {
      known.push(this.#known.get(file) ?? (await turns.after(file.length, () => this.#asKnown(path, file))));
    }
    const noted = this.#noted;
    if (noted?.root === root && noted.rootIsFile === rootIsFile && isSameList(known, noted.files)) return;
    this.#noted = { root, rootIsFile, files: known };
    await this.#journal.setEstateFacts({ policyFiles: this.#noted });
  }

  async #inForce({ root, rootIsFile, files }: KnownPolicyFiles): Promise<FilesInForce> {
    const turns = new Turns();
    const inForce = new Map<string, FileInForce>();
    for (const known of files) {
      const { path, file, length, hash, deflated } = known;
      const inflate = () => (deflated === null ? null : inflateRawSync(Buffer.from(deflated, 'base64')));
      const restored = { file, length, hash, bytes: await turns.after(length, inflate) };
      this.#known.set(restored, known);
      inForce.set(path, restored);
    }
    return { root, rootIsFile, files: inForce, gone: new Map() };
  }

  #asKnown(path: string, inForce: FileInForce): KnownPolicyFile {
    const { file, length, hash, bytes } = inForce;
    const deflated = bytes === null ? null : deflateRawSync(bytes, DEFLATE_FILES);
    const isKept = deflated !== null && deflated.length <= MAX_DEFLATED_BYTES;
    const known = { path, file, length, hash, deflated: isKept ? deflated.toString('base64') : null };
    this.#known.set(inForce, known);
    return known;
  }
}
