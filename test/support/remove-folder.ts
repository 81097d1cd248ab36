// Removes a folder in which a process may still be writing, such as a git that the daemon has started.
import { rmSync } from 'node:fs';

/** A folder that is not there is fine. Tries again for some seconds where something was written while it was emptied. */
export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 20 });
}
