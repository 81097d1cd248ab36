// From a batch to the lines of a message for people, and as many of them as a receiver takes. What a receiver makes of
// a line (bold, code, a link) is its own.
import type { Invocation } from '../../reconciler/plan/safety.ts';
import { counted } from '../../reconciler/model/counted.ts';
import { countsBeyond, countTexts, totalOf, type NoteBatch, type EventCounts } from './batch.ts';
import type { Note } from './note.ts';

/** A part of a line. A link shows its address. */
export interface Piece {
  readonly kind: 'plain' | 'strong' | 'code' | 'link';
  readonly text: string;
}

export interface Message {
  readonly title: string;
  readonly lines: ReadonlyArray<readonly Piece[]>;
}

/** What a message knows besides its events. */
export interface MessageContext {
  /** Of the daemon. */
  readonly host: string;
  /** Of this run of the daemon; unique. */
  readonly instance: string;
  /** Of the message; unique. */
  readonly id: string;
  /** Where more is to be seen; null: nowhere but in the log. */
  readonly link: string | null;
  readonly invocation: Invocation;
}

/** What is sent, and how much of the batch it tells. */
export interface WrittenMessage {
  readonly content: string;
  readonly shown: number;
  readonly counted: number;
}

/** More are no help to a person. */
const MOST_NOTES = 40;
/** Kinds of events that are counted by name; of the others there is one number. */
const MOST_COUNTED_KINDS = 15;

/** @param render makes the content of a message, or null if the receiver would not take so much */
export function fittedMessage(
  batch: NoteBatch,
  context: MessageContext,
  render: (message: Message) => string | null,
): WrittenMessage {
  const withShown = (shown: number): WrittenMessage | null => {
    const content = render(composed(batch, shown, context));
    return content === null ? null : { content, shown, counted: totalOf(countsBeyond(batch, shown)) };
  };
  let fitting = withShown(0);
  if (fitting === null) throw new Error('a message that shows no event is too long for its receiver');
  let tooMany = Math.min(batch.notes.length, MOST_NOTES) + 1;
  while (fitting.shown + 1 < tooMany) {
    const shown: number = Math.ceil((fitting.shown + tooMany) / 2);
    const longer = withShown(shown);
    if (longer === null) tooMany = shown;
    else fitting = longer;
  }
  return fitting;
}

function composed(batch: NoteBatch, shown: number, context: MessageContext): Message {
  const notes = batch.notes.slice(0, shown);
  const counts = countsBeyond(batch, shown);
  const shared = sharedOf(notes);
  const [worst] = batch.notes;
  const all = counted(shown + totalOf(counts), 'event');
  return {
    title: `${worst === undefined ? '' : `${worst.level.toUpperCase()}: `}Rampart on ${context.host}, ${all}`,
    lines: [
      ...sharedLines(shared),
      ...notes.flatMap((note) => noteLines(note, shared)),
      ...restLines(counts, context),
      ...pauseLines(notes, context),
    ],
  };
}

/** What all shown notes have in common is said once; empty: they have not. */
interface SharedFacts {
  readonly place: string;
  readonly by: string;
}

const notePlace = ({ account, region }: Note): string =>
  [account, region].filter((word) => word !== '').join(', ');

/** Notes that say nothing of it do not count. */
function onlyOne(texts: readonly string[]): string {
  const [text = '', ...others] = new Set(texts.filter((each) => each !== ''));
  return others.length === 0 ? text : '';
}

const sharedOf = (notes: readonly Note[]): SharedFacts => ({
  place: onlyOne(notes.map(notePlace)),
  by: onlyOne(notes.map(({ by }) => by)),
});

function sharedLines({ place, by }: SharedFacts): Piece[][] {
  const policies = by === '' ? '' : `policies of ${by}`;
  const text = [place, policies].filter((words) => words !== '').join('; ');
  return text === '' ? [] : [[{ kind: 'plain', text }]];
}

function noteLines(note: Note, shared: SharedFacts): Piece[][] {
  const { level, text, goOn } = note;
  const place = shared.place === '' ? notePlace(note) : '';
  const by = shared.by === '' ? note.by : '';
  const about = [place, by].filter((words) => words !== '').join(', ');
  const first: Piece[] = [
    { kind: 'strong', text: level.toUpperCase() },
    { kind: 'plain', text: ` ${text}${about === '' ? '' : ` (${about})`}` },
  ];
  return [
    first,
    ...goOn.map((what): Piece[] => [
      { kind: 'plain', text: '  to go on: ' },
      { kind: 'code', text: what },
    ]),
  ];
}

function restLines(counts: EventCounts, { link }: MessageContext): Piece[][] {
  if (counts.size === 0) return [];
  const texts = countTexts(counts);
  const named = texts.slice(0, MOST_COUNTED_KINDS);
  const others = totalOf(counts) - totalOf(new Map([...counts].sort(byCount).slice(0, MOST_COUNTED_KINDS)));
  const rest = others === 0 ? '' : `, ${others} of ${texts.length - named.length} other kinds`;
  const text = `and ${totalOf(counts)} more: ${named.join(', ')}${rest}; see `;
  const where: Piece = link === null ? { kind: 'plain', text: 'the log' } : { kind: 'link', text: link };
  return [[{ kind: 'plain', text }, where]];
}

const byCount = ([a, many]: readonly [string, number], [b, more]: readonly [string, number]): number =>
  more - many || (a < b ? -1 : 1);

/** How to stop what is told, where it is about groups. */
function pauseLines(notes: readonly Note[], { invocation }: MessageContext): Piece[][] {
  const [group, ...others] = new Set(notes.flatMap((note) => note.group ?? []));
  if (group === undefined) return [];
  const { program, flags } = invocation;
  const command = `${program} pause --group ${group}${flags} --for 1h --reason "..."`;
  const whose = others.length === 0 ? '' : ', or of another group';
  return [
    [
      { kind: 'plain', text: `to stop all writing to it${whose}: ` },
      { kind: 'code', text: command },
    ],
  ];
}
