// Files that say whose signatures count. Whoever may write to one may sign for anybody, so it is looked at before it is
// believed.
import { constants } from 'node:fs';
import { open, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { err, ok, type Result } from '../../../../reconciler/model/result.ts';
import { ioReason } from '../../../io-reason.ts';

export interface TrustFile {
  readonly bytes: Buffer;
  /** What a person should know of it. */
  readonly warnings: readonly string[];
}

/** The bytes of the file that this key of the config names, or what is wrong with it. */
export async function readTrustFile(
  key: string,
  file: string,
  maxBytes: number,
): Promise<Result<TrustFile, string>> {
  const named = `\`${key}\` names ${file}`;
  try {
    const folders = await writersOfFolders(file);
    // To open a pipe that no one writes to is to wait for ever.
    const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stats = await handle.stat();
      if (!stats.isFile()) return err(`${named}, which is not a regular file`);
      if (stats.size > maxBytes) return err(`${named}, which has more than ${maxBytes} bytes`);
      const writers = [writersOf(stats, file), ...folders];
      const open = writers.find((each) => each.anyone);
      if (open !== undefined)
        return err(`${named}, and any user may write to ${open.path}: chmod o-w ${open.path}`);
      const bytes = await readWhole(handle, maxBytes);
      if (bytes === null) return err(`${named}, which grew while it was read`);
      return ok({
        bytes,
        warnings: writers.flatMap(({ warning }) => (warning === null ? [] : [`${named}, and ${warning}`])),
      });
    } finally {
      await handle.close();
    }
  } catch (error) {
    return err(`${named}, which cannot be read: ${ioReason(error)}`);
  }
}

interface Writers {
  readonly path: string;
  /** Whether any user of the machine may change it. */
  readonly anyone: boolean;
  readonly warning: string | null;
}

/** Who may write to the folder where the file is named, and to that where it lies. */
async function writersOfFolders(file: string): Promise<Writers[]> {
  const folders = new Set([path.dirname(file), path.dirname(await realpath(file))]);
  return Promise.all([...folders].map(async (folder) => writersOf(await stat(folder), folder)));
}

const STICKY = 0o1000;

function writersOf(
  stats: { readonly mode: number; readonly uid: number; isDirectory(): boolean },
  path: string,
): Writers {
  // In a sticky folder only the owner of a file may replace it.
  const isSticky = stats.isDirectory() && (stats.mode & STICKY) !== 0;
  const anyone = (stats.mode & 0o002) !== 0 && !isSticky;
  const group = (stats.mode & 0o020) !== 0 && !isSticky;
  const isForeign = stats.uid !== 0 && stats.uid !== process.getuid?.();
  const warning = group
    ? `a group may write to ${path}: chmod g-w ${path}`
    : isForeign
      ? `another user (${stats.uid}) owns ${path}`
      : null;
  return { path, anyone, warning };
}

/** Null if there is more than that. */
async function readWhole(
  handle: { read(buffer: Buffer, offset: number, length: number): Promise<{ bytesRead: number }> },
  maxBytes: number,
): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let total = 0;
  for (;;) {
    const chunk = Buffer.alloc(64 * 1024);
    const { bytesRead } = await handle.read(chunk, 0, chunk.length);
    if (bytesRead === 0) return Buffer.concat(chunks);
    total += bytesRead;
    if (total > maxBytes) return null;
    chunks.push(chunk.subarray(0, bytesRead));
  }
}
