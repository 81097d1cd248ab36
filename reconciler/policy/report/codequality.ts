// GitLab's Code Quality report: problems show beside the lines of a merge request.
import { compareProblems, type Problem } from '../../model/problem.ts';
import { printable } from './printable.ts';

const SEVERITY: Readonly<Record<Problem['severity'], string>> = { error: 'major', warning: 'minor' };

/** One JSON list, empty without problems. File paths are relative to the repository. */
export function problemsAsCodeQuality(problems: readonly Problem[]): string {
  const seen = new Map<string, number>();
  const issues = problems.toSorted(compareProblems).map(({ file, line, severity, code, message, hint }) => {
    const identity = `${file}\n${code}\n${message}`;
    const before = seen.get(identity) ?? 0;
    seen.set(identity, before + 1);
    return {
      description: printable(hint === '' ? message : `${message} (${hint})`),
      check_name: code,
      fingerprint: digest(`${identity}\n${before}`),
      severity: SEVERITY[severity],
      location: { path: file.replaceAll('\\', '/'), lines: { begin: line } },
    };
  });
  return `${JSON.stringify(issues, null, 2)}\n`;
}

/** FNV-1a of 64 bits: tells problems apart over time, and need not withstand anybody. The line is no part of it. */
function digest(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  return hash.toString(16).padStart(16, '0');
}
