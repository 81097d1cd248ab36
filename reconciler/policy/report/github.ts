// Workflow commands of GitHub Actions: problems show as annotations beside the lines of a pull request.
import { compareProblems, type Problem } from '../../model/problem.ts';
import { printable } from './printable.ts';

/** One command a line; empty if there is no problem. */
export function problemsAsGithubCommands(problems: readonly Problem[]): string {
  const lines = problems.toSorted(compareProblems).map((problem) => {
    const { file, line, column, severity, code, message, hint } = problem;
    const properties = [
      `file=${property(file)}`,
      `line=${line}`,
      `col=${column}`,
      `title=${property(code)}`,
    ].join(',');
    return `::${severity} ${properties}::${data(hint === '' ? message : `${message} (${hint})`)}\n`;
  });
  return lines.join('');
}

/** The runner decodes these sequences, and nothing else; a bare line break would end the command. */
const data = (text: string): string => printable(text).replaceAll('%', '%25');

const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
