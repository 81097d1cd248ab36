// What the schema library found wrong -> our complaints: in the words of a policy's author, with the key at
// fault, and with a hint. Of a union only the alternative that the author evidently meant is reported.
import type { z } from 'zod';
import { quote, type Complaint } from '../read/complaint.ts';
import { NAME_HINT } from './peer-text.ts';
import type { Path } from '../read/reporter.ts';
import { keysAt } from './schema-keys.ts';
import { didYouMean } from './suggest.ts';

export interface PlacedComplaint extends Complaint {
  readonly path: Path;
  /** Which part of the pair at `path` is at fault. */
  readonly part: 'key' | 'value';
}

type Issue = z.core.$ZodIssue;

/** A found problem, or (`expected`) the news that a value is of another type than this alternative takes. */
interface Finding extends PlacedComplaint {
  readonly expected?: readonly string[];
}

/** Checks a value and answers every complaint; none means that the schema accepts it. */
export function checkShape(schema: z.ZodType, value: unknown): PlacedComplaint[] {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return [];
  return result.error.issues.flatMap((issue) => findingsOf(issue, [], schema));
}

function findingsOf(issue: Issue, base: Path, schema: z.ZodType): Finding[] {
  const path = [...base, ...(issue.path as Path)];
  switch (issue.code) {
    case 'invalid_union':
      return unionFindings(issue, path, schema);
    case 'invalid_type':
      return [typeFinding(path, issue.input, [TYPE_NAMES[issue.expected] ?? issue.expected])];
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey([...path, key], keysAt(schema, path)));
    case 'invalid_key':
      return [atKey(path, badName(lastKey(path)))];
    case 'invalid_value':
      return [invalidValue(path, issue)];
    case 'custom':
      return [at(path, customComplaint(issue))];
    default:
      return [at(path, boundComplaint(path, issue))];
  }
}

/**
 * An alternative that wants another type at the top was not meant. If none takes this type, all that
 * can be said is what types there are.
 */
function unionFindings(issue: z.core.$ZodIssueInvalidUnion, path: Path, schema: z.ZodType): Finding[] {
  const alternatives = issue.errors.map((issues) =>
    issues.flatMap((inner) => findingsOf(inner, path, schema)),
  );
  const isOtherType = (finding: Finding): boolean =>
    finding.expected !== undefined && finding.path.length === path.length;
  const meant = alternatives.find((findings) => !findings.some(isOtherType));
  if (meant !== undefined) return meant;
  const expected = alternatives
    .flat()
    .filter(isOtherType)
    .flatMap((finding) => finding.expected ?? []);
  return [typeFinding(path, issue.input, [...new Set(expected)])];
}

function typeFinding(path: Path, input: unknown, expected: readonly string[]): Finding {
  const key = lastKey(path);
  if (input === undefined) {
    const hint = MISSING_KEY_HINTS.get(key) ?? '';
    return at(path.slice(0, -1), { code: 'missing-key', message: `the key ${quote(key)} is missing`, hint });
  }
  const what = typeof path.at(-1) === 'string' ? quote(key) : path.length === 0 ? 'the document' : 'this';
  if (input === null) {
    const hint = EMPTY_KEY_HINTS.get(key) ?? `write ${listed(expected)}, or remove the key`;
    return { ...at(path, { code: 'no-value', message: `${what} has no value`, hint }), expected };
  }
  const message = `${what} must be ${listed(expected)}, not ${typeName(input)}`;
  return { ...at(path, { code: 'wrong-type', message, hint: quotesHint(input, expected) }), expected };
}

function quotesHint(input: unknown, expected: readonly string[]): string {
  if (expected.includes('a text')) {
    return typeof input === 'number' || typeof input === 'boolean' ? 'put it in quotes' : '';
  }
  const wantsNumber = expected.some((type) => type.endsWith('number'));
  return wantsNumber && typeof input === 'string' ? 'write it without quotes' : '';
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  object: 'a mapping',
  record: 'a mapping',
  array: 'a list',
};

