import { describe, expect, it } from 'vitest';
import { parseDuration, parseSince } from '../../../../daemon/cli/duration.ts';

describe('parseDuration', () => {
  it.each([
    ['1s', 1000],
    ['90s', 90_000],
    ['15m', 900_000],
    ['2h', 7_200_000],
    ['7d', 604_800_000],
    ['2w', 1_209_600_000],
    ['366d', 366 * 86_400_000],
  ])('parseDuration: %s', (text, durationMs) => {
    expect(parseDuration(text)).toEqual({ ok: true, value: durationMs });
  });

  it.each([
    '',
    '5',
    'm',
    '0s',
    '05m',
    '1.5h',
    '-1h',
    '1H',
    '1h30m',
    ' 1h',
    '1 h',
    '1ms',
    '9999999999s',
    '٣m',
  ])('refuses %j and shows the form', (text) => {
    const result = parseDuration(text);
    expect(result.ok ? '' : result.error).toContain('15m');
  });

  it.each(['367d', '53w', '999999999s'])('refuses %s as too long', (text) => {
    const result = parseDuration(text);
    expect(result.ok ? '' : result.error).toContain('366 days');
  });
});

describe('parseSince', () => {
  const NOW_MS = Date.UTC(2027, 0, 31, 12);

  it.each([
    ['2h', Date.UTC(2027, 0, 31, 10)],
    ['2027-01-30T00:00:00Z', Date.UTC(2027, 0, 30)],
    ['2027-01-30T08:00:00+08:00', Date.UTC(2027, 0, 30)],
  ])('parseSince: %s', (text, sinceMs) => {
    expect(parseSince(text, NOW_MS)).toEqual({ ok: true, value: sinceMs });
  });

  it.each(['yesterday', '2027-01-30', '2027-01-30T00:00:00', '2027-02-30T00:00:00Z', '400d'])(
    'refuses %j and shows both forms',
    (text) => {
      const result = parseSince(text, NOW_MS);
      expect(result.ok ? '' : result.error).toMatch(/7d.*Z/);
    },
  );
});
