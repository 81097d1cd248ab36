// What the log needs to know of one kind of event.
import type { EventFields, EventName } from './events.ts';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface EventRow<Name extends EventName> {
  readonly level: LogLevel;
  /** Where this holds the level is `error`. */
  readonly isError?: (fields: EventFields<Name>) => boolean;
  /** One sentence without a full stop; the fields carry the details. */
  readonly say: (fields: EventFields<Name>) => string;
  /**
   * Present where the same may be said again and again: what must be equal, besides event and group, for one
   * to be a repetition of another. Absent or null: the event is always logged.
   */
  readonly sameAs?: (fields: EventFields<Name>) => string | null;
  /** Of repetitions that are logged; absent: the level of the first. */
  readonly levelOfRepeats?: LogLevel;
  /** Events of the same group whose next occurrence is news again. */
  readonly ends?: readonly EventName[];
}
