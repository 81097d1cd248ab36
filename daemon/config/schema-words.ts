// Pieces that the sections of the config are made of. Messages never quote a value: it could be a secret in
// the wrong place.
import { z } from 'zod';
import { err, type Result } from '../../reconciler/model/result.ts';
import { textParsedBy } from '../../reconciler/policy/schema/schema-words.ts';

/** What is said of a refused value besides the message; see `customComplaint`. */
interface Refusal {
  /** Stable kebab-case name of the kind of problem. */
  readonly code: string;
  readonly hint?: string;
}

export const wholeNumber = (min: number, max: number, description: string) =>
  z.int().min(min).max(max).meta({ description });

export const filePath = z.string().min(1, 'write a path');

/** A text with a grammar of its own, which comes out parsed. */
export const parsed = <T>(parse: (text: string) => Result<T, string>, description: string) =>
  textParsedBy(
    (text) => {
      const result = parse(text);
      return result.ok ? result : err({ code: 'bad-value', message: result.error, hint: '' });
    },
    { description },
  );

/** Refuses a value that the contract knows and this version does not carry out yet. */
export const notSupported = (what: string, hint = '') => ({
  error: `${what} is not yet supported`,
  params: { code: 'not-supported', hint } satisfies Refusal,
});

/** A key that the contract knows and this version does not carry out yet. */
export const futureKey = (key: string) => z.never(notSupported(key).error).optional();
