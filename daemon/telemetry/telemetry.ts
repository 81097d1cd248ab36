// From typed events to log lines. pino makes the JSON, pino-pretty the lines for people; both write
// synchronously, so that a line is out before the next thing happens and none is lost when the process ends.
import pino from 'pino';
import { prettyFactory } from 'pino-pretty';
import { CATALOG, type EventRow, type LogLevel } from './catalog.ts';
import type { EventFields, EventName, Telemetry } from './events.ts';
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
}

export function createTelemetry(options: TelemetryOptions): Telemetry {
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
      const clean = redactDeep(options.redact, fields);
      const line: object = { event, ...clean };
      logger[row.level](line, row.say(clean));
    },
  };
}

/** Standard output or standard error. */
export function fileSink(fd: 1 | 2): LogSink {
  const destination = pino.destination({ fd, sync: true });
  return { write: (line) => void destination.write(line) };
}

function prettySink(sink: LogSink, colorize: boolean): LogSink {
  const prettify = prettyFactory({
    colorize,
    singleLine: true,
    translateTime: 'SYS:HH:MM:ss.l',
    ignore: 'event',
    messageFormat: (log, messageKey) => `${String(log.event)}  ${String(log[messageKey])}`,
  });
  return { write: (line) => sink.write(prettify(line)) };
}
