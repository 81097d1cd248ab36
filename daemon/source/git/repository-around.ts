// Whether git could tell anything of a folder. To start git stops this process for some milliseconds, the more the
// larger it is, so what a few looks at the file system answer is not asked of it.
import { lstat } from 'node:fs/promises';
import path from 'node:path';

/**
 * False where neither the folder nor any one around it holds a `.git`, which is what git looks for. True where that cannot
 * be told: then git is to be asked.
 */
export async function isRepositoryAround(folder: string): Promise<boolean> {
  const around = path.dirname(folder);
  if (await mayExist(path.join(folder, '.git'))) return true;
  return around === folder ? false : isRepositoryAround(around);
}

async function mayExist(name: string): Promise<boolean> {
  try {
    await lstat(name);
    return true;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    return code !== 'ENOENT' && code !== 'ENOTDIR';
  }
}
