// Reads all policy files as of one moment. A `git checkout` or a copy in progress shows as a listing that
// changes while we read; then everything is read again, so that no half-written set is taken for the whole.
import { constants, open, type FileHandle } from 'node:fs/promises';
import { systemClock, type Clock } from '../../clock.ts';
import { compareText } from '../../../reconciler/model/problem.ts';
import { MAX_POLICY_FILE_BYTES } from '../../../reconciler/policy/read/decode.ts';
import { listingFingerprint, listPolicyFiles, type ListedFile, type Listing } from './listing.ts';
import { unreadable, type PolicyFolder, type SourceFile, type Unreadable } from '../source.ts';
import { ioReason } from '../../io-reason.ts';

export const MAX_TOTAL_BYTES = 32 * 1024 * 1024;

/** Waits between the attempts to find the folder at rest: about 3 s in all. */
const RETRY_DELAYS_MS = [20, 50, 100, 200, 400, 800, 1600] as const;

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
): Promise<{ readonly value: T; readonly listing: Listing } | null> {
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
  const trouble = unreadable('', {
    file: root,
    code: 'policies-restless',
    message: 'the policy files kept changing while they were read',
    hint: 'write new files beside the old ones and rename them into place',
  });
  return { files: [], unreadable: [trouble] };
}

/** Reads what the listing names; to be called through `readWhileStill`. */
export async function readListedFiles(listing: Listing): Promise<PolicyFolder> {
  const files: SourceFile[] = [];
  const troubles: Unreadable[] = [...listing.unreadable];
  let totalBytes = 0;
  for (const listed of listing.files) {
    const read = await readListedFile(listed);
    if ('problem' in read) {
      troubles.push(read);
      continue;
    }
    files.push(read);
    totalBytes += read.bytes.length;
    if (totalBytes > MAX_TOTAL_BYTES) return { files: [], unreadable: [tooManyBytes(listed)] };
  }
  if (files.length === 0 && troubles.length === 0) troubles.push(emptyFolder(listing));
  troubles.sort((a, b) => compareText(a.path, b.path));
  return { files, unreadable: troubles };
}

/** A volume that was not mounted looks like this too: it never means that nothing is wanted. */
function emptyFolder({ shown }: Listing): Unreadable {
  return unreadable('', {
    file: shown,
    code: 'policies-empty',
    message: 'there is no policy file (*.yaml or *.yml) here',
    hint: 'a file with `version: 1` and `groups: []` says that nothing is to be managed',
  });
}

function tooManyBytes({ file }: ListedFile): Unreadable {
  const message = `the policy files hold more than ${MAX_TOTAL_BYTES} bytes together`;
  return unreadable('', { file, code: 'policies-too-large', message });
}

async function readListedFile({ path, file, realPath }: ListedFile): Promise<SourceFile | Unreadable> {
  try {
    const bytes = await readBytes(realPath);
    if (bytes !== null) return { path, file, bytes };
    const message = `the file has more than ${MAX_POLICY_FILE_BYTES} bytes`;
    return unreadable(path, { file, code: 'file-too-large', message, hint: 'split it' });
  } catch (error) {
    const message = `this file cannot be read: ${ioReason(error)}`;
    return unreadable(path, { file, code: 'policy-unreadable', message });
  }
}

/** Null if there are too many. Follows no link that was put there since the listing, and waits for no pipe. */
async function readBytes(realPath: string): Promise<Uint8Array | null> {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  const handle = await open(realPath, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const { size } = await handle.stat();
    if (size > MAX_POLICY_FILE_BYTES) return null;
    return await readUpTo(handle, size);
  } finally {
    await handle.close();
  }
}

/** Fewer bytes if the file shrank meanwhile; it is read again then, see `readWhileStill`. */
async function readUpTo(handle: FileHandle, size: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(size);
  let filled = 0;
  while (filled < size) {
    const { bytesRead } = await handle.read(bytes, filled, size - filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}
