// What users and tests hand to the emulator (quirks, faults, door bodies): checked by schema, all problems at once.
import type { z } from 'zod';

/** A mistake in what the user wrote; the message says what to write instead. */
export class InputError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'InputError';
  }
}

/** The value in its checked form; throws an InputError that lists every problem, with `hint` at the end. */
export function checked<T>(schema: z.ZodType<T>, json: unknown, subject: { name: string; hint: string }): T {
  const result = schema.safeParse(json, { reportInput: true });
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => {
    const where = issue.path.map(String).join('.');
    return where === '' ? issue.message : `${where}: ${issue.message}`;
  });
  throw new InputError(`${subject.name}: ${problems.join('; ')}. ${subject.hint}`);
}
