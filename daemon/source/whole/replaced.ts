// A folder that gave way to a file (or the other way round) is a mishap, and its policy files count as unreadable: only
// a file that is plainly gone takes its groups with it.
import { unreadable, type PolicyFolder, type Unreadable } from '../source.ts';
import type { FilesInForce } from './files-in-force.ts';

/** The files in force that something of another kind has taken the place of, as unreadable ones. */
export function replacedFiles(inForce: FilesInForce, folder: PolicyFolder): Unreadable[] {
  const files = new Set(folder.files.map(({ path }) => path));
  const { folders, others } = folder.kinds;
  const isNoFolder = (path: string): boolean => files.has(path) || others.has(path);
  return [...inForce.files].flatMap(([path, { file }]) => {
    if (files.has(path)) return [];
    const around = foldersAround(path).find(isNoFolder);
    if (around === undefined && !folders.has(path)) return [];
    const message =
      around === undefined
        ? 'a folder has taken the place of this policy file'
        : `a file has taken the place of the folder ${around}, where this policy was`;
    return [unreadable(path, { file, code: 'policy-replaced', message, hint: HINT })];
  });
}

/** The policy folder itself has become a policy file, or the other way round; null if it has not. */
export function replacedRoot(
  { root, rootIsFile: wasFile }: FilesInForce,
  { kinds, unreadable: unread }: PolicyFolder,
): Unreadable | null {
  if (root === null || kinds.rootIsFile === wasFile) return null;
  if (unread.some(({ path }) => path === '')) return null;
  const message = wasFile
    ? 'a folder has taken the place of the policy file'
    : 'a file has taken the place of the policy folder';
  return unreadable('', { file: kinds.root, code: 'policy-replaced', message, hint: ROOT_HINT });
}

const HINT = 'put back what was there; if it is gone for good, remove what stands in its place';
const ROOT_HINT = 'put back what was there; for other policies name another path in `policies.path`';

export function foldersAround(path: string): string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'));
}
