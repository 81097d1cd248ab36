// What is said of a value that its schema refuses.
import type { ProblemCode } from '../../model/problem.ts';
import type { z } from 'zod';
import { quote, type Complaint, type Quoting } from '../read/complaint.ts';
import type { Path } from '../read/reporter.ts';
import { knownAs } from './mistakes/key-synonyms.ts';
import { nearestWord } from './suggest.ts';

export interface PlacedComplaint extends Complaint {
  readonly path: Path;
  /** Which part of the pair at `path` is at fault. */
  readonly part: 'key' | 'value';
  /** Of a key that is missing, or unknown: which one is, or seems to be, meant. */
  readonly about?: string;
  /** Whether the key stands where that one should, so that nothing is to be said of that one. */
  readonly isInStead?: boolean;
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
  /** What to write for a number out of bounds, by key; null: what is nearest. */
  readonly boundHints?: ReadonlyMap<string, string>;
  /** Of a value that its key refuses, where it is plain what was meant by it. */
  readonly instead?: (key: string, input: unknown) => Pick<Complaint, 'message' | 'hint'> | null;
  /** What to write for a secret that stands where only its place may, by the key it is written under. */
  readonly secretPlaces?: ReadonlyMap<string, string>;
  /** How names are formed that a pattern refuses. */
  readonly nameHint?: string;
}

export function unknownKey(path: Path, known: readonly string[]): Finding {
  const key = lastKey(path);
  const about = knownAs(key, known) ?? nearestWord(key, known);
  const keys = known.length > 0 ? `the keys here are ${known.join(', ')}` : '';
  const hint = about === null ? keys : `did you mean ${JSON.stringify(about)}?`;
  const complaint = atKey(path, { code: 'unknown-key', message: `${quote(key)} is not a key here`, hint });
  return about === null ? complaint : { ...complaint, about };
}

/** A key that the schema has words of its own for. */
export function notAllowed({ secretPlaces }: ShapeWords, path: Path, message: string): Finding {
  const place = secretPlaces?.get(lastKey(path));
  const hint = place === undefined ? '' : `write \`${place}\`, and give that variable the secret`;
  const about = place?.slice(0, place.indexOf(':'));
  const finding = atKey(path, { code: 'unknown-key', message, hint });
  return about === undefined ? finding : { ...finding, about, isInStead: true };
}

export const badKey = (words: ShapeWords, path: Path, message: string): Finding =>
  atKey(path, message === '' ? badName(words, lastKey(path)) : { code: 'bad-name', message, hint: '' });

export function customComplaint({ message, params }: z.core.$ZodIssueCustom): Complaint {
  // What our own schemas put there: see `failsWith` and `textParsedBy`.
  const code = (textOf(params?.code) || 'bad-value') as ProblemCode;
  const hint = textOf(params?.hint);
  return hint === '' ? { code, ...spokenOf(message) } : { code, message, hint };
}

/** Of a text that says what is wrong and then what to write. */
export function spokenOf(text: string): Pick<Complaint, 'message' | 'hint'> {
  const at = text.indexOf(': write ');
  return at < 0 ? { message: text, hint: '' } : { message: text.slice(0, at), hint: text.slice(at + 2) };
}

/** Of a text that a pattern of names refuses. */
export const badName = ({ nameHint = '' }: ShapeWords, text: string): Complaint => ({
  code: 'bad-name',
  message: `${quote(text)} cannot be a name`,
  hint: nameHint,
});

export const atValue = (path: Path, complaint: Complaint): Finding => ({ path, part: 'value', ...complaint });
export const atKey = (path: Path, complaint: Complaint): Finding => ({ path, part: 'key', ...complaint });

export const textOf = (input: unknown): string => (typeof input === 'string' ? input : '');

/** The innermost key of a path: what the author calls the value at its end. */
export const lastKey = (path: Path): string => path.findLast((step) => typeof step === 'string') ?? '';
