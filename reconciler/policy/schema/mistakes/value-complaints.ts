// What is said of a value of the wrong type, of one that is none of those allowed, and of one out of bounds. In the config a
// value is only told where it is plain what was meant by it: any other text could be a secret in the wrong place.
import type { z } from 'zod';
import { cureText, quote, type Complaint } from '../../read/complaint.ts';
import type { Path } from '../../read/reporter.ts';
import {
  atKey,
  atValue,
  badName,
  lastKey,
  spokenOf,
  textOf,
  type Finding,
  type ShapeWords,
} from '../shape-complaints.ts';
import { didYouMean } from '../suggest.ts';
import { typeHint } from './value-mistakes.ts';

/** By the schema library's names of types. All numbers of ours are whole. */
const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a whole number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a mapping',
  record: 'a mapping',
  array: 'a list',
};

export function typeFinding(
  words: ShapeWords,
  path: Path,
  input: unknown,
  types: readonly string[],
): Finding {
  const expected = [...new Set(types.map((type) => TYPE_NAMES[type] ?? type))];
  if (input === undefined) return missingKey(words, path);
  if (input === null) return noValue(words, path, expected);
  const key = lastKey(path);
  const hint = typeHint(input, { key, expected, quotesValues: words.quotesValues });
  const isPlain =
    words.quotesValues || hint.startsWith('write `') || hint.startsWith('write it without quotes');
  const shown = isPlain ? scalarText(input) : '';
  const message = `${subjectOf(words, path)} must be ${alternatives(expected)}, not ${typeName(input)}${shown}`;
  return { ...atValue(path, { code: 'wrong-type', message, hint }), expected };
}

function missingKey({ missingKeyHints }: ShapeWords, path: Path): Finding {
  const key = lastKey(path);
  const hint = missingKeyHints?.get(key) ?? '';
  const message = `the key ${quote(key)} is missing`;
  return { ...atKey(path.slice(0, -1), { code: 'missing-key', message, hint }), about: key };
}

function noValue(words: ShapeWords, path: Path, expected: readonly string[]): Finding {
  const remove = path.length === 0 ? 'the file' : 'the key';
  const hint =
    words.noValueHints?.get(lastKey(path)) ?? `write ${alternatives(expected)}, or remove ${remove}`;
  return {
    ...atValue(path, { code: 'no-value', message: `${subjectOf(words, path)} has no value`, hint }),
    expected,
  };
}

function subjectOf({ whole }: ShapeWords, path: Path): string {
  if (path.length === 0) return whole;
  return typeof path.at(-1) === 'string' ? quote(lastKey(path)) : 'this';
}

const scalarText = (input: unknown): string =>
  typeof input === 'string' || typeof input === 'number' || typeof input === 'boolean'
    ? ` ${quote(String(input))}`
    : '';

function typeName(input: unknown): string {
  if (Array.isArray(input)) return 'a list';
  if (typeof input === 'boolean') return 'a boolean';
  if (typeof input === 'number') return 'a number';
  return TYPE_NAMES[typeof input] ?? typeof input;
}

/** A value that is none of those that are allowed. */
export function valueFinding(
  words: ShapeWords,
  path: Path,
  input: unknown,
  allowed: readonly string[],
): Finding {
  if (input === undefined || input === null) return typeFinding(words, path, input, allowed);
  const key = lastKey(path);
  const written = typeof input === 'string' ? input : JSON.stringify(input);
  const hint = nearestHint(written, allowed);
  const isShown = words.quotesValues || hint !== '';
  const message = isShown
    ? `${quote(key)} cannot be ${quote(written)}`
    : `${quote(key)} has a value that it cannot have`;
  return atValue(path, { code: 'unknown-value', message, hint: hint || `write ${alternatives(allowed)}` });
}

const nearestHint = (written: string, allowed: readonly string[]): string =>
  allowed.includes(written)
    ? `write it without quotes: ${cureText('write', written)}`
    : didYouMean(written, allowed);

/** Everything that is too small, too big, or of the wrong form. */
export function boundComplaint(words: ShapeWords, key: string, issue: z.core.$ZodIssue): Complaint {
  if (issue.message !== '') return { code: 'bad-value', ...spokenOf(issue.message) };
  if (issue.code === 'too_small' || issue.code === 'too_big') return sizeComplaint(words, key, issue);
  if (issue.code === 'invalid_format' && words.quotesValues) return badName(words, textOf(issue.input));
  return { code: 'bad-value', message: `${quote(key)} has a value that it cannot have`, hint: '' };
}

function sizeComplaint(
  { boundHints }: ShapeWords,
  key: string,
  issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig,
): Complaint {
  if (issue.code === 'too_small' && issue.origin === 'array') {
    const hint = 'name at least one, or remove what the list belongs to';
    return { code: 'empty-list', message: 'an empty list stands for nothing here', hint };
  }
  const [side, bound] = issue.code === 'too_small' ? ['at least', issue.minimum] : ['at most', issue.maximum];
  const unit = issue.origin === 'string' ? ' characters' : issue.origin === 'array' ? ' entries' : '';
  const hint = boundHints?.get(key) ?? (unit === '' ? cureText('write', String(bound)) : '');
  const shown = typeof issue.input === 'number' ? `, and not ${issue.input}` : '';
  return { code: 'out-of-range', message: `${quote(key)} must be ${side} ${bound}${unit}${shown}`, hint };
}

const alternatives = (words: readonly string[]): string => words.join(' or ');
