// Which commit the remote names now: that of the branch, or of the tag of the highest version. One question to the
// remote, and nothing is fetched.
import { err, ok, type Result } from '../../../reconciler/model/result.ts';
import type { GitSettings } from '../../config/sections/git-schema.ts';
import { printable } from '../../../reconciler/policy/report/printable.ts';
import { nearestWord } from '../../../reconciler/policy/schema/suggest.ts';
import { highestTag } from './tag-version.ts';

/** A ref of the remote. */
export interface RemoteRef {
  /** In full. */
  readonly name: string;
  /** Of the commit, or of the tag object that leads to it. */
  readonly id: string;
}

/** More refs than this are not looked through. */
export const MAX_REFS_BYTES = 4 * 1024 * 1024;

/** In full; with a `*` where it means several tags. */
export function wantedRef({ ref, verify }: GitSettings): string {
  if (ref.startsWith('refs/')) return ref;
  return verify.mode === 'tag' ? `refs/tags/${ref}` : `refs/heads/${ref}`;
}

export const isTagRef = (ref: string): boolean => ref.startsWith('refs/tags/');

/** From what `git ls-remote` says; the error is a sentence. */
export function chosenRef(listing: string, wanted: string): Result<RemoteRef, string> {
  const refs = listing.split('\n').flatMap((line): RemoteRef[] => {
    const [, id = '', name = ''] = /^([0-9a-f]{40,64})\t(.+)$/.exec(line) ?? [];
    // Of a ref that is damaged at the remote, git says nothing but zeros.
    return name === '' || name.endsWith('^{}') || /^0+$/.test(id) ? [] : [{ id, name }];
  });
  if (!wanted.includes('*')) {
    const found = refs.find(({ name }) => name === wanted);
    return found === undefined ? err(`the remote has no ref ${wanted}`) : ok(found);
  }
  const pattern = refPattern(wanted);
  const highest = highestTag(refs.filter(({ name }) => pattern.test(name)));
  return highest === null ? err(`the remote has no tag with a version that fits ${wanted}`) : ok(highest);
}

const MAX_OTHERS = 5;
const MAX_COMPARED = 500;

/** What else there is, from what `git ls-remote` says: names near the wanted one, or some. Empty: nothing. */
export function otherRefs(listing: string, wanted: string): string {
  const names = listing.split('\n').flatMap((line) => /^[0-9a-f]{40,64}\t(.+)$/.exec(line)?.[1] ?? []);
  const kind = isTagRef(wanted) ? names.filter(isTagRef) : names.filter((name) => !isTagRef(name));
  const there = kind.length === 0 ? names : kind;
  if (there.length === 0) return '; it has no branch and no tag at all: is it empty?';
  const byName = new Map(there.slice(0, MAX_COMPARED).map((name) => [shortName(name), name]));
  const near = byName.get(nearestWord(shortName(wanted), byName.keys()) ?? '');
  if (near !== undefined) return `; it has ${printable(near)}: is that meant by \`policies.git.ref\`?`;
  const more = there.length > MAX_OTHERS ? ', …' : '';
  return `; it has ${printable(there.slice(0, MAX_OTHERS).join(', '))}${more}: correct \`policies.git.ref\``;
}

const shortName = (ref: string): string => ref.replace(/^refs\/\w+\//, '');

/** Which refs one of the config means: a `*` stands for any text without a slash. */
export const refPattern = (glob: string): RegExp =>
  new RegExp(`^${glob.split('*').map(literally).join('[^/]*')}$`);

const literally = (text: string): string => text.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
