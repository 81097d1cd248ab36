// From typed events to log lines. pino makes the JSON, pino-pretty the lines for people; both write
// synchronously, so that a line is out before the next thing happens and none is lost when the process ends.
import pino from 'pino';
import { prettyFactory } from 'pino-pretty';
import { systemClock, type Clock } from '../clock.ts';
import { CATALOG } from './catalog.ts';
import type { EventRow, LogLevel } from './event-row.ts';
import type { EventFields, EventName, Telemetry } from './events.ts';
import { RepeatFilter } from './repeats.ts';
import { redactDeep, type Redactor } from './redact.ts';

export type LogFormat = 'json' | 'pretty';

/** Takes whole lines, each with its line feed. */
export interface LogSink {
  write(line: string): void;
}

export interface TelemetryOptions {
  /** Lines below this level are left out. */
  readonly level: LogLevel;
  readonly format: LogFormat;
  readonly sink: LogSink;
  readonly redact: Redactor;
  /** Colours in the pretty format. */
  readonly colors: boolean;
  /** For the falling rate of repetitions; the system's by default. */
  readonly clock?: Pick<Clock, 'monotonicMs'>;
}

export function createTelemetry(options: TelemetryOptions): Telemetry {
  const clock = options.clock ?? systemClock;
  const repeats = new RepeatFilter();
  const cleanText: Redactor =
    options.format === 'json' ? options.redact : (text) => asOneLine(options.redact(text));
  const logger = pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    options.format === 'json' ? options.sink : prettySink(options.sink, options.colors),
  );
  return {
    emit<Name extends EventName>(event: Name, fields: EventFields<Name>): void {
      const row: EventRow<Name> = CATALOG[event];
      const level = row.isError?.(fields) === true ? 'error' : row.level;
      const verdict = repeats.judge(event, fields, clock.monotonicMs());
      if (!verdict.log || !logger.isLevelEnabled(level)) return;
      const clean = redactDeep(cleanText, fields);
      const { suppressed } = verdict;
      const line: object = { event, ...clean, ...(suppressed === 0 ? {} : { suppressed }) };
      logger[level](line, asOneLine(row.say(clean)));
    },
  };
}

/** Why a line of the log could not be written. Has no code: a closed pipe is no reader that has read enough. */
export class LogLost extends Error {
  override readonly name = 'LogLost';
}

/**
 * Standard output or standard error. A reader that reads slowly holds us up: no line is dropped. What cannot be
 * written at all (the disk is full, the reader is gone) goes to `onLost`, and lines are dropped from then on.
 */
export function fileSink(fd: 1 | 2, onLost: (why: LogLost) => void): LogSink {
  const destination = pino.destination({ fd, sync: true });
  destination.on('error', (error: Error) => {
    onLost(new LogLost(error.message));
  });
  return { write: (line) => void destination.write(line) };
}

/**
 * Texts of the cloud and of policies end up on terminals: no line breaks, no escape sequences, nothing that
 * turns the direction of writing. In JSON the encoding takes care of the fields.
 */
const asOneLine = (text: string): string =>
  text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu, ' ');

function prettySink(sink: LogSink, colorize: boolean): LogSink {
  const prettify = prettyFactory({
    colorize,
    singleLine: true,
    errorLikeObjectKeys: [],
    translateTime: 'SYS:HH:MM:ss.l',
    // What only a search needs stays in the JSON lines.
    ignore: 'event,pid,reconcileId,planHash,clientToken',
    messageFormat: (log, messageKey) => `${String(log.event)}  ${String(log[messageKey])}`,
  });
  return { write: (line) => sink.write(prettify(line)) };
}
