// A value against its schema -> every complaint, in the words of who wrote the value: with the key at fault, and with
// a hint. Policies and the config are checked here alike; `ShapeWords` says where they differ. Of a union only the
// alternative that the author evidently meant is reported.
import type { z } from 'zod';
import { err, ok, type Result } from '../../model/result.ts';
import type { Path } from '../read/reporter.ts';
import { keysAt } from './schema-keys.ts';
import {
  badKey,
  boundComplaint,
  customComplaint,
  lastKey,
  notAllowed,
  typeFinding,
  unknownKey,
  valueFinding,
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
  return err(result.error.issues.flatMap((issue) => translator.findingsOf(issue, [])));
}

class Translator {
  readonly #schema: z.ZodType;
  readonly #words: ShapeWords;

  constructor(schema: z.ZodType, words: ShapeWords) {
    this.#schema = schema;
    this.#words = words;
  }

  findingsOf(issue: Issue, base: Path): Finding[] {
    const path = [...base, ...(issue.path as Path)];
    switch (issue.code) {
      case 'invalid_union':
        return this.#unionFindings(issue, path);
      case 'invalid_type':
        return [typeFinding(this.#words, path, issue.input, [issue.expected])];
      case 'unrecognized_keys':
        return issue.keys.map((key) =>
          issue.message === ''
            ? unknownKey([...path, key], keysAt(this.#schema, path))
            : notAllowed([...path, key], issue.message),
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
    return valueFinding(this.#words, path, written, options.map(String));
  }
}
