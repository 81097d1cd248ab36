// Removes a folder in which a process may still be writing, such as a git that the daemon has started.
import { rmSync } from 'node:fs';

const MOST_TRIES = 50;

/** A folder that is not there is fine. Tries again where something was written while it was emptied. */
export function removeFolder(folder: string, tries = 1): void {
  try {
    // Its own retries wait, but do not look for what is new.
    rmSync(folder, { recursive: true, force: true, maxRetries: 1, retryDelay: 20 });
  } catch (error) {
    const isNew = error instanceof Error && 'code' in error && error.code === 'ENOTEMPTY';
    if (!isNew || tries === MOST_TRIES) throw error;
    removeFolder(folder, tries + 1);
  }
}
