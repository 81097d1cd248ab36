// Collects the problems of one file. A rule that stands for a thousand combinations may be wrong in the
// same way a thousand times; said once is enough.
import type { Problem, SourcePlace } from '../../model/problem.ts';
import type { Complaint } from './complaint.ts';

/** Keys and list indexes from the top of a document: `['groups', 0, 'ingress', 2, 'ports']`. */
export type Path = ReadonlyArray<string | number>;

/** Where the value (or the key) at a path stands; the nearest existing one around it if there is none. */
export type Locate = (path: Path, part: 'key' | 'value') => SourcePlace;

export interface Reporter {
  /** Adds an error about a value. Kinds of problem already reported at that very place are left out. */
  error(path: Path, complaint: Complaint): void;
  errorAt(place: SourcePlace, complaint: Complaint): void;
  warningAt(place: SourcePlace, complaint: Complaint): void;
  readonly problems: readonly Problem[];
}

/** Long enough for every message of ours; texts of the vendor or of libraries could be anything. */
const MAX_MESSAGE_LENGTH = 1000;

export function createReporter(locate: Locate): Reporter {
  const problems: Problem[] = [];
  const seen = new Set<string>();
  const add = (place: SourcePlace, severity: Problem['severity'], complaint: Complaint): void => {
    const key = `${place.line}:${place.column}:${complaint.code}`;
    if (seen.has(key)) return;
    seen.add(key);
    const { file, line, column } = place;
    const { code, hint } = complaint;
    const message = complaint.message.slice(0, MAX_MESSAGE_LENGTH);
    problems.push({ file, line, column, severity, code, message, hint });
  };
  return {
    error: (path, complaint) => add(locate(path, 'value'), 'error', complaint),
    errorAt: (place, complaint) => add(place, 'error', complaint),
    warningAt: (place, complaint) => add(place, 'warning', complaint),
    problems,
  };
}

export const formatPlace = (place: SourcePlace): string => `${place.file}:${place.line}:${place.column}`;
