// The ClientToken of an intent. The vendor answers a token that it knows from before with the old answer and
// does nothing, and it does not say for how long it remembers. So a token must never come back:
//   install   random, for the life of the journal: two installations differ, and so does a new journal
//   opening   random, for each opening: a journal put back from a backup would count again from there
//   epoch     grows with each opening of the journal
//   counter   grows with each intent of the opening

export const MAX_TOKEN_LENGTH = 64;

const PART_LENGTH = 10;

/** What the tokens of one opening share. `epoch` is a whole number from 1. */
export interface TokenOpening {
  readonly install: string;
  readonly opening: string;
  readonly epoch: number;
}

export interface TokenParts extends TokenOpening {
  /** A whole number from 1. */
  readonly counter: number;
}

/** At most 64 ASCII characters. Also the way to find a change of ours in the vendor's audit trail. */
export function formatToken({ install, opening, epoch, counter }: TokenParts): string {
  const token = ['rampart', install, epoch.toString(36), opening, counter.toString(36)].join('-');
  if (token.length > MAX_TOKEN_LENGTH)
    throw new Error(`a ClientToken of ${token.length} characters: ${token}`);
  return token;
}

/** Ten characters, 50 random bits. `randomByte` gives whole numbers from 0 to 255. */
export function randomPart(randomByte: () => number): string {
  const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
  return Array.from({ length: PART_LENGTH }, () => alphabet.charAt(randomByte() % alphabet.length)).join('');
}
