// A value against its schema -> every complaint, in the words of who wrote the value: with the key at fault, and with
// a hint. Policies and the config are checked here alike; `ShapeWords` says where they differ. Of a union only the
// alternative that the author evidently meant is reported.
import type { ProblemCode } from '../../model/problem.ts';
import type { z } from 'zod';
import { err, ok, type Result } from '../../model/result.ts';
import type { Path } from '../read/reporter.ts';
import { isTemplate, TEMPLATE_MESSAGE, templateHint } from '../read/syntax/template.ts';
import { keysAt } from './schema-keys.ts';
import { boundComplaint, typeFinding, valueFinding } from './mistakes/value-complaints.ts';
import {
  badKey,
  customComplaint,
  lastKey,
  notAllowed,
  unknownKey,
  type Finding,
  type PlacedComplaint,
  type ShapeWords,
} from './shape-complaints.ts';

type Issue = z.core.$ZodIssue;
type DiscriminatedIssue = Extract<z.core.$ZodIssueInvalidUnion, { readonly options?: unknown }>;

/** Answers what the schema makes of the value, or every complaint. */
export function checkShape<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  words: ShapeWords,
): Result<z.output<Schema>, readonly PlacedComplaint[]> {
  // An empty message marks the issues that no part of the schema has words for.
  const result = schema.safeParse(value, { error: () => '', reportInput: true });
  if (result.success) return ok(result.data);
  const translator = new Translator(schema, words);
  return err(withoutConsequences(result.error.issues.flatMap((issue) => translator.findingsOf(issue, []))));
}

/** Which keys a rule between keys waits for, by its code. */
const WAITED_FOR: Readonly<Record<string, readonly string[]>> = {
  'group-selector': ['id', 'name', 'tags'],
  'no-direction': ['ingress', 'egress'],
  'protocol-or-services': ['protocol', 'services'],
  'empty-file': ['networks', 'services', 'groups', 'expect'],
};

/** A key that is misspelt is not missing as well. */
function withoutConsequences(findings: readonly Finding[]): Finding[] {
  const misspelt = findings.filter(({ code, about }) => code === 'unknown-key' && about !== undefined);
  if (misspelt.length === 0) return [...findings];
  return findings.filter(({ code, path, about }) => {
    const waitedFor = code === 'missing-key' ? [about ?? ''] : (WAITED_FOR[code] ?? []);
    return !misspelt.some((other) => {
      const meant = other.about ?? '';
      const isNamed = other.isInStead === true && isSamePath(path, [...other.path.slice(0, -1), meant]);
      return isNamed || (isSamePath(path, other.path.slice(0, -1)) && waitedFor.includes(meant));
    });
  });
}

const isSamePath = (one: Path, other: Path): boolean =>
  one.length === other.length && one.every((step, at) => other[at] === step);

const PLAIN_CODES: Partial<Record<Issue['code'], ProblemCode>> = {
  invalid_type: 'wrong-type',
  invalid_union: 'unknown-value',
  invalid_value: 'unknown-value',
};

class Translator {
  readonly #schema: z.ZodType;
  readonly #words: ShapeWords;

  constructor(schema: z.ZodType, words: ShapeWords) {
    this.#schema = schema;
    this.#words = words;
  }

  findingsOf(issue: Issue, base: Path): Finding[] {
    const path = [...base, ...(issue.path as Path)];
    const plain = this.#plainFinding(issue, path);
    if (plain !== null) return [plain];
    switch (issue.code) {
      case 'invalid_union':
        return this.#unionFindings(issue, path);
      case 'invalid_type':
        return [typeFinding(this.#words, path, issue.input, [issue.expected])];
      case 'unrecognized_keys':
        return issue.keys.map((key) =>
          issue.message === ''
            ? unknownKey([...path, key], keysAt(this.#schema, path))
            : notAllowed(this.#words, [...path, key], issue.message),
        );
      case 'invalid_key':
        return [badKey(this.#words, path, issue.issues[0]?.message ?? '')];
      case 'invalid_value':
        return [valueFinding(this.#words, path, issue.input, issue.values.map(String))];
      case 'custom':
        return [{ path, part: 'value', ...customComplaint(issue) }];
      default:
        return [{ path, part: 'value', ...boundComplaint(this.#words, lastKey(path), issue) }];
    }
  }

  /** Of a single value of which it is plain what was meant by it. */
  #plainFinding({ code, input }: Issue, path: Path): Finding | null {
    if (input === undefined || input === null || code === 'unrecognized_keys' || code === 'invalid_key')
      return null;
    const key = lastKey(path);
    const known = this.#words.instead?.(key, input) ?? null;
    if (known !== null) return { path, part: 'value', code: PLAIN_CODES[code] ?? 'bad-value', ...known };
    if (typeof input !== 'string' || !isTemplate(input)) return null;
    return { path, part: 'value', code: 'template', message: TEMPLATE_MESSAGE, hint: templateHint(key) };
  }

  /**
   * An alternative that wants another type at the top was not meant. If none takes this type, all that
   * can be said is what types there are.
   */
  #unionFindings(issue: z.core.$ZodIssueInvalidUnion, path: Path): Finding[] {
    if ('options' in issue) return [this.#discriminatorFinding(issue, path)];
    const alternatives = issue.errors.map((issues) =>
      issues.flatMap((inner) => this.findingsOf(inner, path)),
    );
    const isOtherType = (finding: Finding): boolean =>
      finding.expected !== undefined && finding.path.length === path.length;
    const meant = alternatives.find((findings) => !findings.some(isOtherType));
    if (meant !== undefined) return meant;
    const expected = alternatives
      .flat()
      .filter(isOtherType)
      .flatMap((finding) => finding.expected ?? []);
    return [typeFinding(this.#words, path, issue.input, [...new Set(expected)])];
  }

  /** Of a union with a key that tells its alternatives apart, only that key can be wrong. */
  #discriminatorFinding(
    { input, discriminator = '', options = [] }: DiscriminatedIssue,
    path: Path,
  ): Finding {
    const written = (input as Readonly<Record<string, unknown>>)[discriminator];
    const known = this.#words.instead?.(discriminator, written) ?? null;
    return known === null
      ? valueFinding(this.#words, path, written, options.map(String))
      : { path, part: 'value', code: 'unknown-value', ...known };
  }
}
