// A line that YAML refuses for one missing character: what to write instead.
import { cureText, type Quoting } from '../complaint.ts';
import type { TextLine } from './text-lines.ts';

export interface OddLine {
  /** From the start of the line. */
  readonly column: number;
  readonly message: string;
  readonly hint: string;
}

/** Null if the line is none of those. Values stand in the hint only where the file is one whose values may be shown. */
export function oddLine({ text }: TextLine, { quotesValues }: Quoting): OddLine | null {
  for (const look of [dashWithoutSpace, colonWithoutSpace, openText, colonInText]) {
    const found = look(text);
    if (found === null) continue;
    const { column, message, instead, hint } = found;
    return { column, message, hint: quotesValues ? cureText('write', instead, hint) : hint };
  }
  return null;
}

interface OddText {
  readonly column: number;
  readonly message: string;
  readonly instead: string;
  /** Where values are not shown. */
  readonly hint: string;
}

function dashWithoutSpace(text: string): OddText | null {
  const match = /^(\s*)-([A-Za-z]\w*:\s.*)$/.exec(text);
  if (match === null) return null;
  const [, indent = '', rest = ''] = match;
  const message = 'a dash that begins an entry needs a space behind it';
  return { column: indent.length, message, instead: `- ${rest}`, hint: 'write a space behind the dash' };
}

function colonWithoutSpace(text: string): OddText | null {
  const match = /^(\s*(?:-\s+)?)([A-Za-z]\w*):([^\s:/].*)$/.exec(text);
  if (match === null) return null;
  const [, before = '', key = '', value = ''] = match;
  const message = `the key ${JSON.stringify(key)} needs a space behind its colon`;
  return {
    column: before.length,
    message,
    instead: `${key}: ${value}`,
    hint: 'write a space behind the colon',
  };
}

const CLOSING: Readonly<Record<string, string>> = { '[': ']', '{': '}', '"': '"', "'": "'" };

/** `[`, `{` or a quote that does not end on its line. */
function openText(text: string): OddText | null {
  const match = /^(\s*(?:-\s+)?[A-Za-z]\w*:\s+)(["'[{])(.*\S)\s*$/.exec(text);
  if (match === null) return null;
  const [, before = '', open = '', rest = ''] = match;
  const close = CLOSING[open] ?? '';
  if (rest.includes(close)) return null;
  const message = `the ${open} of this line does not end: ${close} is missing`;
  return {
    column: before.length,
    message,
    instead: `${open}${rest}${close}`,
    hint: `write ${close} at its end`,
  };
}

/** The last line up to `number` whose `[`, `{` or quote does not end on it, and which the next line does not go on with. */
export function openLineBefore(lines: readonly TextLine[], number: number): TextLine | null {
  const above = lines.slice(0, number).filter(({ isBlank }) => !isBlank);
  return (
    above.findLast(
      (line, at) => openText(line.text) !== null && (above[at + 1]?.indent ?? 0) <= line.indent,
    ) ?? null
  );
}

function colonInText(text: string): OddText | null {
  const match = /^(\s*(?:-\s+)?[A-Za-z]\w*:\s+)([^"'[{&*!|>#\s].*:(?:\s.*)?)$/.exec(text);
  if (match === null) return null;
  const [, before = '', value = ''] = match;
  const message = 'a text with a colon in it reads as a key here';
  return { column: before.length, message, instead: JSON.stringify(value.trim()), hint: 'quote the text' };
}
