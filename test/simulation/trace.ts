// What happened in a simulation, line by line, for people to read when it failed, and as a hash, to see that one
// seed always gives one story.
import { createHash } from 'node:crypto';
import type { EventName } from '../../daemon/telemetry/events.ts';

export class Trace {
  readonly lines: string[] = [];
  readonly #nowMs: () => number;
  readonly #hash = createHash('sha256');

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  note(who: string, what: string): void {
    const seconds = (this.#nowMs() / 1000).toFixed(3).padStart(10);
    const line = `${seconds} ${who.padEnd(8)} ${what}`;
    this.lines.push(line);
    this.#hash.update(`${line}\n`);
  }

  digest(): string {
    return this.#hash.copy().digest('hex').slice(0, 16);
  }
}

const SHOWN_FIELDS = [
  'group',
  'revision',
  'reconcileId',
  'cause',
  'steps',
  'hitless',
  'step',
  'operation',
  'clientToken',
  'code',
  'kind',
  'reason',
  'outcome',
  'rules',
  'blockedBy',
  'details',
  'delayMs',
  'err',
];

/** An event of the daemon in one line. */
export function eventText(event: EventName, fields: object): string {
  const shown = SHOWN_FIELDS.flatMap((name) => {
    const value = (fields as Readonly<Record<string, unknown>>)[name];
    return value === undefined
      ? []
      : [`${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`];
  });
  return [event, ...shown].join(' ');
}
