// SARIF 2.1.0 (OASIS): the format that code scanning services take.
import { compareProblems, type Problem } from '../../model/problem.ts';

/** One run of one tool; `toolVersion` is Rampart's own. File paths are relative to the repository. */
export function problemsAsSarif(problems: readonly Problem[], toolVersion: string): string {
  const sorted = problems.toSorted(compareProblems);
  const codes = [...new Set(sorted.map(({ code }) => code))].sort();
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'rampart', version: toolVersion, rules: codes.map((id) => ({ id })) } },
        columnKind: 'utf16CodeUnits',
        results: sorted.map((problem) => result(problem, codes.indexOf(problem.code))),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function result({ file, line, column, severity, code, message, hint }: Problem, ruleIndex: number) {
  return {
    ruleId: code,
    ruleIndex,
    level: severity,
    message: { text: hint === '' ? message : `${message} (${hint})` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: encodeURI(file.replaceAll('\\', '/')) },
          region: { startLine: line, startColumn: column },
        },
      },
    ],
  };
}
