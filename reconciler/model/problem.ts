/** A place in a policy file. Lines and columns count from 1. */
export interface SourcePlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** One thing wrong (or doubtful) in a policy file, said once, with what to write instead. */
export interface Problem extends SourcePlace {
  readonly severity: 'error' | 'warning';
  /** Stable kebab-case name of the kind of problem, for scripts. */
  readonly code: string;
  readonly message: string;
  /** What to write instead; empty when the message already says it. */
  readonly hint: string;
}

/** Reading order: by file, then line, then column, then code. */
export function compareProblems(a: Problem, b: Problem): number {
  return compareText(a.file, b.file) || a.line - b.line || a.column - b.column || compareText(a.code, b.code);
}

/** Code-unit order: the same on every machine, whatever its locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
