// Quirks as text and JSON: `--quirk NAME=VALUE`, the config file, and the admin API.
import { z } from 'zod';
import { ACTION_NAMES } from '../actions/services.ts';
import { checked, InputError } from './input.ts';
import { DEFAULT_QUIRKS, type Quirks, quirksSchema } from '../quirks.ts';

const ACTION_HINT = `the actions are ${[...ACTION_NAMES].join(', ')}`;

/** The names are checked first: reading a record leaves out a key `__proto__` without a word. */
const rateLimits = z
  .unknown()
  .superRefine((limits, context) => {
    if (typeof limits !== 'object' || limits === null) return;
    for (const name of Object.keys(limits)) {
      if (ACTION_NAMES.has(name)) continue;
      context.addIssue({ code: 'custom', message: `no action ${name}; ${ACTION_HINT}` });
    }
  })
  .pipe(quirksSchema.shape.rateLimits);

const schema: z.ZodType<Quirks> = quirksSchema.extend({ rateLimits });

const NAMES = Object.keys(quirksSchema.shape);
const HINT = `Quirks are: ${NAMES.join(', ')}`;

/** `base` with the quirks of a JSON object put over it. Throws an InputError for unknown names and bad values. */
export function parseQuirks(json: unknown, base: Quirks = DEFAULT_QUIRKS): Quirks {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new InputError(`quirks: expected an object such as {"describeLagMs": 500}. ${HINT}`);
  }
  return checked(schema, { ...base, ...json }, { name: 'quirks', hint: HINT });
}

/**
 * One quirk from `NAME=VALUE`, as a partial object. Numbers, `true`, `false` and (for rateLimits) a JSON object
 * are written as in JSON, all else as it is. Throws an InputError.
 */
export function parseQuirk(text: string): Partial<Quirks> {
  const at = text.indexOf('=');
  const name = text.slice(0, at);
  if (at < 1 || !isQuirkName(name)) {
    throw new InputError(`quirk ${JSON.stringify(text)}: expected NAME=VALUE. ${HINT}`);
  }
  const quirks = parseQuirks({ [name]: valueOf(text.slice(at + 1)) });
  return { [name]: quirks[name] };
}

function isQuirkName(name: string): name is keyof Quirks {
  return Object.hasOwn(quirksSchema.shape, name);
}

function valueOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
