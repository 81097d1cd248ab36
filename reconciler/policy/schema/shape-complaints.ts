// What is said of a value that its schema refuses.
import type { z } from 'zod';
import { quote, type Complaint, type Quoting } from '../read/complaint.ts';
import type { Path } from '../read/reporter.ts';
import { didYouMean } from './suggest.ts';

export interface PlacedComplaint extends Complaint {
  readonly path: Path;
  /** Which part of the pair at `path` is at fault. */
  readonly part: 'key' | 'value';
}

/** A complaint, or (`expected`) the news that a value is of another type than this alternative takes. */
export interface Finding extends PlacedComplaint {
  readonly expected?: readonly string[];
}

/** How policies and the config differ in what is said of them. */
export interface ShapeWords extends Quoting {
  /** The whole, such as `the document`. */
  readonly whole: string;
  /** What to write for a key that is missing, and for one that has no value. */
  readonly missingKeyHints?: ReadonlyMap<string, string>;
  readonly noValueHints?: ReadonlyMap<string, string>;
  /** How names are formed that a pattern refuses. */
  readonly nameHint?: string;
}

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
  const key = lastKey(path);
  if (input === undefined) {
    const hint = words.missingKeyHints?.get(key) ?? '';
    const message = `the key ${quote(key)} is missing`;
    return atKey(path.slice(0, -1), { code: 'missing-key', message, hint });
  }
  const what = typeof path.at(-1) === 'string' ? quote(key) : path.length === 0 ? words.whole : 'this';
  if (input === null) {
    const remove = path.length === 0 ? 'the file' : 'the key';
    const hint = words.noValueHints?.get(key) ?? `write ${listed(expected)}, or remove ${remove}`;
    return { ...atValue(path, { code: 'no-value', message: `${what} has no value`, hint }), expected };
  }
  const message = `${what} must be ${listed(expected)}, not ${typeName(input)}`;
  return { ...atValue(path, { code: 'wrong-type', message, hint: quotesHint(input, expected) }), expected };
}

function typeName(input: unknown): string {
  if (Array.isArray(input)) return 'a list';
  if (typeof input === 'boolean') return 'a boolean';
  if (typeof input === 'number') return 'a number';
  return TYPE_NAMES[typeof input] ?? typeof input;
}

function quotesHint(input: unknown, expected: readonly string[]): string {
  if (expected.includes('a text')) {
    return typeof input === 'number' || typeof input === 'boolean' ? 'put it in quotes' : '';
  }
  return expected.includes('a whole number') && typeof input === 'string' ? 'write it without quotes' : '';
}

/** A value that is none of those that are allowed. */
export function valueFinding(
  words: ShapeWords,
  path: Path,
  input: unknown,
  allowed: readonly string[],
): Finding {
  if (input === undefined || input === null) return typeFinding(words, path, input, allowed);
  const written = typeof input === 'string' ? input : JSON.stringify(input);
  const nearest = allowed.includes(written) ? 'write it without quotes' : didYouMean(written, allowed);
  const hint = nearest || `write ${listed(allowed)}`;
  const what = quote(lastKey(path));
  const message = words.quotesValues
    ? `${what} cannot be ${quote(written)}`
    : `${what} has a value that it cannot have`;
  return atValue(path, { code: 'unknown-value', message, hint });
}

export function unknownKey(path: Path, known: readonly string[]): Finding {
  const key = lastKey(path);
  const hint = didYouMean(key, known) || (known.length > 0 ? `the keys here are ${known.join(', ')}` : '');
  return atKey(path, { code: 'unknown-key', message: `${quote(key)} is not a key here`, hint });
}

/** A key that the schema has words of its own for. */
export const notAllowed = (path: Path, message: string): Finding =>
  atKey(path, { code: 'unknown-key', message, hint: '' });

export const badKey = (words: ShapeWords, path: Path, message: string): Finding =>
  atKey(path, message === '' ? badName(words, lastKey(path)) : { code: 'bad-name', message, hint: '' });

export const customComplaint = ({ message, params }: z.core.$ZodIssueCustom): Complaint => ({
  code: textOf(params?.code) || 'bad-value',
  message,
  hint: textOf(params?.hint),
});

/** Everything that is too small, too big, or of the wrong form. */
export function boundComplaint(words: ShapeWords, key: string, issue: z.core.$ZodIssue): Complaint {
  if (issue.message !== '') return { code: 'bad-value', message: issue.message, hint: '' };
  if (issue.code === 'too_small' && issue.origin === 'array') {
    const hint = 'name at least one, or remove what the list belongs to';
    return { code: 'empty-list', message: 'an empty list stands for nothing here', hint };
  }
  if (issue.code === 'too_small' || issue.code === 'too_big') {
    const bound = issue.code === 'too_small' ? issue.minimum : issue.maximum;
    const unit = issue.origin === 'string' ? ' characters' : issue.origin === 'array' ? ' entries' : '';
    const side = issue.code === 'too_small' ? 'at least' : 'at most';
    return { code: 'out-of-range', message: `${quote(key)} must be ${side} ${bound}${unit}`, hint: '' };
  }
  if (issue.code === 'invalid_format' && words.quotesValues) return badName(words, textOf(issue.input));
  return { code: 'bad-value', message: `${quote(key)} has a value that it cannot have`, hint: '' };
}

const badName = ({ nameHint = '' }: ShapeWords, text: string): Complaint => ({
  code: 'bad-name',
  message: `${quote(text)} cannot be a name`,
  hint: nameHint,
});

const atValue = (path: Path, complaint: Complaint): Finding => ({ path, part: 'value', ...complaint });
const atKey = (path: Path, complaint: Complaint): Finding => ({ path, part: 'key', ...complaint });

const textOf = (input: unknown): string => (typeof input === 'string' ? input : '');

/** The innermost key of a path: what the author calls the value at its end. */
export const lastKey = (path: Path): string => path.findLast((step) => typeof step === 'string') ?? '';

const listed = (words: readonly string[]): string => words.join(' or ');
