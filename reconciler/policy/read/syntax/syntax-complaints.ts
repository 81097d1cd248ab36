// What YAML's rules refuse, in words that say what to write: the library's own words are for those who know the grammar.
import type { YAMLError } from 'yaml';
import { escapeInvisibles, type OffsetComplaint, type Quoting } from '../complaint.ts';
import { misplacedLine } from './indentation.ts';
import { mergeConflict } from './merge-conflict.ts';
import { oddLine, openLineBefore } from './odd-line.ts';
import { templatesIn } from './template.ts';
import { textLines, type TextLine } from './text-lines.ts';

/** One mistake makes the parser stumble many times; the first ones tell enough. */
const MAX_COMPLAINTS = 20;

/** `errors`: at least one, in the order in which the parser met them. */
export function syntaxComplaints(
  text: string,
  errors: readonly YAMLError[],
  quoting: Quoting,
): OffsetComplaint[] {
  const lines = textLines(text);
  const conflict = mergeConflict(lines);
  if (conflict !== null) return [conflict];
  const templates = templatesIn(lines);
  if (templates.length > 0) return templates.slice(0, MAX_COMPLAINTS);
  const said: OffsetComplaint[] = [];
  let saidTo = 0;
  for (const error of errors.slice(0, MAX_COMPLAINTS)) {
    const line = textLineAt(lines, error.pos[0]);
    // What follows from a line that has been told of is no news.
    if (line.number <= saidTo) continue;
    const { complaint, lastLine } = complaintOf(error, line, { lines, quoting });
    said.push(complaint);
    saidTo = lastLine;
  }
  return said;
}

interface Around {
  readonly lines: readonly TextLine[];
  readonly quoting: Quoting;
}

function complaintOf(
  error: YAMLError,
  line: TextLine,
  { lines, quoting }: Around,
): { readonly complaint: OffsetComplaint; readonly lastLine: number } {
  const odd = ABOUT_LINES.has(error.code) ? oddLineUpTo(line, lines, quoting) : null;
  if (odd !== null) return odd;
  const misplaced = ABOUT_COLUMNS.has(error.code) ? misplacedLine(lines, line.number) : null;
  if (misplaced !== null) return { complaint: misplaced, lastLine: misplaced.lastLine };
  return { complaint: libraryComplaint(error, quoting), lastLine: 0 };
}

/** That line or, since a text that does not end is missed much later, the last one above that is left open. */
function oddLineUpTo(
  line: TextLine,
  lines: readonly TextLine[],
  quoting: Quoting,
): { readonly complaint: OffsetComplaint; readonly lastLine: number } | null {
  const here = oddLine(line, quoting);
  const open = here === null ? openLineBefore(lines, line.number) : line;
  const odd = here ?? (open === null ? null : oddLine(open, quoting));
  if (odd === null || open === null) return null;
  const { column, message, hint } = odd;
  const complaint: OffsetComplaint = { offset: open.start + column, code: 'yaml-syntax', message, hint };
  return { complaint, lastLine: here === null ? lines.length : line.number };
}

function textLineAt(lines: readonly TextLine[], offset: number): TextLine {
  const line = lines.findLast(({ start }) => start <= offset) ?? lines[0];
  if (line === undefined) throw new Error('a text has at least one line');
  return line;
}

function libraryComplaint(error: YAMLError, { quotesValues }: Quoting): OffsetComplaint {
  const quotesNothing = quotesValues || QUOTING_NOTHING.has(error.code);
  const reason = quotesNothing ? escapeInvisibles(error.message) : 'what begins here cannot stand here';
  const message = `not valid YAML: ${reason}`;
  return { offset: error.pos[0], code: 'yaml-syntax', message, hint: SYNTAX_HINTS[error.code] ?? '' };
}

/** Errors of which one line may be the cause, and those of which its column may be. */
const ABOUT_LINES: ReadonlySet<YAMLError['code']> = new Set([
  'BLOCK_AS_IMPLICIT_KEY',
  'MULTILINE_IMPLICIT_KEY',
  'MISSING_CHAR',
  'BAD_INDENT',
]);
const ABOUT_COLUMNS: ReadonlySet<YAMLError['code']> = new Set([
  'BAD_INDENT',
  'BLOCK_AS_IMPLICIT_KEY',
  'MISSING_CHAR',
  'MULTILINE_IMPLICIT_KEY',
  'TAB_AS_INDENT',
  'UNEXPECTED_TOKEN',
]);

/** Errors whose words the library takes from itself alone, and never from the text. Source: npm `yaml` 2.9.1, `compose/`. */
const QUOTING_NOTHING: ReadonlySet<YAMLError['code']> = new Set([
  'ALIAS_PROPS',
  'BAD_INDENT',
  'BAD_SCALAR_START',
  'BLOCK_AS_IMPLICIT_KEY',
  'BLOCK_IN_FLOW',
  'KEY_OVER_1024_CHARS',
  'MISSING_CHAR',
  'MULTILINE_IMPLICIT_KEY',
  'MULTIPLE_ANCHORS',
  'MULTIPLE_TAGS',
  'TAB_AS_INDENT',
]);

const SYNTAX_HINTS: Partial<Record<YAMLError['code'], string>> = {
  TAB_AS_INDENT: 'indent with spaces',
  TAG_RESOLVE_FAILED: 'YAML tags are not used here: remove the word that begins with !',
  BAD_SCALAR_START: 'quote the text',
  BLOCK_AS_IMPLICIT_KEY: 'quote the text if its ": " is no key',
};
