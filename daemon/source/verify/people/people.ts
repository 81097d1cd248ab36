// Who is who: names that belong together are one person, so that no one is his own second signer.
import { matchesGlob } from '../../../../reconciler/model/glob.ts';
import type { VerifySettings } from '../../../config/sections/verify-schema.ts';
import type { Signer } from '../signature/signer.ts';
import { namesNobody, type AllowedSigner } from '../trust/allowed-signers.ts';

export interface People {
  /** The same text for every key of a person. */
  personOf(signer: Signer): string;
  /** Whether the signer may be the author of what he signed. */
  fitsAuthor(signer: Signer, email: string): boolean;
}

/**
 * All names of a key in the allowed signers are one person, also where it stands in several lines, each for its time; and
 * so are the two sides of SIGNER=ADDRESS.
 */
export function knownPeople(authors: VerifySettings['authors'], allowed: readonly AllowedSigner[]): People {
  const lists = [
    ...allowed
      .filter(({ isAuthority }) => !isAuthority)
      .map(({ fingerprint, principals }) => [
        ...principals.filter((principal) => !namesNobody(principal)).map(folded),
        fingerprint,
      ]),
    ...authors.map(({ signer, email }) =>
      signer === null || email.includes('*') ? [] : [folded(email), folded(signer)],
    ),
  ];
  const firsts = joinedNames(lists);
  return {
    personOf: ({ names }) => {
      const [name = ''] = names.map(folded);
      return firsts.get(name) ?? name;
    },
    fitsAuthor: ({ names }, email) => {
      const [own, author] = [names.map(folded), folded(email)];
      const fits = authors.some(
        (entry) => matchesGlob(folded(entry.email), author) && own.includes(folded(entry.signer ?? email)),
      );
      return authors.length === 0 || fits;
    },
  };
}

const FINGERPRINT = /^[0-9A-F]{40,64}$/;

const folded = (name: string): string => (FINGERPRINT.test(name) ? name : name.toLowerCase());

/** Each name with the one that stands for all that are joined to it. */
function joinedNames(lists: ReadonlyArray<readonly string[]>): Map<string, string> {
  const firsts = new Map<string, string>();
  for (const names of lists) {
    const known = new Set(names.map((name) => firsts.get(name) ?? name));
    const [first] = known;
    if (first === undefined) continue;
    if (known.size > 1) {
      for (const [name, stands] of firsts) if (known.has(stands)) firsts.set(name, first);
    }
    for (const name of [...names, ...known]) firsts.set(name, first);
  }
  return firsts;
}
