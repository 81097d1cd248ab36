// Reads all policy files as of one moment. A `git checkout` or a copy in progress shows as a listing that
// changes while we read; then everything is read again, so that no half-written set is taken for the whole.
import { constants, open, type FileHandle } from 'node:fs/promises';
import { systemClock, type Clock } from '../../clock.ts';
import { compareText } from '../../../reconciler/model/problem.ts';
import { DEFAULT_POLICY_LIMITS } from '../../config/sections/policies-schema.ts';
import { FileCache } from './file-cache.ts';
import { FolderLooks } from './folder-looks.ts';
import { FOLDER_BOUNDS, isSameListing, listPolicyFiles, type ListedFile, type Listing } from './listing.ts';
import { lengthOf, type HeldBytes } from '../held-bytes.ts';
import { HeldFile } from '../held-file.ts';
import { noKinds, unreadable, type PolicyFolder, type SourceFile, type Unreadable } from '../source.ts';
import { emptyFolder, tooManyBytes } from '../too-much.ts';
import { ioReason } from '../../io-reason.ts';

/** Waits between the attempts to find the folder at rest: about 3 s in all. */
const RETRY_DELAYS_MS = [20, 50, 100, 200, 400, 800, 1600] as const;

/** Every policy file below `root`, and everything that could not be read. */
export async function readPolicyFolder(
  root: string,
  limits = DEFAULT_POLICY_LIMITS,
  clock: Clock = systemClock,
): Promise<PolicyFolder> {
  const bounds = { ...FOLDER_BOUNDS, maxFiles: limits.files };
  const reading = await readWhileStill(
    new FolderLooks((known) => listPolicyFiles(root, bounds, known)),
    (listing) => readListedFiles(listing, limits),
    clock,
  );
  return reading?.value ?? restlessFolder(root);
}

/**
 * Runs `read` between two equal listings: what it answers belongs to one moment. Of the first one only the files that changed
 * since an earlier look need to be new: what says the same in the second has been so all the time. Null if the folder did
 * not come to rest within about 3 s.
 */
export async function readWhileStill<T>(
  looks: FolderLooks,
  read: (listing: Listing) => Promise<T>,
  clock: Clock,
): Promise<{ readonly value: T; readonly listing: Listing } | null> {
  let before = await looks.opening();
  for (const delayMs of RETRY_DELAYS_MS) {
    const value = await read(before);
    const after = await looks.whole();
    if (isSameListing(before, after)) return { value, listing: after };
    await clock.sleep(delayMs);
    before = await looks.whole();
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
  return wholeUnread(trouble);
}

/** A folder of which nothing is known. */
const wholeUnread = (trouble: Unreadable): PolicyFolder => ({
  files: [],
  unreadable: [trouble],
  kinds: noKinds(trouble.problem.file),
});

/** Reads what the listing names; to be called through `readWhileStill`. */
export async function readListedFiles(
  listing: Listing,
  limits = DEFAULT_POLICY_LIMITS,
  cache = new FileCache((listed) => readBytes(listed.realPath, limits.bytesPerFile)),
): Promise<PolicyFolder> {
  const files: SourceFile[] = [];
  const troubles: Unreadable[] = [...listing.unreadable];
  let totalBytes = 0;
  cache.keep(listing.files);
  for (const listed of listing.files) {
    const settled = cache.settled(listed);
    const read =
      settled === null
        ? await readListedFile(listed, limits.bytesPerFile, cache)
        : sourceFile(listed, settled.held);
    if ('problem' in read) {
      troubles.push(read);
      continue;
    }
    files.push(read);
    totalBytes += lengthOf(read);
    if (totalBytes > limits.bytes) return wholeUnread(tooManyBytes(listing.shown, limits.bytes));
  }
  if (files.length === 0 && troubles.length === 0) troubles.push(emptyFolder(listing.shown));
  troubles.sort((a, b) => compareText(a.path, b.path));
  return { files, unreadable: troubles, kinds: listing.kinds };
}

const sourceFile = ({ path, file, stamp }: ListedFile, held: HeldBytes): SourceFile =>
  new HeldFile({ path, file, stamp, inGit: null }, held);

async function readListedFile(
  listed: ListedFile,
  limit: number,
  cache: FileCache,
): Promise<SourceFile | Unreadable> {
  const { path, file } = listed;
  try {
    const read = await cache.read(listed);
    if (read !== null) return sourceFile(listed, read.held);
    const message = `the file has more than ${limit} bytes`;
    return unreadable(path, { file, code: 'file-too-large', message, hint: 'split it' });
  } catch (error) {
    const message = `this file cannot be read: ${ioReason(error)}`;
    return unreadable(path, { file, code: 'policy-unreadable', message });
  }
}

/** Null if there are too many. Follows no link that was put there since the listing, and waits for no pipe. */
export async function readBytes(realPath: string, limit: number): Promise<Uint8Array | null> {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  const handle = await open(realPath, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const { size } = await handle.stat();
    if (size > limit) return null;
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
