import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CATALOG } from '../../../../daemon/telemetry/catalog.ts';
import type { LogLevel } from '../../../../daemon/telemetry/event-row.ts';
import { fanOut, type EventName, type Telemetry } from '../../../../daemon/telemetry/events.ts';
import { createRedactor } from '../../../../daemon/telemetry/redact.ts';
import { createTelemetry, type TelemetryOptions } from '../../../../daemon/telemetry/telemetry.ts';
import { COMMON, EVENT_NAMES, SAMPLE_EVENTS } from '../../../support/sample-events.ts';

const SECRET = 'k3/Yp+tz"qRvW0=';
const BAD_WORDS = ['\u001b[31mred', 'line\nbreak', 'rtl\u202e', 'c1\u009b', 'sep\u2028'].join(' ');

function setUp(options: Partial<TelemetryOptions> = {}) {
  const lines: string[] = [];
  const telemetry = createTelemetry({
    level: 'debug',
    format: 'json',
    sink: { write: (line) => void lines.push(line) },
    redact: createRedactor(() => [SECRET]),
    colors: false,
    ...options,
  });
  return { telemetry, lines, parsed: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

function emitSample(telemetry: Telemetry, event: EventName): void {
  telemetry.emit(event, SAMPLE_EVENTS[event]);
}

/** The same fields with another text in every string, however deep. */
function withText<T>(fields: T, text: string): T;
function withText(value: unknown, text: string): unknown {
  if (typeof value === 'string') return text;
  if (Array.isArray(value)) return value.map((item: unknown) => withText(item, text));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withText<unknown>(item, text)]));
}

beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2026-05-01T10:00:00.123Z') });
});
afterEach(() => {
  vi.useRealTimers();
});

describe.each(EVENT_NAMES)('%s', (event) => {
  it('is one JSON line with level, time, event and a sentence, its fields flat beside them', () => {
    const { telemetry, lines, parsed } = setUp();
    emitSample(telemetry, event);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^\{.*\}\n$/);
    const { level, time, event: name, msg, ...fields } = parsed()[0] ?? {};
    expect({ level, time, name }).toEqual({
      level: event === 'policies.rejected' ? 'error' : CATALOG[event].level,
      time: '2026-05-01T10:00:00.123Z',
      name: event,
    });
    expect(fields).toEqual(SAMPLE_EVENTS[event]);
    expect(msg).toMatch(/^[A-Za-z0-9].{5,}[^.]$/);
    expect(msg).not.toMatch(/undefined|NaN|\[object/);
  });

  it('never lets a secret out, in no field and no format', () => {
    for (const format of ['json', 'pretty', 'short'] as const) {
      const { telemetry, lines } = setUp({ format });
      const text = `failed: POST /?Signature=abcDEF&x=1 with ${SECRET} (${encodeURIComponent(SECRET)})`;
      telemetry.emit(event, withText(SAMPLE_EVENTS[event], text));
      expect(lines.join('')).not.toContain('abcDEF');
      expect(lines.join('')).not.toContain(SECRET.slice(0, 8));
      expect(lines.join('')).not.toContain(encodeURIComponent(SECRET).slice(0, 8));
    }
  });

  it.each(['pretty', 'short'] as const)(
    'is one readable line on a terminal, whatever the cloud wrote into it: %s',
    (format) => {
      const { telemetry, lines } = setUp({ format });
      telemetry.emit(event, withText(SAMPLE_EVENTS[event], BAD_WORDS));
      expect(lines).toHaveLength(1);
      expect(lines[0]?.trimEnd()).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202e]/);
      if (format === 'pretty') expect(lines[0]).toContain(event);
    },
  );
});

it.each<{ level: LogLevel; heard: LogLevel[] }>([
  { level: 'debug', heard: ['debug', 'info', 'warn', 'error'] },
  { level: 'warn', heard: ['warn', 'error'] },
  { level: 'error', heard: ['error'] },
])('at level $level only $heard are heard', ({ level, heard }) => {
  const { telemetry, parsed } = setUp({ level });
  for (const event of EVENT_NAMES) emitSample(telemetry, event);
  expect(new Set(parsed().map((line) => line.level))).toEqual(new Set(heard));
});

it.each([
  { exitCode: 0, level: 'info' },
  { exitCode: 1, level: 'error' },
])('an end with exit code $exitCode is logged as $level', ({ exitCode, level }) => {
  const { telemetry, parsed } = setUp();
  telemetry.emit('daemon.stopped', { exitCode });
  expect(parsed()).toMatchObject([{ event: 'daemon.stopped', level }]);
});

