// What receivers are told of one event: its words for people, its fields for machines.
import { heldEventText } from '../telemetry/words/policy.ts';
import type { LogLevel } from '../telemetry/event-row.ts';
import type { CommonFields, EventFields, EventName } from '../telemetry/events.ts';
import { shortText } from './short-text.ts';

export interface Note {
  readonly event: EventName;
  readonly level: LogLevel;
  /** Unix milliseconds. */
  readonly timeMs: number;
  /** Of this process, from 1. */
  readonly number: number;
  /** Empty: the event is about none. */
  readonly account: string;
  readonly region: string;
  /** Null: the event is about no single group. */
  readonly group: string | null;
  /** What happened, on one line, without how to go on. */
  readonly text: string;
  /** Commands that go on, or what to do instead; whole. */
  readonly goOn: readonly string[];
  /** The commit of the policies and who wrote it, or empty. */
  readonly by: string;
  /** The fields as JSON. */
  readonly data: string;
}

/** An event as a teller tells it. */
export interface Telling<Name extends EventName> {
  readonly event: Name;
  readonly level: LogLevel;
  readonly fields: EventFields<Name>;
  readonly sentence: string;
  readonly timeMs: number;
  readonly number: number;
  /** As in `Note`. */
  readonly by: string;
}

interface NoteRow<Name extends EventName> {
  readonly text: (fields: EventFields<Name>) => string;
  readonly goOn?: (fields: EventFields<Name>) => readonly string[];
}

/** Events that are told in other words than in the log. */
const NOTE_ROWS: { readonly [Name in EventName]?: NoteRow<Name> } = {
  'call.succeeded': {
    text: (f) => `${f.group ?? 'a group'}: ${f.change ?? `${f.operation ?? 'a call'}: it was so already`}`,
  },
  'plan.blocked': {
    text: (f) => `The plan for ${f.group ?? 'a group'} is blocked: ${f.blockedBy.join('; ')}`,
    goOn: (f) => f.overrides,
  },
  'policies.held': {
    text: (f) => heldEventText({ ...f, override: '' }),
    goOn: (f) => (f.override === '' ? [] : [f.override]),
  },
};

/** In characters. */
const MAX_NOTE_TEXT = 500;
const MAX_BY = 120;
/** A command that is cut would be another one, so a longer one is left out: the status page has it. */
const MAX_GO_ON = 600;
const MOST_GO_ON = 3;
/** In bytes; of a larger one a machine is told the common fields. */
const MAX_DATA = 16_384;

export function noteOf<Name extends EventName>(told: Telling<Name>): Note {
  const { event, level, fields, timeMs, number } = told;
  const row: NoteRow<Name> | undefined = NOTE_ROWS[event];
  const goOn = [...new Set(row?.goOn?.(fields) ?? [])];
  const { account = '', region = '', group }: CommonFields = fields;
  return {
    event,
    level,
    timeMs,
    number,
    account,
    region,
    group: group ?? null,
    text: shortText(row?.text(fields) ?? told.sentence, MAX_NOTE_TEXT),
    goOn: goOn.filter(({ length }) => length > 0 && length <= MAX_GO_ON).slice(0, MOST_GO_ON),
    by: shortText(told.by, MAX_BY),
    data: dataOf(fields, told),
  };
}

function dataOf<Name extends EventName>(
  fields: EventFields<Name>,
  { level, sentence, by }: Telling<Name>,
): string {
  const said = { level, msg: sentence, ...(by === '' ? {} : { by }) };
  const data = JSON.stringify({ ...said, ...fields });
  if (Buffer.byteLength(data) <= MAX_DATA) return data;
  const { account, region, group, revision, reconcileId, planHash }: CommonFields = fields;
  const common = { account, region, group, revision, reconcileId, planHash };
  return JSON.stringify({ ...said, msg: shortText(sentence, MAX_NOTE_TEXT), ...common, truncated: true });
}

/** Room that a note takes, in bytes, nearly. */
export const noteSize = ({ text, goOn, data }: Note): number =>
  200 + 2 * (text.length + goOn.join('').length) + data.length;
