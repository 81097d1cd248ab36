// Which line stands in a column where nothing can begin, and where it belongs: YAML's own words name neither.
import type { OffsetComplaint } from '../complaint.ts';
import { lineSpan, type TextLine } from './text-lines.ts';

/** Of a line and what is indented below it. */
export interface Misplaced extends OffsetComplaint {
  readonly firstLine: number;
  readonly lastLine: number;
}

/** Null if the line `number`, and the one after it, begin where they may. */
export function misplacedLine(lines: readonly TextLine[], number: number): Misplaced | null {
  return misplacedAt(lines, number) ?? misplacedAt(lines, number + 1);
}

function misplacedAt(lines: readonly TextLine[], number: number): Misplaced | null {
  const line = lines[number - 1];
  if (line === undefined || line.isBlank) return null;
  if (isTabbed(line)) return tabbedLines(lines, number);
  const above = lines.slice(0, number - 1).filter(({ isBlank }) => !isBlank);
  const columns = openColumns(above, isEntry(line));
  const wanted = nearest(columns, line.indent);
  if (wanted === null || columns.includes(line.indent) || mayGoDeeper(above, line)) return null;
  const last = lastOfBlock(lines, number);
  const message =
    `line ${number} begins in column ${line.indent + 1}, where nothing can begin here: ` +
    `what it belongs to begins in column ${wanted + 1}`;
  const by = Math.abs(wanted - line.indent);
  const what = last === number ? `line ${number}` : `lines ${lineSpan(number, last)}`;
  const hint = `move ${what} by ${by} ${by === 1 ? 'column' : 'columns'} to the ${wanted > line.indent ? 'right' : 'left'}`;
  return { offset: line.start, code: 'indentation', firstLine: number, lastLine: last, message, hint };
}

const isTabbed = ({ text, indent }: TextLine): boolean => text.slice(0, indent).includes('\t');

/** All of them at once: who writes one tab writes many. */
function tabbedLines(lines: readonly TextLine[], number: number): Misplaced {
  const last = lines.findLast((line) => !line.isBlank && isTabbed(line))?.number ?? number;
  const span = lineSpan(number, last);
  const message = `${last === number ? 'line' : 'lines'} ${span} ${last === number ? 'is' : 'are'} indented with tabs, which YAML does not take`;
  const hint = `write 2 spaces for each tab of ${last === number ? 'line' : 'lines'} ${span}`;
  const offset = lines[number - 1]?.start ?? 0;
  return { offset, code: 'indentation', firstLine: number, lastLine: last, message, hint };
}

const isEntry = ({ text, indent }: TextLine): boolean => /^-(\s|$)/.test(text.slice(indent));

/** Behind `- `, where the first key of an entry stands. */
const keyIndent = ({ text, indent }: TextLine): number =>
  indent + (/^(?:-\s+)*/.exec(text.slice(indent))?.[0].length ?? 0);

/** Whether the line has a key and no value, so that what belongs to it comes below. */
const waitsForValue = ({ text }: TextLine): boolean => /:\s*(#.*)?$/.test(text) || /^\s*-\s*$/.test(text);

/** Indents at which lines above let an entry, or a key, begin; innermost first. */
function openColumns(above: readonly TextLine[], ofEntry: boolean): number[] {
  const columns: number[] = [];
  let bound = Number.POSITIVE_INFINITY;
  for (const line of above.toReversed()) {
    const key = keyIndent(line);
    if (key < bound && (!ofEntry || waitsForValue(line))) columns.push(key);
    if (isEntry(line) && line.indent < bound && ofEntry) columns.push(line.indent);
    bound = Math.min(bound, line.indent, key);
    if (bound === 0) break;
  }
  return [...new Set(columns)];
}

function mayGoDeeper(above: readonly TextLine[], line: TextLine): boolean {
  const last = above.at(-1);
  return last === undefined || (waitsForValue(last) && line.indent > keyIndent(last));
}

/** The deeper one where two are as near: it is easier to indent too little. */
function nearest(columns: readonly number[], indent: number): number | null {
  const [best] = columns.toSorted((a, b) => Math.abs(a - indent) - Math.abs(b - indent) || b - a);
  return best ?? null;
}

function lastOfBlock(lines: readonly TextLine[], number: number): number {
  const indent = lines[number - 1]?.indent ?? 0;
  let last = number;
  for (const line of lines.slice(number)) {
    if (line.isBlank) continue;
    if (line.indent < indent) break;
    last = line.number;
  }
  return last;
}
