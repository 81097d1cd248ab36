// docs/errors.md: that each code has a cause and a cure is checked by the types; here that the page has them all, and no other.
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { CATALOG } from '../../../daemon/telemetry/catalog.ts';
import { errorsPage, loudEvents, PROBLEM_ENTRIES } from '../../../scripts/errors/errors-page.ts';
import { EXCEPTIONS, FINDINGS } from '../../../scripts/errors/plan-entries.ts';
import { OWN_CODES } from '../../../scripts/errors/failure-entries.ts';
import { formatted } from '../../../scripts/reference/formatted.ts';

const page = readFileSync('docs/errors.md', 'utf8');

/** Codes that are put together of two words. */
const COMPOSED = /^(unknown-(network|service)|rule-(unmatched|shadowed|covered|redundant|contradicted))$/;

const sources = ['reconciler', 'daemon']
  .flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`),
  )
  .filter((name) => name.endsWith('.ts'))
  .map((name) => readFileSync(name, 'utf8'))
  .join('\n');

/** Beside where it is declared. */
const isUsed = (code: string): boolean => sources.split(`'${code}'`).length > 2;

it('is what `npm run schema` writes', async () => {
  expect(page).toBe(await formatted('docs/errors.md', errorsPage()));
});

it('has every kind of problem, and none that nothing says any more', () => {
  const codes = Object.keys(PROBLEM_ENTRIES);
  expect(codes.length).toBeGreaterThan(100);
  expect(codes.filter((code) => !page.includes(`| \`${code}\``))).toEqual([]);
  expect(codes.filter((code) => !COMPOSED.test(code) && !isUsed(code))).toEqual([]);
});

it('has no finding, exception or code of our own that nothing says any more', () => {
  const codes = [FINDINGS, EXCEPTIONS, OWN_CODES].flatMap((entries) => Object.keys(entries));
  expect(codes.filter((code) => !isUsed(code))).toEqual([]);
});

it('has every event that is a warning or an error, with what happened and what to do', () => {
  const rows = loudEvents(readFileSync('docs/log-events.md', 'utf8'));
  const loud = Object.entries(CATALOG).filter(
    ([, { level, isError }]) => level === 'warn' || level === 'error' || isError !== undefined,
  );
  expect(rows.map(([link = '']) => /`(.*)`/.exec(link)?.[1]).sort()).toEqual(
    loud.map(([name]) => name).sort(),
  );
  for (const cells of rows) expect(cells).not.toContain('');
});
