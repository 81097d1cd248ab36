import { closeSync, fsyncSync, linkSync, openSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/**
 * Makes a new file that is there whole or not at all: a daemon may be watching its folder, and half a policy
 * file may be a policy too. Null, or why it was not made: no file is ever replaced.
 */
export function writeWhole(file: string, text: string): string | null {
  // Hidden, so that no policy folder takes it for a policy.
  const draft = path.join(path.dirname(file), `.${path.basename(file)}.${process.pid}`);
  try {
    const fd = openSync(draft, 'wx', 0o644);
    try {
      writeFileSync(fd, text);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    linkSync(draft, file);
    return null;
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error && 'syscall' in error)) throw error;
    return error.code === 'EEXIST' ? `${file} is there already` : error.message;
  } finally {
    rmSync(draft, { force: true });
  }
}
