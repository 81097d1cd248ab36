// A file that is only the beginning of the one in force looks like half of it: an editor, a copy or a full disk has
// stopped in the middle. It is not taken before git knows it or it has stayed like that for a while.
import type { Clock } from '../../clock.ts';
import { lengthOf } from '../held-bytes.ts';
import { unreadable, type PolicyFolder, type SourceFile, type Unreadable } from '../source.ts';
import type { FileInForce, FilesInForce } from './files-in-force.ts';

/** Since when a file is there as it is. */
interface Sighting {
  readonly stamp: string;
  /** Monotonic. */
  readonly sinceMs: number;
  /** When it will have been there for long enough, Unix milliseconds. */
  readonly takenAtMs: number;
}

export interface Held<Folder> {
  /** The held files are among those that cannot be read. */
  readonly folder: Folder;
  /** After this long one of them will be taken if it stays as it is; null: none will. */
  readonly lookAgainMs: number | null;
}

/** Remembers from load to load how long a cut-off file has stayed as it is. */
export class TruncationWatch {
  readonly #settleMs: number;
  readonly #clock: Pick<Clock, 'nowMs' | 'monotonicMs'>;
  #sightings: ReadonlyMap<string, Sighting> = new Map();

  constructor(settleMs: number, clock: Pick<Clock, 'nowMs' | 'monotonicMs'>) {
    this.#settleMs = settleMs;
    this.#clock = clock;
  }

  hold<Folder extends PolicyFolder>(folder: Folder, inForce: FilesInForce): Held<Folder> {
    const sightings = new Map<string, Sighting>();
    const held = new Map<string, Unreadable>();
    const waits: number[] = [];
    for (const file of folder.files) {
      const before = inForce.files.get(file.path) ?? inForce.gone.get(file.path);
      const cut = before === undefined ? null : cutOff(file, before);
      if (before === undefined || cut === null || (cut === 'afterLine' && file.inGit !== null)) continue;
      const sighting = this.#sightingOf(file);
      sightings.set(file.path, sighting);
      const waitMs = sighting.sinceMs + this.#settleMs - this.#clock.monotonicMs();
      if (cut === 'afterLine' && waitMs <= 0) continue;
      if (cut === 'afterLine') waits.push(waitMs);
      held.set(file.path, truncated(file, { before, cut, takenAtMs: sighting.takenAtMs }));
    }
    this.#sightings = sightings;
    const files = folder.files.filter(({ path }) => !held.has(path));
    return {
      folder: { ...folder, files, unreadable: [...folder.unreadable, ...held.values()] },
      lookAgainMs: waits.length === 0 ? null : Math.min(...waits),
    };
  }

  #sightingOf({ path, stamp }: SourceFile): Sighting {
    const known = this.#sightings.get(path);
    if (known?.stamp === stamp) return known;
    const takenAtMs = this.#clock.nowMs() + this.#settleMs;
    return { stamp, sinceMs: this.#clock.monotonicMs(), takenAtMs };
  }
}

/**
 * How a file is less than the one in force: by whole lines, or by less than a line. Null: it is another file, or all of
 * it but blank space at its end.
 */
type CutOff = 'afterLine' | 'insideLine' | null;

function cutOff(file: SourceFile, before: FileInForce): CutOff {
  if (lengthOf(file) >= before.length) return null;
  const { bytes } = file;
  if (!isBeginning(bytes, before)) return null;
  return bytes.at(-1) === LINE_BREAK ? 'afterLine' : 'insideLine';
}

const LINE_BREAK = 0x0a;
const BLANK: ReadonlySet<number> = new Set([LINE_BREAK, 0x0d, 0x20, 0x09]);

/** Where the bytes in force were not kept, every shorter file may be their beginning. */
function isBeginning(bytes: Uint8Array, { held }: FileInForce): boolean {
  if (held === null) return true;
  const before = held.bytes;
  if (Buffer.compare(before.subarray(0, bytes.length), bytes) !== 0) return false;
  return bytes.length === 0 || before.subarray(bytes.length).some((byte) => !BLANK.has(byte));
}

interface Cut {
  readonly before: FileInForce;
  readonly cut: Exclude<CutOff, null>;
  readonly takenAtMs: number;
}

function truncated({ path, file, bytes }: SourceFile, { before, cut, takenAtMs }: Cut): Unreadable {
  const line = bytes.reduce((lines, byte) => (byte === LINE_BREAK ? lines + 1 : lines), 1);
  const what = `the file is only the beginning of the one in force (${bytes.length} of ${before.length} bytes)`;
  const [message, hint] =
    cut === 'insideLine'
      ? [
          `${bytes.length === 0 ? 'the file is empty' : `${what} and ends inside a line`}: it is not taken`,
          'write the whole file; to shorten it, end it with a whole line and a line break',
        ]
      : [
          `${what}; if it stays as it is, it will be taken at ${new Date(takenAtMs).toISOString()}`,
          `write the whole file, or run \`git add ${file}\` to have it taken at the next look`,
        ];
  return unreadable(path, { file, code: 'truncated', message, hint, line: Math.max(1, line) });
}
