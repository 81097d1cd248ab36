// Work in the folder of a mirror that no other process may do at the same time.
import { err, type Result } from '../../../../reconciler/model/result.ts';
import { ioReason, isIoError } from '../../../io-reason.ts';
import { tidyFolder } from './mirror-folder.ts';
import type { MirrorGit } from './mirror-git.ts';
import { ownGitConfig, remoteVariables } from './remote-access.ts';

/** Gives the work what it takes to talk to the remote. The error is one line. */
export async function underLock<T>(
  { options, folder: place }: MirrorGit,
  work: (variables: Record<string, string>) => Promise<Result<T, string>>,
): Promise<Result<T, string>> {
  const { git, folder } = options;
  const access = await remoteVariables(git, folder, options);
  if (!access.ok) return access;
  let release: (() => void) | null = null;
  try {
    const lock = await options.lock();
    if (!lock.ok) return lock;
    release = lock.value;
    await tidyFolder(place, ownGitConfig(git));
    return await work(access.value);
  } catch (error) {
    if (!isIoError(error)) throw error;
    return err(`the mirror ${folder} cannot be used: ${ioReason(error)}`);
  } finally {
    release?.();
  }
}
