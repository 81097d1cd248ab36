import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterEach, expect, test, vi } from 'vitest';
import { Spool } from '../../../../daemon/cli/spool.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

const textOf = (spool: Spool): string =>
  Buffer.concat([...spool.pieces()].map((piece) => Buffer.from(piece))).toString();

const TEXTS = Array.from({ length: 50 }, (_, index) => `${index} ü☂ ${'x'.repeat(index * 100)}\n`);

test.each([
  ['all in memory', 1_000_000],
  ['some in a file', 10_000],
  ['nearly all in a file', 0],
])('what was added comes back in order: %s', (_, mostChars) => {
  const spool = new Spool(mostChars);
  for (const text of TEXTS) spool.add(text);
  expect(textOf(spool)).toBe(TEXTS.join(''));
  expect(textOf(spool)).toBe(TEXTS.join(''));
  spool.close();
});

test('the file has no name that anyone could open', () => {
  const files = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('rampart-'));
  const before = new Set(files());
  const spool = new Spool(0);
  for (const text of TEXTS) spool.add(text);
  expect(
    files().filter((name) => !before.has(name) && /^rampart-[0-9a-f]{8}-[0-9a-f]{4}-/.test(name)),
  ).toEqual([]);
  spool.close();
});

test('where no file can be made, all stays in memory', () => {
  vi.stubEnv('TMPDIR', '/nowhere/at/all');
  const spool = new Spool(0);
  for (const text of TEXTS) spool.add(text);
  expect(textOf(spool)).toBe(TEXTS.join(''));
  spool.close();
});