function typeName(input: unknown): string {
  if (Array.isArray(input)) return 'a list';
  if (typeof input === 'boolean') return 'a boolean';
  return TYPE_NAMES[typeof input] ?? typeof input;
}

// Maps and not objects: a network may be called `constructor`.
const MISSING_KEY_HINTS: ReadonlyMap<string, string> = new Map([
  ['version', 'begin the file with `version: 1`'],
  ['region', 'write for example `region: cn-hangzhou`'],
  ['from', 'say who may connect; everybody is [0.0.0.0/0, "::/0"]'],
  ['to', 'say whom members may connect to; everybody is [0.0.0.0/0, "::/0"]'],
  ['group', 'write for example {group: sg-bp1partner, ownerId: "1557809237701234"}'],
  ['description', 'write for example {description: "managed-by-acs/*"}'],
]);

function noRulesHint(direction: string): string {
  return `write \`${direction}: []\` for no rules, or remove the key to leave this direction alone`;
}

const EMPTY_KEY_HINTS: ReadonlyMap<string, string> = new Map([
  ['ingress', noRulesHint('ingress')],
  ['egress', noRulesHint('egress')],
  ['description', 'remove the key: the API cannot clear a description'],
]);

function unknownKey(path: Path, known: readonly string[]): Finding {
  const key = lastKey(path);
  const hint = didYouMean(key, known) || (known.length > 0 ? `the keys here are ${known.join(', ')}` : '');
  return atKey(path, { code: 'unknown-key', message: `${quote(key)} is not a key here`, hint });
}

function invalidValue(path: Path, issue: z.core.$ZodIssueInvalidValue): Finding {
  const allowed = issue.values.map(String);
  const input: unknown = issue.input;
  if (input === undefined || input === null) return typeFinding(path, input, allowed);
  const written = typeof input === 'string' ? input : JSON.stringify(input);
  const nearest = allowed.includes(written) ? 'write it without quotes' : didYouMean(written, allowed);
  const hint = nearest || `write ${allowed.join(' or ')}`;
  const message = `${quote(lastKey(path))} cannot be ${quote(written)}`;
  return at(path, { code: 'unknown-value', message, hint });
}

/** Everything that is too small, too big, or of the wrong form. */
function boundComplaint(path: Path, issue: Issue): Complaint {
  if (issue.code === 'too_small' && issue.origin === 'array') {
    const hint = 'name at least one, or remove what the list belongs to';
    return { code: 'empty-list', message: 'an empty list stands for nothing here', hint };
  }
  if (issue.code === 'too_small' || issue.code === 'too_big') {
    const bound = issue.code === 'too_small' ? issue.minimum : issue.maximum;
    const unit = issue.origin === 'string' ? ' characters' : issue.origin === 'array' ? ' entries' : '';
    const side = issue.code === 'too_small' ? 'at least' : 'at most';
    const message = `${quote(lastKey(path))} must be ${side} ${bound}${unit}`;
    return { code: 'out-of-range', message, hint: '' };
  }
  if (issue.code === 'invalid_format') return badName(textOf(issue.input));
  return { code: 'bad-value', message: issue.message, hint: '' };
}

const badName = (text: string): Complaint => ({
  code: 'bad-name',
  message: `${quote(text)} cannot be a name`,
  hint: NAME_HINT,
});

const customComplaint = ({ message, params }: z.core.$ZodIssueCustom): Complaint => ({
  code: textOf(params?.code),
  message,
  hint: textOf(params?.hint),
});

const at = (path: Path, complaint: Complaint): Finding => ({ path, part: 'value', ...complaint });
const atKey = (path: Path, complaint: Complaint): Finding => ({ path, part: 'key', ...complaint });

const textOf = (input: unknown): string => (typeof input === 'string' ? input : '');

/** The innermost key of a path: what the author calls the value at its end. */
function lastKey(path: Path): string {
  return path.findLast((step) => typeof step === 'string') ?? '';
}

const listed = (words: readonly string[]): string => words.join(' or ');
