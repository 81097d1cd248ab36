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

const MAX_QUOTED_LENGTH = 80;

/** A text from a policy as it may stand in a message: quoted, on one line, of bounded length. */
export function quote(text: string): string {
  return JSON.stringify(text.length > MAX_QUOTED_LENGTH ? `${text.slice(0, MAX_QUOTED_LENGTH)}…` : text);
}
