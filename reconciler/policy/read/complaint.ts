/** What is wrong, before it is known where. */
export interface Complaint {
  /** Stable kebab-case name of the kind of problem. */
  readonly code: string;
  readonly message: string;
  /** What to write instead; empty when the message already says it. */
  readonly hint: string;
}

export interface OffsetComplaint extends Complaint {
  /** Code units from the start of the text. */
  readonly offset: number;
}

/** What messages may repeat of a text. */
export interface Quoting {
  /** Whether values may stand in messages. In the config one could be a secret in the wrong place: only keys do. */
  readonly quotesValues: boolean;
}

const MAX_QUOTED_LENGTH = 80;

/** A text from a policy as it may stand in a message: quoted, on one line, without what is invisible, of bounded length. */
export function quote(text: string): string {
  const shown = text.length > MAX_QUOTED_LENGTH ? `${text.slice(0, MAX_QUOTED_LENGTH)}…` : text;
  return escapeInvisibles(JSON.stringify(shown));
}

/** What JSON leaves as it is: ends of lines, controls of old terminals, and marks that hide or turn around what follows. */
export function escapeInvisibles(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) =>
    Array.from({ length: character.length }, (_, at) => character.charCodeAt(at))
      .map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`)
      .join(''),
  );
}
