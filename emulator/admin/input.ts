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

/** The value in its checked form; throws an InputError that lists the problems, with `hint` at the end. */
export function checked<T>(schema: z.ZodType<T>, json: unknown, subject: { name: string; hint: string }): T {
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => {
    const where = issue.path.map(String).join('.');
    return where === '' ? issue.message : `${where}: ${issue.message}`;
  });
  const more = problems.length - MAX_PROBLEMS_SHOWN;
  if (more > 0) problems.splice(MAX_PROBLEMS_SHOWN, more, `and ${more} more problems`);
  throw new InputError(`${subject.name}: ${problems.join('; ')}. ${subject.hint}`);
}