it('a failed end is heard at level error', () => {
  const { telemetry, lines } = setUp({ level: 'error' });
  telemetry.emit('daemon.stopped', { exitCode: 1, err: 'the port is in use' });
  expect(lines).toHaveLength(1);
});

it.each<{ released: string[]; text: RegExp }>([
  { released: [], text: /from 1 file$/ },
  { released: ['sg-a'], text: /from 1 file; no longer managed, .*: sg-a$/ },
  { released: ['1', '2', '3', '4', '5', '6', '7'], text: /: 1, 2, 3, 4, 5 and 2 more$/ },
])('the text of loaded policies names groups that are no longer managed: $released', ({ released, text }) => {
  const { telemetry, parsed } = setUp();
  telemetry.emit('policies.loaded', {
    files: 1,
    groups: 1,
    rules: 1,
    filesParsed: 1,
    groupsCompiled: 1,
    released,
  });
  expect(parsed()[0]?.msg).toMatch(text);
});

it('counts of one are followed by a singular', () => {
  const { telemetry, parsed } = setUp();
  telemetry.emit('policies.loaded', { files: 1, groups: 1, rules: 1, filesParsed: 1, groupsCompiled: 1 });
  telemetry.emit('policies.rejected', { problems: 1, codes: [], details: [], keptGroups: 1 });
  telemetry.emit('group.flapping', { rounds: 1, rules: [], delayMs: 1 });
  expect(parsed().map(({ msg }) => msg)).not.toContainEqual(expect.stringMatching(/\b1 \w+s\b/));
});

it('warns once of saves that are not committed yet; other problems are errors', () => {
  const { telemetry, parsed } = setUp();
  const uncommitted = { code: 'uncommitted', problems: 1, codes: ['uncommitted'], keptGroups: 1 };
  for (const file of ['a', 'b', 'c'])
    telemetry.emit('policies.rejected', { ...uncommitted, details: [`${file}.yaml:1:1: not as committed`] });
  const both = { problems: 2, codes: ['uncommitted', 'yaml-syntax'], details: ['x'], keptGroups: 1 };
  telemetry.emit('policies.rejected', both);
  expect(parsed().map(({ level }) => level)).toEqual(['warn', 'debug', 'error']);
});

it('says of rejected policies what the first problem is, and of an approval what it is about', () => {
  const { telemetry, parsed } = setUp();
  const problems = { problems: 2, codes: [], details: ['web.yaml:1:1: it is empty', 'b.yaml:1:1: x'] };
  telemetry.emit('policies.rejected', { ...problems, keptGroups: 1 });
  telemetry.emit('policies.rejected', {
    ...problems,
    details: ['config.yaml:9:1: no such network'],
    keptGroups: 0,
  });
  const approval = { by: 'me', reason: 'y', until: '' };
  telemetry.emit('plan.approved', { ...approval, revision: 'r1' });
  telemetry.emit('plan.approved', { ...approval, revision: 'r1', group: 'sg-a' });
  expect(parsed().map(({ msg }) => msg)).toEqual([
    'Policies have 2 problems: web.yaml:1:1: it is empty, and 1 more; the last good state stays in force for 1 group',
    'Policies have 2 problems: config.yaml:9:1: no such network',
    'Revision r1 goes on: me approved it, "y"',
    'The plan for sg-a goes on: me approved it, "y"',
  ]);
});

