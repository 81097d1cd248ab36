// What stands in a folder that another process writes to meanwhile: what is gone by the time it is read is left out.
import { readdirSync, readFileSync, type Dirent } from 'node:fs';
import path from 'node:path';

/** The contents of all files under a folder, byte for byte as Latin-1. */
export function textsUnder(folder: string): string[] {
  // One folder at a time: a recursive reading of Node's throws where a folder goes while it walks.
  return entriesOf(folder).flatMap((entry) => {
    const name = path.join(folder, entry.name);
    if (entry.isDirectory()) return textsUnder(name);
    if (!entry.isFile()) return [];
    const text = unlessGone(() => readFileSync(name, 'latin1'));
    return text === null ? [] : [text];
  });
}

/** The answer; null where a file or folder that was to be there is not. */
export function unlessGone<T>(touch: () => T): T | null {
  try {
    return touch();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

const entriesOf = (folder: string): readonly Dirent[] =>
  unlessGone(() => readdirSync(folder, { withFileTypes: true })) ?? [];
