// Files as events: a test waits for what another process writes, and does not ask again and again.
import { watch } from 'node:fs';

/** Waits until that is so of the files in the folder; asks after every change there, and before the first. */
export async function untilFiles(folder: string, isSo: () => boolean): Promise<void> {
  let tell: () => void = () => undefined;
  const watcher = watch(folder, () => tell());
  try {
    for (;;) {
      const changed = new Promise<void>((resolve) => (tell = resolve));
      if (isSo()) return;
      await changed;
    }
  } finally {
    watcher.close();
  }
}

/** Waits for so many changes of files in the folder. */
export function fileChanges(folder: string, count: number): Promise<void> {
  let left = count + 1;
  return untilFiles(folder, () => (left -= 1) === 0);
}
