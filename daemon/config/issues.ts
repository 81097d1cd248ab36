// What the schema library found wrong -> complaints with the key at fault and a hint. Unlike those about
// policies they quote no value, only keys: a secret that stands where it should not must not get into a log.
import type { z } from 'zod';
import { quote, type Complaint } from '../../reconciler/policy/read/complaint.ts';
import type { Path } from '../../reconciler/policy/read/reporter.ts';
import { keysAt } from '../../reconciler/policy/schema/schema-keys.ts';
import type { PlacedComplaint } from '../../reconciler/policy/schema/schema-issues.ts';
import { didYouMean } from '../../reconciler/policy/schema/suggest.ts';

export type Checked<T> = { readonly value: T } | { readonly complaints: readonly PlacedComplaint[] };

/** Checks a value; answers what the schema makes of it, or every complaint. */
export function checkShape<S extends z.ZodType>(schema: S, value: unknown): Checked<z.output<S>> {
  // An empty message marks the issues that no part of the schema has words for.
  const result = schema.safeParse(value, { error: () => '', reportInput: true });
  if (result.success) return { value: result.data };
  return { complaints: result.error.issues.flatMap((issue) => complaintsOf(issue, schema)) };
}

function complaintsOf(issue: z.core.$ZodIssue, schema: z.ZodType): PlacedComplaint[] {
  const path = issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step));
  const at = (part: 'key' | 'value', complaint: Complaint) => [{ path, part, ...complaint }];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey([...path, key], issue.message, keysAt(schema, path)));
    case 'invalid_key':
      return at('key', { code: 'bad-name', message: issue.issues[0]?.message ?? '', hint: '' });
    case 'custom':
      return at('value', {
        code: textOf(issue.params?.code) || 'bad-value',
        message: issue.message,
        hint: textOf(issue.params?.hint),
      });
    case 'invalid_type':
      return [typeComplaint(issue, path)];
    case 'invalid_value':
    case 'invalid_union':
      return [choiceComplaint(issue, path)];
    default:
      return at('value', boundComplaint(issue, nameOf(path)));
  }
}

function unknownKey(path: Path, ownMessage: string, known: readonly string[]): PlacedComplaint {
  const key = String(path.at(-1));
  const hint = didYouMean(key, known) || `the keys here are ${known.join(', ')}`;
  return ownMessage === ''
    ? { path, part: 'key', code: 'unknown-key', message: `${quote(key)} is not a key here`, hint }
    : { path, part: 'key', code: 'unknown-key', message: ownMessage, hint: '' };
}

function typeComplaint(issue: z.core.$ZodIssueInvalidType, path: Path): PlacedComplaint {
  const name = nameOf(path);
  if (issue.expected === 'never') {
    return { path, part: 'key', code: 'not-supported', message: issue.message, hint: 'remove the key' };
  }
  if (issue.input === undefined) return missingKey(path);
  const wanted = TYPE_NAMES[issue.expected] ?? issue.expected;
  if (issue.input === null) return noValue(path, wanted);
  const hint = issue.expected === 'string' && typeof issue.input !== 'object' ? 'put it in quotes' : '';
  return { path, part: 'value', code: 'wrong-type', message: `${name} must be ${wanted}`, hint };
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a whole number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a mapping',
  record: 'a mapping',
  array: 'a list',
};

function missingKey(path: Path): PlacedComplaint {
  const message = `the key ${nameOf(path)} is missing`;
  return { path: path.slice(0, -1), part: 'key', code: 'missing-key', message, hint: '' };
}

function noValue(path: Path, wanted: string): PlacedComplaint {
  const hint = `write ${wanted}, or remove ${path.length === 0 ? 'the file' : 'the key'}`;
  return { path, part: 'value', code: 'no-value', message: `${nameOf(path)} has no value`, hint };
}

/** Of a discriminated union only its discriminator can be wrong like this. */
function choiceComplaint(
  issue: z.core.$ZodIssueInvalidValue | z.core.$ZodIssueInvalidUnion,
  path: Path,
): PlacedComplaint {
  const options = issue.code === 'invalid_value' ? issue.values : 'options' in issue ? issue.options : [];
  const allowed = options.map(String);
  const written: unknown = issue.code === 'invalid_value' ? issue.input : discriminatorOf(issue);
  if (written === undefined) return missingKey(path);
  if (written === null) return noValue(path, allowed.join(' or '));
  const hint =
    (typeof written === 'string' && didYouMean(written, allowed)) || `write ${allowed.join(' or ')}`;
  return {
    path,
    part: 'value',
    code: 'unknown-value',
    message: `${nameOf(path)} has a value that it cannot have`,
    hint,
  };
}

function discriminatorOf(issue: z.core.$ZodIssueInvalidUnion): unknown {
  const key = 'discriminator' in issue ? issue.discriminator : undefined;
  return typeof issue.input === 'object' && issue.input !== null && typeof key === 'string'
    ? (issue.input as Record<string, unknown>)[key]
    : issue.input;
}

function boundComplaint(issue: z.core.$ZodIssue, name: string): Complaint {
  if (issue.message !== '') return { code: 'bad-value', message: issue.message, hint: '' };
  if (issue.code === 'too_small') return outOfRange(`${name} must be ${issue.minimum} at least`);
  if (issue.code === 'too_big') return outOfRange(`${name} must be ${issue.maximum} at most`);
  return { code: 'bad-value', message: `${name} has a value that it cannot have`, hint: '' };
}

const outOfRange = (message: string): Complaint => ({ code: 'out-of-range', message, hint: '' });

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

const nameOf = (path: Path): string =>
  path.length === 0 ? 'the config' : quote(String(path.findLast((step) => typeof step === 'string')));
