// What holds of every list of problems with a text, whatever the text.
import type { Problem } from '../../../reconciler/model/problem.ts';
import { must } from '../target.ts';

/** What a terminal would act upon, or what would make two lines of one. */
const CONTROL = /[\p{Cc}\u2028\u2029]/u;
const MAX_MESSAGE_LENGTH = 5000;

export function checkProblems(problems: readonly Problem[], texts: ReadonlyMap<string, string>): void {
  const lines = new Map([...texts].map(([file, text]) => [file, text.split(/\r?\n/)]));
  for (const problem of problems) {
    const ofFile = lines.get(problem.file);
    must(ofFile !== undefined, 'a problem names a file that was read', problem);
    const line = ofFile[problem.line - 1];
    must(line !== undefined, 'the line of a problem is in its text', problem, ofFile.length);
    must(
      problem.column >= 1 && problem.column <= line.length + 1,
      'the column of a problem is in its line',
      problem,
      line,
    );
    must(!CONTROL.test(problem.message + problem.hint), 'a problem holds no control characters', problem);
    must(problem.message !== '', 'a problem has a message', problem);
    must(problem.message.length + problem.hint.length <= MAX_MESSAGE_LENGTH, 'a message is short', problem);
  }
}

/** The kinds of problems, each once. */
export const codesOf = (problems: readonly Problem[]): string =>
  [...new Set(problems.map(({ code, severity }) => `${code}${severity === 'warning' ? '?' : ''}`))]
    .sort()
    .join(' ');

export const textOfBytes = (bytes: Uint8Array): string => new TextDecoder('utf-8').decode(bytes);
