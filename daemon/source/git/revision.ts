import { createHash } from 'node:crypto';
import { heldDigest } from '../held-bytes.ts';
import type { GitState } from './git-state.ts';
import type { SourceFile } from '../source.ts';

const SHORT_CONTENT_DIGITS = 16;
const DIRTY_DIGITS = 8;

/**
 * `sha256:…` over names and bytes of the files, in the order of their names.
 */
export function contentHash(files: ReadonlyArray<Pick<SourceFile, 'path' | 'bytes' | 'held'>>): string {
  const parts = files.map((file) => JSON.stringify([file.path, heldDigest(file)]));
  return `sha256:${createHash('sha256').update(parts.join('')).digest('hex')}`;
}

/** What people read in logs and history: the commit where there is one, marked if the files differ from it. */
export function revisionText(content: string, git: Pick<GitState, 'commit' | 'dirty'> | null): string {
  const digest = content.slice('sha256:'.length);
  if (git === null) return `sha256:${digest.slice(0, SHORT_CONTENT_DIGITS)}`;
  return git.dirty ? `${git.commit}-dirty-${digest.slice(0, DIRTY_DIGITS)}` : git.commit;
}
