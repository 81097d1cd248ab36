// A page for a pull request: what opens and closes first, then a table, then the details of each group, folded. A page
// that is to be a comment has a marker by which it is found again, and is cut to what every platform takes.
import { counted } from '../../model/counted.ts';
import { fenced, harmless } from './safe.ts';

/** Of what is Markdown or HTML here, all texts of strangers are made safe before; the lines of fences are not. */
export interface MarkdownPage {
  readonly title: string;
  readonly summary: string;
  /** Of the revision as a whole; fenced. */
  readonly notes: readonly string[];
  /** What opens and closes, most important first; fenced. */
  readonly traffic: readonly string[];
  readonly columns: readonly string[];
  readonly rows: ReadonlyArray<readonly string[]>;
  /** Most important first. */
  readonly sections: readonly PageSection[];
}

export interface PageSection {
  /** HTML of one line. */
  readonly summary: string;
  readonly isOpen: boolean;
  /** Fenced. */
  readonly lines: readonly string[];
  /** Below the folded part, in sight: Markdown. */
  readonly after: readonly string[];
}

/**
 * GitHub takes 65,536 characters of a comment, GitLab 1,000,000; others do not say. As many bytes as this are never more
 * characters, however they are counted.
 */
export const MAX_COMMENT_BYTES = 60_000;

/** What a marker may be made of, so that it cannot end the HTML comment in which it stands. */
export const MARKER = /^[A-Za-z0-9][A-Za-z0-9._/-]{0,99}$/;

/** @param marker null: the whole page, which is no comment */
export function renderPage(page: MarkdownPage, marker: string | null): string {
  if (marker === null)
    return asPage([...pageHead(page, Infinity).lines, ...sectionsOf(page, Infinity).lines]);
  const { lines, isCut } = pageHead(page, MAX_COMMENT_BYTES / 8);
  const head = [`<!-- rampart: ${marker} -->`, ...lines];
  const sections = sectionsOf(page, MAX_COMMENT_BYTES - utf8Size(head) - TAIL_BYTES);
  const tail = isCut || sections.isCut ? ['', TAIL] : [];
  return asPage([...head, ...sections.lines, ...tail]);
}

interface PagePart {
  readonly lines: readonly string[];
  readonly isCut: boolean;
}

const asPage = (lines: readonly string[]): string => `${lines.join('\n')}\n`;

const TAIL_BYTES = 500;
const TAIL =
  `This comment is cut to ${MAX_COMMENT_BYTES} bytes. All of it: \`rampart plan\` with \`--format markdown\` and ` +
  'without `--marker`, or with `--json`.';

/** Each of its three parts gets as many bytes at most. */
function pageHead(
  { title, summary, notes, traffic, columns, rows }: MarkdownPage,
  partBytes: number,
): PagePart {
  const [said, moves] = [notes, traffic].map((lines) => within(harmless(lines), partBytes));
  const cells = rows.map((row) => `| ${row.join(' | ')} |`);
  const table = within(cells, partBytes);
  return {
    lines: [
      title,
      '',
      summary,
      ...[said, moves].flatMap((part) =>
        part === undefined || part.lines.length === 0 ? [] : ['', ...fenced(part.lines, 'text')],
      ),
      ...(rows.length === 0 ? [] : ['', `| ${columns.join(' | ')} |`, `|${'---|'.repeat(columns.length)}`]),
      ...(table.isCut ? [...table.lines.slice(0, -1), '', ...table.lines.slice(-1)] : table.lines),
    ],
    isCut: [said, moves, table].some((part) => part?.isCut === true),
  };
}

/** As many of the lines as fit, and how many do not. */
function within(lines: readonly string[], bytes: number): PagePart {
  let left = bytes - LEFT_OUT_BYTES;
  const end = lines.findIndex((line) => {
    left -= utf8Size([line]);
    return left < 0;
  });
  if (end === -1) return { lines, isCut: false };
  return { lines: [...lines.slice(0, end), `… ${counted(lines.length - end, 'line')} more`], isCut: true };
}

const LEFT_OUT_BYTES = 40;

function sectionsOf({ sections }: MarkdownPage, bytes: number): PagePart {
  const lines: string[] = [];
  let left = bytes;
  for (const [index, section] of sections.entries()) {
    const part = fitting(section, left);
    if (part === null) {
      return { lines: [...lines, '', `… ${counted(sections.length - index, 'group')} more`], isCut: true };
    }
    lines.push(...part.lines);
    left = part.isCut ? 0 : left - utf8Size(part.lines);
  }
  return { lines, isCut: left === 0 };
}

/** The section, with fewer lines if it must be; null if not even a few of them fit. */
function fitting(section: PageSection, bytes: number): PagePart | null {
  const shown = harmless(section.lines);
  const whole = sectionLines(section, shown);
  if (utf8Size(whole) <= bytes) return { lines: whole, isCut: false };
  const room = bytes - utf8Size(sectionLines(section, [])) - FENCE_BYTES;
  const { lines, isCut } = within(shown, room);
  return room < LEAST_BYTES ? null : { lines: sectionLines(section, lines), isCut };
}

/** A fence is longer where a text has one: of a description of 512 backticks both ends. */
const FENCE_BYTES = 1_100;
const LEAST_BYTES = 1_000;

const sectionLines = ({ summary, isOpen, after }: PageSection, lines: readonly string[]): string[] => [
  '',
  `<details${isOpen ? ' open' : ''}><summary>${summary}</summary>`,
  '',
  ...fenced(lines, 'text'),
  '',
  '</details>',
  ...after,
];

/** As UTF-8, with the ends of lines. */
function utf8Size(lines: readonly string[]): number {
  let bytes = 0;
  for (const line of lines) {
    bytes += 1;
    for (const character of line) bytes += utf8Bytes(character.codePointAt(0) ?? 0);
  }
  return bytes;
}

const utf8Bytes = (code: number): number => (code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4);
