// The results of `rampart test`: for people, for scripts, and for what shows JUnit's XML.
import { counted } from '../../../reconciler/model/counted.ts';
import { printable } from '../../../reconciler/policy/report/printable.ts';
import type { TestResult } from './result.ts';

export const TEST_FORMATS = ['text', 'json', 'junit'] as const;
export type TestFormat = (typeof TEST_FORMATS)[number];

export interface TestCounts {
  readonly holds: number;
  readonly fails: number;
  readonly unknown: number;
}

export function countsOf(results: readonly TestResult[]): TestCounts {
  const count = (outcome: TestResult['outcome']): number =>
    results.filter((result) => result.outcome === outcome).length;
  return { holds: count('holds'), fails: count('fails'), unknown: count('unknown') };
}

/** `isFailure` tells whether a result counts as failed. */
export function testReport(
  format: TestFormat,
  results: readonly TestResult[],
  isFailure: (result: TestResult) => boolean,
): string {
  switch (format) {
    case 'text':
      return results.map(textOfResult).join('');
    case 'json':
      return resultsAsJson(results);
    case 'junit':
      return resultsAsJunit(results, isFailure);
  }
}

export function countsText({ holds, fails, unknown }: TestCounts): string {
  const all = counted(holds + fails + unknown, 'expectation');
  return `${all}: ${holds} hold, ${fails} fail, ${unknown} unknown`;
}

function textOfResult({ expectation, group, outcome, detail, decidedBy }: TestResult): string {
  const { file, line } = expectation.source;
  const head = `${outcome === 'holds' ? 'ok' : outcome} ${group}: ${expectation.name} (${file}:${line})`;
  const source = decidedBy?.source ?? null;
  const lines = [
    head,
    ...(detail === '' ? [] : [`  ${detail}`]),
    ...(source === null ? [] : [`  decided at ${source.file}:${source.line}`]),
  ];
  return lines.map((each) => `${printable(each)}\n`).join('');
}

function resultsAsJson(results: readonly TestResult[]): string {
  const document = {
    version: 1,
    summary: countsOf(results),
    results: results.map(({ expectation, group, outcome, detail, counterExample, decidedBy }) => ({
      name: expectation.name,
      group,
      kind: expectation.kind,
      file: expectation.source.file,
      line: expectation.source.line,
      outcome,
      detail,
      counterExample,
      decidedBy: decidedBy && {
        rule: decidedBy.rule,
        ...(decidedBy.source === null ? {} : { file: decidedBy.source.file, line: decidedBy.source.line }),
      },
    })),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** Unknown ones are skipped tests, unless they count as failed. */
function resultsAsJunit(results: readonly TestResult[], isFailure: (result: TestResult) => boolean): string {
  const failures = results.filter(isFailure).length;
  const skipped = results.filter((result) => result.outcome === 'unknown' && !isFailure(result)).length;
  const totals = `tests="${results.length}" failures="${failures}" errors="0" skipped="${skipped}"`;
  const cases = results.map((result) => junitCase(result, isFailure(result))).join('');
  return (
    `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="rampart" ${totals}>\n` +
    `  <testsuite name="expectations" ${totals}>\n${cases}  </testsuite>\n</testsuites>\n`
  );
}

function junitCase(
  { expectation, group, outcome, detail, decidedBy }: TestResult,
  isFailure: boolean,
): string {
  const { name, source } = expectation;
  const start = `    <testcase name="${xml(`${name} (${group})`)}" classname="${xml(source.file)}"`;
  if (outcome === 'holds') return `${start}/>\n`;
  if (!isFailure) return `${start}><skipped message="${xml(detail)}"/></testcase>\n`;
  const place = decidedBy?.source ?? source;
  return `${start}><failure message="${xml(detail)}">${xml(`${place.file}:${place.line}`)}</failure></testcase>\n`;
}

const XML: Readonly<Record<string, string>> = { '<': '&lt;', '>': '&gt;', '&': '&amp;', '"': '&quot;' };

const xml = (text: string): string =>
  printable(text).replace(/[<>&"]/g, (character) => XML[character] ?? character);
