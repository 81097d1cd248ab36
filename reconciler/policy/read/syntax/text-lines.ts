// A text by its lines, as those see it who look at indentation.

export interface TextLine {
  /** From 1. */
  readonly number: number;
  /** Code units from the start of the text. */
  readonly start: number;
  /** Without its end. */
  readonly text: string;
  /** How many spaces (or tabs) stand before the first other character. */
  readonly indent: number;
  /** Whether there is nothing but space and a comment. */
  readonly isBlank: boolean;
}

export function textLines(text: string): TextLine[] {
  let start = 0;
  return text.split('\n').map((raw, index) => {
    const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    const indent = /^[ \t]*/.exec(line)?.[0].length ?? 0;
    const isBlank = indent === line.length || line[indent] === '#';
    const at = { number: index + 1, start, text: line, indent, isBlank };
    start += raw.length + 1;
    return at;
  });
}

export const lineSpan = (first: number, last: number): string =>
  first === last ? String(first) : `${first} to ${last}`;
