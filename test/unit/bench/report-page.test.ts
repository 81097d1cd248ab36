// The part of docs/benchmarks.md that a script writes.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { withReport, type ReportFigures } from '../../../bench/report/report-page.ts';

const FIGURES: ReportFigures = {
  where: { commit: 'abc123', date: '2026-11-29', machine: '2 cores', node: 'v20.0.0', load: 0.5 },
  ...{ groups: 200, ratePerMinute: 300, calibrationMs: 50 },
  estate: [
    { name: 'first read: calls / minimum', value: 1.01, unit: 'x', most: 1.05, goal: null },
    { name: 'first read: time', value: 4000, unit: 'ms', most: null, goal: 5000 },
  ],
  plans: [
    {
      ...{ shape: 'grown', rules: 200, edits: 5, calls: 5, autoCalls: 5, plainCalls: 2 },
      ...{ orderMs: 10, proofMs: 5, deltaMs: 25, toldMs: 0, fullMs: 0, heapMib: 1 },
    },
  ],
};

it('has commit, machine and times as multiples of the calibration loop, and leaves the rest of the page alone', () => {
  const page = readFileSync('docs/benchmarks.md', 'utf8');
  const written = withReport(page, FIGURES);
  expect(written).toContain('Commit abc123, 2026-11-29, 2 cores, Node.js v20.0.0, load 0.5');
  expect(written).toContain('| first read: calls / minimum | 1.010 x |  |  | 1.05 |');
  expect(written).toContain('| first read: time | 4000 ms | 80.00 | 5000 |  |');
  expect(written).toContain('| grown | 200 | 5 | 5 | 2 | 2.5 | 0.20 | 0.10 | 0.50 |');
  const around = (text: string): string => text.replace(/report: begin -->[^]*<!-- bench report: end/, '');
  expect(around(written)).toBe(around(page));
  expect(withReport(written, FIGURES)).toBe(written);
});

it('is written only where the page has marks for it', () => {
  expect(() => withReport('# Benchmarks\n', FIGURES)).toThrow('bench report: begin');
});
