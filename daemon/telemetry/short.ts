// Lines for a person at a terminal: what happened, on one line that fits. What only a search needs stays in the JSON.
import { cellsOf } from '../../reconciler/report/look.ts';
import { counted } from '../../reconciler/model/counted.ts';
import type { LogLevel } from './event-row.ts';
import type { CommonFields, EventFields, EventName } from './events.ts';

export interface ShortLine<Name extends EventName> {
  readonly event: Name;
  readonly level: LogLevel;
  readonly timeMs: number;
  /** Without secrets, and each text on one line. */
  readonly fields: EventFields<Name>;
  readonly sentence: string;
}

export interface ShortOptions {
  readonly colors: boolean;
  /** Cells of the terminal; null: it is not known, and nothing is cut. */
  readonly columns: () => number | null;
}

interface ShortRow<Name extends EventName> {
  readonly word: string;
  /** What stands behind the group. */
  readonly say: (fields: EventFields<Name>) => string;
}

type ShortRows = { readonly [Name in EventName]?: ShortRow<Name> };

/** Events of one group that are told in fewer words than in the log. */
const SHORT_ROWS: ShortRows = {
  'call.succeeded': {
    word: 'changed',
    say: (f) => f.change ?? `${f.operation ?? 'a call'}, ${counted(f.rules, 'rule')}`,
  },
  'group.converged': {
    word: 'converged',
    say: (f) => `${counted(f.rules, 'rule')}, ${counted(f.changes, 'call')}${lasted(f)}`,
  },
};

const lasted = ({ durationMs }: CommonFields): string =>
  durationMs === undefined ? '' : `, ${(durationMs / 1000).toFixed(1)} s`;

const WORD_CELLS = 9;
const GROUP_CELLS = 10;

/** With its line feed. A problem is never cut: it says what to do. */
export function shortLine<Name extends EventName>(
  line: ShortLine<Name>,
  { colors, columns }: ShortOptions,
): string {
  const { level } = line;
  const isProblem = level === 'warn' || level === 'error';
  const mark = isProblem ? `${level.toUpperCase()}  ` : '';
  const text = `${wallTime(line.timeMs)}  ${mark}${wordsOf(line)}${isProblem || level === 'debug' ? fieldsText(line) : ''}`;
  const width = columns();
  const shown = isProblem || width === null ? text : cut(text, width);
  return `${colors ? inLevelColor(shown, level) : shown}\n`;
}

function wordsOf<Name extends EventName>({ event, fields, sentence }: ShortLine<Name>): string {
  const row: ShortRow<Name> | undefined = SHORT_ROWS[event];
  if (row === undefined || fields.group === undefined) return sentence;
  return `${row.word.padEnd(WORD_CELLS)}  ${fields.group.padEnd(GROUP_CELLS)}  ${row.say(fields)}`;
}

/** Of the clock on the wall. */
const wallTime = (ms: number): string => {
  const time = new Date(ms);
  return [time.getHours(), time.getMinutes(), time.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
};

const ONLY_TO_SEARCH: ReadonlySet<string> = new Set([
  'reconcileId',
  'planHash',
  'clientToken',
  'account',
  'region',
  'revision',
]);

/** Those that the sentence does not say. */
function fieldsText<Name extends EventName>({ fields, sentence }: ShortLine<Name>): string {
  const isSaid = (value: unknown): boolean =>
    Array.isArray(value) ? value.every(isSaid) : sentence.includes(String(value));
  const told = Object.entries(fields).filter(([name, value]) => !ONLY_TO_SEARCH.has(name) && !isSaid(value));
  return told.length === 0 ? '' : `  ${JSON.stringify(Object.fromEntries(told))}`;
}

function cut(text: string, columns: number): string {
  if (cellsOf(text) <= columns) return text;
  let cells = 1;
  let shown = '';
  for (const character of text) {
    cells += cellsOf(character);
    if (cells > columns) break;
    shown += character;
  }
  return `${shown}…`;
}

const COLORS: Readonly<Record<LogLevel, readonly [on: number, off: number] | null>> = {
  debug: [2, 22],
  info: null,
  warn: [33, 39],
  error: [31, 39],
};

function inLevelColor(text: string, level: LogLevel): string {
  const color = COLORS[level];
  return color === null ? text : `\u001b[${color[0]}m${text}\u001b[${color[1]}m`;
}
