import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { EventName } from '../../../daemon/telemetry/events.ts';
import { createTelemetry } from '../../../daemon/telemetry/telemetry.ts';
import { logJsonSchema } from '../../../scripts/log-schema.ts';
import { strangeLines } from '../../support/log-lines.ts';
import {
  EVENT_NAMES,
  HELD_COMMIT,
  HELD_GROUP,
  NO_ONE_FOUND,
  SAMPLE_EVENTS,
} from '../../support/sample-events.ts';

function logged(emit: (telemetry: ReturnType<typeof createTelemetry>) => void): string {
  let output = '';
  const sink = { write: (line: string) => void (output += line) };
  emit(createTelemetry({ level: 'debug', format: 'json', sink, redact: (text) => text, colors: false }));
  return output;
}

const loggedSample = (event: EventName): string =>
  logged((telemetry) => telemetry.emit(event, SAMPLE_EVENTS[event]));

it('docs/log-schema.json is what `npm run schema` writes', () => {
  expect(JSON.parse(readFileSync('docs/log-schema.json', 'utf8'))).toEqual(logJsonSchema());
});

it.each(EVENT_NAMES)('a line of %s is one of the schema, in each of its forms', (event) => {
  expect(loggedSample(event)).not.toBe('');
  expect(strangeLines(loggedSample(event))).toEqual([]);
});

it('other forms of an event are lines of the schema too', () => {
  const output = logged((telemetry) => {
    telemetry.emit('drift.attributed', NO_ONE_FOUND);
    telemetry.emit('policies.held', HELD_GROUP);
    telemetry.emit('policies.held', HELD_COMMIT);
  });
  expect(output.trim().split('\n')).toHaveLength(3);
  expect(strangeLines(output)).toEqual([]);
});

it.each<[string, (line: object) => object]>([
  ['a field that the event does not have', (line) => ({ ...line, secret: 1 })],
  ['a field of another type', (line) => ({ ...line, rules: '1' })],
  ['a field that is missing', (line) => ({ ...line, rules: undefined })],
  ['an event that no one emits', (line) => ({ ...line, event: 'call.dreamed' })],
  ['another level', (line) => ({ ...line, level: 'error' })],
])('%s is no line of the schema', (_, change) => {
  const line = loggedSample('call.succeeded');
  expect(strangeLines(JSON.stringify(change(JSON.parse(line) as object)))).toHaveLength(1);
});
