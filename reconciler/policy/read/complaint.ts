import type { Problem } from '../../model/problem.ts';

/** What is wrong, before it is known where. */
export interface Complaint {
  readonly code: Problem['code'];
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

/** What a cure may repeat of a text: what is longer, or cannot stand in a message as it is, is not repeated. */
const MAX_CURE_LENGTH = 240;

/**
 * The part of a hint that a machine can follow: a verb and what it is about in backticks. `write`: in the place of the
 * problem (a pair of a key and a value: in the place of that key); `add`: to the mapping; `remove`: the key. Without a
 * text that can be shown so, `otherwise`.
 */
export function cureText(verb: 'write' | 'add' | 'remove', text: string, otherwise = ''): string {
  const isPlain = text !== '' && text.length <= MAX_CURE_LENGTH && !text.includes('`');
  return isPlain && escapeInvisibles(text) === text ? `${verb} \`${text}\`` : otherwise;
}
