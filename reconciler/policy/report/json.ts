import { compareProblems, type Problem } from '../../model/problem.ts';

/** Those that are printed, in this order. */
const KEYS = ['version', 'problems', 'file', 'line', 'column', 'severity', 'code', 'message', 'hint'];

/** Problems for scripts: one JSON document, in reading order. */
export const problemsAsJson = (problems: readonly Problem[]): string =>
  `${JSON.stringify({ version: 1, problems: problems.toSorted(compareProblems) }, KEYS, 2)}\n`;
