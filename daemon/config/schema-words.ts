// Pieces that the sections of the config are made of. Messages never quote a value: it could be a secret in
// the wrong place.
import { z } from 'zod';
import { err, type Result } from '../../reconciler/model/result.ts';
import { textParsedBy } from '../../reconciler/policy/schema/schema-words.ts';

/** A section of the config, which may be left out. */
export const section = <Shape extends z.core.$ZodLooseShape>(description: string, shape: Shape) =>
  z
    .strictObject(shape)
    .prefault({} as z.input<z.ZodObject<Shape>>)
    .meta({ description });

export const wholeNumber = (min: number, max: number, description: string) =>
  z.int().min(min).max(max).meta({ description });

/** What a shell expands and no one else does. */
export const isTilde = (text: string): boolean => /^~(\/|$)/.test(text);

export const TILDE = 'a ~ stands for no folder here: write the whole path, such as `/var/lib/rampart/file`';

const writtenPath = (message: string) =>
  z
    .string()
    .min(1, message)
    .refine((text) => !isTilde(text), TILDE);

export const filePath = writtenPath('write a path');

/** The error for unknown keys: a secret that stands inline gets a hint where it belongs. Never quotes a value. */
export const refuseInline =
  (keys: readonly string[], instead: string): z.core.$ZodErrorMap =>
  (issue) => {
    if (issue.code !== 'unrecognized_keys') return undefined;
    const inline = issue.keys.filter((key) => keys.includes(key));
    return inline.length === 0
      ? undefined
      : `${inline.join(', ')}: secrets never stand in the config; ${instead}`;
  };

/**
 * Upper case only: a secret pasted here by mistake has lower-case letters too, is refused, and so is never printed as
 * "variable … is not set".
 */
export const envNameSuchAs = (example: string) =>
  z
    .string()
    .regex(
      /^[A-Z_][A-Z0-9_]*$/,
      `write the name of an environment variable in upper case, such as ${example}`,
    );

export const secretFile = writtenPath('write the path of a file');

/** A text with a grammar of its own, which comes out parsed. */
export const parsedText = <T>(parse: (text: string) => Result<T, string>, description: string) =>
  textParsedBy(
    (text) => {
      const result = parse(text);
      return result.ok ? result : err({ code: 'bad-value', message: result.error, hint: '' });
    },
    { description },
  );
