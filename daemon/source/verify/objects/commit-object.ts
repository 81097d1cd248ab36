// A commit as its bytes say, not as git's history shows it: a shallow history or a graft hides parents.
import {
  readHeaders,
  readPerson,
  signatureKind,
  type Header,
  type Person,
  type SignatureKind,
} from './headers.ts';

export interface CommitObject {
  readonly id: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Person;
  readonly committer: Person;
  /** Null: it is not signed. */
  readonly signature: SignatureKind | null;
}

const ONCE: readonly string[] = ['tree', 'parent', 'author', 'committer', 'gpgsig', 'gpgsig-sha256'];

/** Null if it is written otherwise than git writes commits. */
export function readCommitObject(id: string, bytes: Uint8Array): CommitObject | null {
  const read = readHeaders(bytes);
  const [tree, ...rest] = read?.headers ?? [];
  const count = rest.findIndex(({ name }) => name !== 'parent');
  if (tree?.name !== 'tree' || count === -1) return null;
  const parents = rest.slice(0, count).map(({ value }) => value);
  const [first, second, ...others] = rest.slice(count);
  const author = personOf(first, 'author');
  const committer = personOf(second, 'committer');
  const signature = signatureOf(
    others.filter(({ name }) => ONCE.includes(name)),
    id,
  );
  if (author === null || committer === null || signature === undefined) return null;
  if (![tree.value, ...parents].every((each) => isId(each, id))) return null;
  return { id, tree: tree.value, parents, author, committer, signature };
}

const personOf = (header: Header | undefined, name: string): Person | null =>
  header?.name === name ? readPerson(header.value) : null;

const isId = (text: string, like: string): boolean => text.length === like.length && /^[0-9a-f]+$/.test(text);

/** Undefined if what follows the committer is not at most one signature over ids of this length. */
function signatureOf(signatures: readonly Header[], id: string): SignatureKind | null | undefined {
  const [only, ...more] = signatures;
  if (only === undefined) return null;
  const name = id.length === 40 ? 'gpgsig' : 'gpgsig-sha256';
  return more.length > 0 || only.name !== name ? undefined : (signatureKind(only.value) ?? 'other');
}
