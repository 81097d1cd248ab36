// What those who tell of events have in common: which are worth telling, how loud, and in what words. Each teller has
// a memory of its own of what it has said.
import type { Clock } from '../clock.ts';
import { CATALOG } from './catalog.ts';
import type { EventRow, LogLevel } from './event-row.ts';
import type { EventFields, EventName } from './events.ts';
import { redactDeep, type Redactor } from './redact.ts';
import { RepeatFilter } from './repeats.ts';

/** An event that is no mere repetition. */
export interface HeardEvent {
  readonly level: LogLevel;
  /** Equal ones left out since the last that was told. */
  readonly suppressed: number;
}

export interface ToldEvent<Name extends EventName> {
  /** Clean, and with `suppressed` where some were left out. */
  readonly fields: EventFields<Name> & { readonly suppressed?: number };
  /** One line. */
  readonly sentence: string;
}

export class Teller {
  readonly #repeats = new RepeatFilter();
  readonly #clean: Redactor;
  readonly #clock: Pick<Clock, 'monotonicMs'>;

  /** @param clean takes the secrets out of a text */
  constructor(clean: Redactor, clock: Pick<Clock, 'monotonicMs'>) {
    this.#clean = clean;
    this.#clock = clock;
  }

  /** Must hear every event, since one may end the repetitions of another. Null: a repetition that is left out. */
  hear<Name extends EventName>(event: Name, fields: EventFields<Name>): HeardEvent | null {
    const verdict = this.#repeats.judge(event, fields, this.#clock.monotonicMs());
    if (!verdict.log) return null;
    return { level: levelOf(CATALOG[event], fields, verdict.isRepeat), suppressed: verdict.suppressed };
  }

  tell<Name extends EventName>(
    event: Name,
    fields: EventFields<Name>,
    { suppressed }: HeardEvent,
  ): ToldEvent<Name> {
    const row: EventRow<Name> = CATALOG[event];
    const clean = redactDeep(this.#clean, fields);
    const told = { ...clean, ...(suppressed === 0 ? {} : { suppressed }) };
    return { fields: told, sentence: asOneLine(row.say(clean)) };
  }
}

function levelOf<Name extends EventName>(
  row: EventRow<Name>,
  fields: EventFields<Name>,
  isRepeat: boolean,
): LogLevel {
  if (row.isError?.(fields) === true) return 'error';
  return (isRepeat ? row.levelOfRepeats : undefined) ?? row.level;
}

/**
 * Texts of the cloud and of policies end up on terminals: no line breaks, no escape sequences, nothing that
 * turns the direction of writing. In JSON the encoding takes care of the fields.
 */
export const asOneLine = (text: string): string =>
  text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu, ' ');
