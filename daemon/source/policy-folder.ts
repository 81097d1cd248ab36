// Reads all policy files as of one moment. A `git checkout` or a copy in progress shows as a listing that
// changes while we read; then everything is read again, so that no half-written set is taken for the whole.
import { constants, open, type FileHandle } from 'node:fs/promises';
import { systemClock, type Clock } from '../clock.ts';
import { compareText } from '../../reconciler/model/problem.ts';
import { listingFingerprint, listPolicyFiles, type ListedFile, type Listing } from './listing.ts';
import type { PolicyFile, PolicyFolder, Unreadable } from './source.ts';
import { ioReason, unreadable } from './unreadable.ts';

export const MAX_FILE_BYTES = 1024 * 1024;
export const MAX_TOTAL_BYTES = 32 * 1024 * 1024;

/** Waits between the attempts to find the folder at rest: about 3 s in all. */
const RETRY_DELAYS_MS = [20, 50, 100, 200, 400, 800, 1600] as const;

/** What was read, and the listing that it was read from. */
export interface StillReading<T> {
  readonly value: T;
  readonly listing: Listing;
}

/** Every policy file below `root`, and everything that could not be read. */
export async function readPolicyFolder(root: string, clock: Clock = systemClock): Promise<PolicyFolder> {
  const reading = await readWhileStill(() => listPolicyFiles(root), readListedFiles, clock);
  return reading?.value ?? restlessFolder(root);
}

/**
 * Runs `read` between two equal listings: what it answers belongs to one moment. Null if the folder did not
 * come to rest within about 3 s.
 */
export async function readWhileStill<T>(
  list: () => Promise<Listing>,
  read: (listing: Listing) => Promise<T>,
  clock: Clock,
): Promise<StillReading<T> | null> {
  let before = await list();
  for (const delayMs of RETRY_DELAYS_MS) {
    const value = await read(before);
    const after = await list();
    if (listingFingerprint(before) === listingFingerprint(after)) return { value, listing: after };
    await clock.sleep(delayMs);
    before = await list();
  }
  return null;
}

/** The answer for a folder that never came to rest. */
export function restlessFolder(root: string): PolicyFolder {
  const trouble = unreadable({
    path: '',
    file: root,
    code: 'policies-restless',
    message: 'the policy files kept changing while they were read',
    hint: 'write new files beside the old ones and rename them into place',
  });
  return { files: [], unreadable: [trouble] };
}

/** Reads what the listing names; to be called through `readWhileStill`. */
export async function readListedFiles(listing: Listing): Promise<PolicyFolder> {
  const files: PolicyFile[] = [];
  const troubles: Unreadable[] = [...listing.unreadable];
  let totalBytes = 0;
  for (const listed of listing.files) {
    const read = await readListedFile(listed);
    if ('problem' in read) {
      troubles.push(read);
      continue;
    }
    totalBytes += read.bytes;
    if (totalBytes > MAX_TOTAL_BYTES) return { files: [], unreadable: [tooManyBytes(listed)] };
    files.push(read.file);
  }
  troubles.sort((a, b) => compareText(a.path, b.path));
  return { files, unreadable: troubles };
}

function tooManyBytes({ file }: ListedFile): Unreadable {
  const message = `the policy files hold more than ${MAX_TOTAL_BYTES} bytes together`;
  return unreadable({ path: '', file, code: 'policies-too-large', message });
}

async function readListedFile(
  listed: ListedFile,
): Promise<{ readonly file: PolicyFile; readonly bytes: number } | Unreadable> {
  let bytes: Uint8Array;
  try {
    bytes = await readBytes(listed.realPath);
  } catch (error) {
    const message = `this file cannot be read: ${ioReason(error)}`;
    return unreadable({ ...listed, code: 'policy-unreadable', message });
  }
  if (bytes.length > MAX_FILE_BYTES) {
    const message = `this file is larger than ${MAX_FILE_BYTES} bytes`;
    return unreadable({ ...listed, code: 'policy-too-large', message, hint: 'split it' });
  }
  const text = decodeUtf8(bytes);
  if (text === null) {
    const message = 'this file is not valid UTF-8';
    return unreadable({ ...listed, code: 'policy-not-utf8', message, hint: 'save it as UTF-8' });
  }
  return { file: { path: listed.path, file: listed.file, text }, bytes: bytes.length };
}

/** At most one byte more than allowed. Follows no link that was put there since the listing, and no pipe holds it up. */
async function readBytes(realPath: string): Promise<Uint8Array> {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  const handle = await open(realPath, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    return await readUpTo(handle, MAX_FILE_BYTES + 1);
  } finally {
    await handle.close();
  }
}

async function readUpTo(handle: FileHandle, maxBytes: number): Promise<Uint8Array> {
  const { size } = await handle.stat();
  const buffer = new Uint8Array(Math.min(size + 1, maxBytes));
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await handle.read(buffer, filled, buffer.length - filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

/** Null if the bytes are not UTF-8. A byte order mark is dropped. */
function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}
