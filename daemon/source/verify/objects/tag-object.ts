// A tag as its bytes say. Its own name counts: a ref of another name may point at any old tag.
import { readHeaders, readPerson, signatureKind, type Person, type SignatureKind } from './headers.ts';

export interface TagObject {
  readonly id: string;
  /** Id of what is tagged. */
  readonly target: string;
  readonly targetKind: string;
  /** Without `refs/tags/`. */
  readonly name: string;
  readonly tagger: Person;
  /** Null: it is not signed. */
  readonly signature: SignatureKind | null;
}

const TAG_HEADERS = 'object,type,tag,tagger';

/** Null if it is written otherwise than git writes tags. */
export function readTagObject(id: string, bytes: Uint8Array): TagObject | null {
  const read = readHeaders(bytes);
  if (read?.headers.map(({ name }) => name).join() !== TAG_HEADERS) return null;
  const [target = '', targetKind = '', name = '', taggerText = ''] = read.headers.map(({ value }) => value);
  const tagger = readPerson(taggerText);
  if (tagger === null || target.length !== id.length || !/^[0-9a-f]+$/.test(target)) return null;
  const decoded = Buffer.from(name, 'latin1').toString('utf8');
  return { id, target, targetKind, name: decoded, tagger, signature: signatureKind(read.body) };
}
