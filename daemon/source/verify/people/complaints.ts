// What is said of a commit behind which the wrong people stand, or too few.
import { quote } from '../../../../reconciler/policy/read/complaint.ts';
import type { Signer } from '../signature/signer.ts';

/** Goes on after `commit ID`. */
export function tooFew(people: ReadonlySet<string>, byHost: boolean, minSigners: number): string {
  const cure =
    'merge it with a merge commit that another person signs, or have another person put a signed tag on it';
  if (people.size === 0) {
    const alone = byHost ? 'is signed by the git host alone, which is no person' : 'has no person behind it';
    return `${alone}: merge signed commits with a merge commit without conflicts, or have a person put a signed tag on it`;
  }
  return `has ${people.size} of ${minSigners} people behind it (${[...people].join(', ')}): ${cure}`;
}

/** Goes on after `commit ID` or `tag NAME`. */
export function forged(email: string, signer: Signer, byHost: boolean): string {
  const who = byHost ? 'the git host, which proves no author' : signer.names.join();
  return `names ${quote(email)} as its author, and is signed by ${who}: \`policies.git.verify.authors\` does not let that pass`;
}
