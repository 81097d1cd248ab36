// What tells, without reading a file, that it has been written or replaced.
import type { BigIntStats } from 'node:fs';
import { lstat } from 'node:fs/promises';
import type { SourceFile } from '../source.ts';

/** Inode, size and times: `cp -p` over a file and an edit within one clock tick both show. */
export const fileStamp = ({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string =>
  `${dev}:${ino}:${size}:${mtimeNs}:${ctimeNs}`;

/** Of a plain file; null if that is not there, or is no such file. */
export async function stampNow(realPath: string): Promise<string | null> {
  const stats = await lstat(realPath, { bigint: true }).catch(() => null);
  return stats?.isFile() === true ? fileStamp(stats) : null;
}

/** When a file of this stamp was last written, renamed or replaced, Unix milliseconds by its file system. */
export function changedAtMs(stamp: string): number {
  const [mtimeNs = '0', ctimeNs = '0'] = stamp.split(':').slice(3);
  return Math.max(Number(mtimeNs), Number(ctimeNs)) / 1e6;
}

/** Of the file as it was listed. */
export const listedBytes = ({ stamp }: Pick<SourceFile, 'stamp'>): number => Number(stamp.split(':')[2] ?? 0);