describe('a complaint that comes again', () => {
  const failed = { ...SAMPLE_EVENTS['group.describe_failed'] };
  const shown = (lines: Array<Record<string, unknown>>) =>
    lines.filter(({ event }) => event !== 'group.described').map(({ suppressed }) => Number(suppressed ?? 0));

  it('is logged at a falling rate, with the count of what was left out', () => {
    const { telemetry, parsed } = setUp();
    for (let i = 0; i < 40; i += 1) telemetry.emit('group.describe_failed', failed);
    expect(shown(parsed())).toEqual([0, 0, 1, 3, 7, 15]);
  });

  it('is logged at least once an hour', () => {
    const { telemetry, parsed } = setUp();
    for (let minute = 0; minute < 600; minute += 1) {
      telemetry.emit('group.describe_failed', failed);
      vi.advanceTimersByTime(60_000);
    }
    const { length } = parsed();
    expect(length).toBeGreaterThanOrEqual(6 + 8);
    expect(length).toBeLessThan(20);
    const left = shown(parsed()).reduce((sum, n) => sum + n, 0);
    expect(length + left).toBeLessThanOrEqual(600);
    expect(length + left).toBeGreaterThan(530);
  });

  it.each([
    { name: 'of another group', change: { group: 'sg-other' } },
    { name: 'of another region', change: { region: 'cn-beijing' } },
    { name: 'of another account', change: { account: 'other' } },
    { name: 'with another code', change: { code: 'InvalidParameter' } },
    { name: 'of another kind', change: { kind: 'denied' } },
  ])('is news when it is $name', ({ change }) => {
    const { telemetry, lines } = setUp();
    for (let i = 0; i < 3; i += 1) telemetry.emit('group.describe_failed', failed);
    telemetry.emit('group.describe_failed', { ...failed, ...change });
    expect(lines).toHaveLength(3);
  });

  it('is no other one for its ids, tokens and times', () => {
    const { telemetry, lines } = setUp();
    for (let i = 0; i < 3; i += 1) {
      telemetry.emit('call.failed', {
        ...COMMON,
        kind: 'rejected',
        reconcileId: `${i}`,
        clientToken: `t${i}`,
        requestId: `r${i}`,
        durationMs: i,
        attempt: i,
        revision: `${i}`,
      });
    }
    expect(lines).toHaveLength(2);
  });

  it('is heard for each step of a plan', () => {
    const { telemetry, lines } = setUp();
    for (let step = 1; step <= 9; step += 1)
      telemetry.emit('call.failed', { ...COMMON, step, kind: 'rejected' });
    expect(lines).toHaveLength(9);
  });

  it('is news again after the trouble had ended', () => {
    const { telemetry, parsed } = setUp();
    for (let round = 0; round < 3; round += 1) {
      for (let i = 0; i < 3; i += 1) telemetry.emit('group.describe_failed', failed);
      telemetry.emit('group.described', { ...COMMON, rules: 1 });
    }
    expect(shown(parsed())).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('still counts when another group recovers', () => {
    const { telemetry, parsed } = setUp();
    for (let i = 0; i < 4; i += 1) {
      telemetry.emit('group.describe_failed', failed);
      telemetry.emit('group.described', { ...COMMON, group: 'sg-other', rules: 1 });
    }
    expect(shown(parsed())).toEqual([0, 0, 1]);
  });
});

it('does not repeat that all is well, but says so after trouble, and every change', () => {
  const { telemetry, parsed } = setUp({ level: 'info' });
  const quiet = { ...COMMON, changes: 0, rules: 12 };
  for (let i = 0; i < 7; i += 1) telemetry.emit('group.converged', quiet);
  telemetry.emit('group.converged', { ...quiet, changes: 2 });
  telemetry.emit('group.converged', { ...quiet, changes: 2 });
  telemetry.emit('group.not_converged', { ...COMMON, reason: 'no answer' });
  telemetry.emit('group.converged', quiet);
  const said = parsed().map(({ event, changes }) => [event, changes]);
  expect(said).toEqual([
    ['group.converged', 0],
    ['group.converged', 2],
    ['group.converged', 2],
    ['group.not_converged', undefined],
    ['group.converged', 0],
  ]);
});

it('tells at level debug, now and then, that all is still well', () => {
  const { telemetry, parsed } = setUp({ level: 'debug' });
  for (let i = 0; i < 4; i += 1) telemetry.emit('group.converged', { ...COMMON, changes: 0, rules: 12 });
  expect(parsed().map(({ level }) => level)).toEqual(['info', 'debug', 'debug']);
});

it('keeps its memory bounded', () => {
  const { telemetry, lines } = setUp({ level: 'error' });
  for (let i = 0; i < 30_000; i += 1) {
    telemetry.emit('group.describe_failed', { ...COMMON, group: `sg-${i}`, kind: 'unknown' });
  }
  for (let i = 0; i < 3; i += 1) telemetry.emit('group.not_converged', { ...COMMON, reason: 'x' });
  expect(lines).toHaveLength(2);
});

it('hands an event to all, in order', () => {
  const heard: string[] = [];
  const listener = (name: string): Telemetry => ({ emit: (event) => void heard.push(`${name} ${event}`) });
  fanOut([listener('log'), listener('metrics')]).emit('daemon.ready', { groups: 1 });
  expect(heard).toEqual(['log daemon.ready', 'metrics daemon.ready']);
});
