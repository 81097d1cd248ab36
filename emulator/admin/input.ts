// What users and tests hand to the emulator (quirks, faults, bodies of the admin API): checked by schema, all problems at once.
import type { z } from 'zod';

/** A mistake in what the user wrote; the message says what to write instead. */
export class InputError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'InputError';
  }
}

/** A large state file may be wrong in the same way everywhere. */
const MAX_PROBLEMS_SHOWN = 50;

/** What a value is checked for. */
interface Subject {
  readonly name: string;
  /** Stands at the end of the message. */
  readonly hint: string;
  /** What to write in place of an unknown key, if that can be told. */
  readonly forKey?: (key: string) => string | undefined;
}

/** The value in its checked form; throws an InputError that lists the problems, with `hint` at the end. */
export function checked<T>(schema: z.ZodType<T>, json: unknown, subject: Subject): T {
  const result = schema.safeParse(json, { reportInput: true });
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => {
    const where = issue.path.map(String).join('.');
    const text = `${issue.message}${meant(issue, subject)}${written(issue.input)}`;
    return where === '' ? text : `${where}: ${text}`;
  });
  const more = problems.length - MAX_PROBLEMS_SHOWN;
  if (more > 0) problems.splice(MAX_PROBLEMS_SHOWN, more, `and ${more} more problems`);
  throw new InputError(`${subject.name}: ${problems.join('; ')}. ${subject.hint}`);
}

function meant(issue: z.core.$ZodIssue, { forKey }: Subject): string {
  if (issue.code !== 'unrecognized_keys' || forKey === undefined) return '';
  const hints = issue.keys.flatMap((key) => forKey(key) ?? []);
  return hints.length === 0 ? '' : ` (write ${hints.join('; ')})`;
}

const SHOWN_VALUE_MAX = 60;

/** The value itself, where it is short enough to be told. */
function written(input: unknown): string {
  if (typeof input !== 'string' && typeof input !== 'number' && typeof input !== 'boolean') return '';
  const text = JSON.stringify(input);
  return text.length > SHOWN_VALUE_MAX ? '' : `, not ${text}`;
}
