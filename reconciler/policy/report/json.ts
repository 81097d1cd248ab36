import { compareProblems, type Problem } from '../../model/problem.ts';

/** Problems for scripts: one JSON document, in reading order. */
export function problemsAsJson(problems: readonly Problem[]): string {
  const records = problems
    .toSorted(compareProblems)
    .map(({ file, line, column, severity, code, message, hint }) => ({
      file,
      line,
      column,
      severity,
      code,
      message,
      hint,
    }));
  return `${JSON.stringify({ version: 1, problems: records }, null, 2)}\n`;
}
