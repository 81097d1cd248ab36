// The bytes of commits and tags, each proved to be what its id says: git does not look when it only copies.
import { createHash } from 'node:crypto';
import type { VerifyGit } from '../verify-git.ts';

/** An object of the mirror, or why there is none to rely on. */
export type ReadObject =
  | { readonly kind: 'read'; readonly type: string; readonly bytes: Uint8Array }
  | { readonly kind: 'missing' }
  | { readonly kind: 'damaged' };

/** Of all objects of one question together; a commit has about 1 KiB. */
const MAX_BYTES = 64 * 1024 * 1024;

/** By id; null if git fails or says too much. */
export async function readObjects(
  git: VerifyGit,
  ids: readonly string[],
): Promise<Map<string, ReadObject> | null> {
  if (ids.length === 0) return new Map();
  const input = ids.map((id) => `${id}\n`).join('');
  const { kind, output } = await git.run(['cat-file', '--batch'], { input, maxBytes: MAX_BYTES });
  return kind === null ? splitObjects(output, ids) : null;
}

/** Each is `ID missing`, or `ID TYPE SIZE`, a newline, the bytes, and a newline. */
function splitObjects(output: Buffer, ids: readonly string[]): Map<string, ReadObject> | null {
  const found = new Map<string, ReadObject>();
  let at = 0;
  for (const id of ids) {
    const end = output.indexOf('\n', at);
    if (end === -1) return null;
    const head = output.subarray(at, end).toString('latin1');
    at = end + 1;
    if (head === `${id} missing`) {
      found.set(id, { kind: 'missing' });
      continue;
    }
    const [, named, type, size] = /^([0-9a-f]+) (\w+) (\d+)$/.exec(head) ?? [];
    if (named !== id || type === undefined) return null;
    const bytes = output.subarray(at, at + Number(size));
    at += bytes.length + 1;
    found.set(id, objectDigest(type, bytes, id) === id ? { kind: 'read', type, bytes } : { kind: 'damaged' });
  }
  return at === output.length ? found : null;
}

function objectDigest(type: string, bytes: Buffer, id: string): string {
  const hash = createHash(id.length === 40 ? 'sha1' : 'sha256');
  return hash.update(`${type} ${bytes.length}\0`).update(bytes).digest('hex');
}
