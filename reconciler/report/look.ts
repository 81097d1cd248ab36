// How a text looks where it is read: how wide that is, and in which colours. Pure: whoever prints knows the terminal.

/** What a text says, not how it is painted. */
export type Tone = 'alarm' | 'opens' | 'closes' | 'changes' | 'strong' | 'quiet';

export interface Look {
  /** Cells of a line; null: as long as it likes, as in a pipe. */
  readonly columns: number | null;
  readonly paint: (tone: Tone, text: string) => string;
}

export const PLAIN_LOOK: Look = { columns: null, paint: (_tone, text) => text };

/** A line of a table of two columns, of which the first may be long. */
export interface TextRow {
  /** One character, and what stands behind it in the same tone. */
  readonly sign: string;
  readonly word: string;
  readonly tone: Tone;
  readonly left: string;
  /** Empty: the row has no second column. */
  readonly right: string;
}

const INDENT = 2;
/** Where the left column ends at most, unless a row is longer. */
const WIDEST_LEFT = 72;
const LEAST_LEFT = 24;

/** As lines, the right column of all below each other. What does not fit goes on in the next line. */
export function rowLines(rows: readonly TextRow[], look: Look): string[] {
  const wordWidth = Math.max(0, ...rows.map(({ word }) => cellsOf(word)));
  const head = INDENT + 2 + wordWidth + 1;
  const lefts = rows.map(({ left }) => head + cellsOf(left));
  const right = Math.max(0, ...rows.map((row) => cellsOf(row.right)));
  const room = look.columns === null ? Infinity : look.columns - right - 2;
  const most = Math.min(WIDEST_LEFT, Math.max(head + LEAST_LEFT, room));
  const column = Math.max(head, ...lefts.filter((width) => width <= most));
  return rows.flatMap((row) => rowText(row, { look, head, column, wordWidth }));
}

interface RowPlace {
  readonly look: Look;
  /** Where the left column begins, and where it ends. */
  readonly head: number;
  readonly column: number;
  readonly wordWidth: number;
}

function rowText(row: TextRow, { look, head, column, wordWidth }: RowPlace): string[] {
  const columns = look.columns ?? Infinity;
  const paddedWord = row.word + ' '.repeat(wordWidth - cellsOf(row.word));
  const start = `${' '.repeat(INDENT)}${look.paint(row.tone, `${row.sign} ${paddedWord}`)} `;
  const [first = '', ...rest] = wrapped(row.left, Math.max(LEAST_LEFT, columns - head));
  const lines = [start + first, ...rest.map((line) => ' '.repeat(head) + line)];
  if (row.right === '') return lines.map((line) => line.trimEnd());
  const width = head + cellsOf(rest.at(-1) ?? first);
  const gap = Math.max(column - width, 0) + 2;
  if (width + gap + cellsOf(row.right) <= columns) {
    lines.push(`${lines.pop() ?? ''}${' '.repeat(gap)}${look.paint('quiet', row.right)}`);
    return lines;
  }
  const below = wrapped(row.right, Math.max(LEAST_LEFT, columns - head));
  return [...lines, ...below.map((line) => ' '.repeat(head) + look.paint('quiet', line))];
}

/** A text in lines, with what goes on set in as deep as asked for. */
export function wrappedLine(text: string, hang: number, { columns }: Look): string[] {
  if (columns === null) return [text];
  const [, margin = '', rest = ''] = /^( *)(.*)$/su.exec(text) ?? [];
  const [first = '', ...more] = wrapped(rest, Math.max(LEAST_LEFT, columns - hang));
  return [margin + first, ...more.map((line) => ' '.repeat(hang) + line)];
}

/** At spaces; a word that is too long has a line of its own. */
function wrapped(text: string, width: number): string[] {
  if (cellsOf(text) <= width) return [text];
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && cellsOf(longer) > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}

const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\uff01-\uff60\p{Emoji_Presentation}]/u;

/** Cells of a terminal that a text takes. */
export function cellsOf(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length;
  let cells = 0;
  for (const character of text) {
    if (!/\p{M}/u.test(character)) cells += WIDE.test(character) ? 2 : 1;
  }
  return cells;
}
