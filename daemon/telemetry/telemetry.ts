// From typed events to log lines. pino makes the JSON, pino-pretty the lines for people; both write
// synchronously, so that a line is out before the next thing happens and none is lost when the process ends.
import pino from 'pino';
import { prettyFactory } from 'pino-pretty';
import { systemClock, type Clock } from '../clock.ts';
import type { LogLevel } from './event-row.ts';
import type { EventFields, EventName, Telemetry } from './events.ts';
import { LogLost } from './log-lost.ts';
import { shortLine } from './short.ts';
import type { Redactor } from './redact.ts';
import { asOneLine, Teller } from './teller.ts';

export type LogFormat = 'json' | 'pretty' | 'short';

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
  /** Colours in the formats for people. */
  readonly colors: boolean;
  /** For the short format: cells of the terminal, if there is one; absent: none. */
  readonly columns?: () => number | null;
  /** For the falling rate of repetitions; the system's by default. */
  readonly clock?: Pick<Clock, 'monotonicMs'>;
}

export function createTelemetry(options: TelemetryOptions): Telemetry {
  const cleanText: Redactor =
    options.format === 'json' ? options.redact : (text) => asOneLine(options.redact(text));
  const teller = new Teller(cleanText, options.clock ?? systemClock);
  const logger = pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    options.format === 'pretty' ? prettySink(options.sink, options.colors) : options.sink,
  );
  return {
    emit<Name extends EventName>(event: Name, fields: EventFields<Name>): void {
      const heard = teller.hear(event, fields);
      if (heard === null || !logger.isLevelEnabled(heard.level)) return;
      const { level } = heard;
      const { fields: told, sentence } = teller.tell(event, fields, heard);
      if (options.format === 'short') {
        const line = { event, level, timeMs: systemClock.nowMs(), fields: told, sentence };
        options.sink.write(
          shortLine(line, { colors: options.colors, columns: options.columns ?? noColumns }),
        );
      } else {
        const line: object = { event, ...told };
        logger[level](line, sentence);
      }
    },
  };
}

const noColumns = (): null => null;

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
