// The folder of the mirror on the disk. Whatever ended a process in the middle of its work leaves nothing here that
// stops the next one: leftovers are removed, and a mirror is put in place by one rename.
import { chmod, mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isIoError } from '../../../io-reason.ts';

export interface MirrorFolder {
  /** For our user alone. */
  readonly folder: string;
  readonly repository: string;
}

const REPOSITORY = 'repository.git';

export const mirrorFolder = (folder: string): MirrorFolder => ({
  folder,
  repository: path.join(folder, REPOSITORY),
});

/** Makes the folder, and removes what is left of work that was cut short. Only under the lock. */
export async function tidyFolder({ folder, repository }: MirrorFolder, gitconfig: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  await writeFile(path.join(folder, 'gitconfig'), gitconfig, { mode: 0o600 });
  for (const name of await namesIn(folder)) {
    if (/^(fresh|worn)-/.test(name)) await rm(path.join(folder, name), { recursive: true, force: true });
  }
  for (const name of await namesIn(repository, true)) {
    if (isLeftover(name)) await rm(path.join(repository, name), { recursive: true, force: true });
  }
}

/** Locks and half packs. No git is at work here while we hold the lock of the folder. */
const isLeftover = (name: string): boolean =>
  /(^|\/)(refs\/.*|shallow|packed-refs|config|HEAD)\.lock$/.test(name) ||
  /(^|\/)objects\/(pack\/(tmp_|\.tmp-)|tmp_|[0-9a-f]{2}\/tmp_)/.test(name);

/** Where a mirror is made that shall take the place of the one there is. */
export const freshRepository = ({ folder }: MirrorFolder): string =>
  path.join(folder, `fresh-${process.pid}.git`);

/** Puts a finished mirror in the place of the one there is, which is thrown away. */
export async function replaceRepository({ folder, repository }: MirrorFolder, fresh: string): Promise<void> {
  const worn = path.join(folder, `worn-${process.pid}.git`);
  await rm(worn, { recursive: true, force: true });
  await renameIfThere(repository, worn);
  await rename(fresh, repository);
  await rm(worn, { recursive: true, force: true });
}

/** Bytes of all packs, finished or not, as far as they can be read now. */
export async function packBytes(repository: string): Promise<number> {
  const folder = path.join(repository, 'objects', 'pack');
  try {
    const files = await Promise.all(
      (await readdir(folder)).map((name) => packedBytes(path.join(folder, name))),
    );
    return files.reduce((sum, size) => sum + size, 0);
  } catch (error) {
    if (isIoError(error)) return 0;
    throw error;
  }
}

/** Nothing of a file that has just gone. */
const packedBytes = async (file: string): Promise<number> => (await stat(file).catch(absent))?.size ?? 0;

export const packCount = async (repository: string): Promise<number> =>
  (await namesIn(path.join(repository, 'objects', 'pack'))).filter((name) => name.endsWith('.pack')).length;

/** None if there is no such folder. */
const namesIn = async (folder: string, recursive = false): Promise<string[]> =>
  (await readdir(folder, { recursive }).catch(absent)) ?? [];

async function renameIfThere(from: string, to: string): Promise<void> {
  await rename(from, to).catch(absent);
}

/** For what may vanish meanwhile, or was never there. */
function absent(error: unknown): null {
  if (isIoError(error) && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return null;
  throw error;
}
