// Secrets never leave the process through what it says of itself. The core keeps them out of its events; this is
// the second net: it works on values, not on paths, so that it does not matter in which field, how deep in an array
// or in which sentence of an error's stack a secret turns up. The first net, for texts of the vendor, of a library
// or of a proxy, is `scrub`: it is the same and stricter.
// Both are linear in the length of the text, whoever wrote it, and look at no more than its beginning.
import { secretSpans } from './secret-spans.ts';

export type Redactor = (text: string) => string;

const REDACTED = '[redacted]';

/** A shorter value would also blot out innocent words; no access key secret or token is this short. */
const MIN_SECRET_LENGTH = 6;

/** Longest part of a text that is looked at, in code units; what comes after it is dropped. */
const MAX_LOGGED_LENGTH = 65_536;
const MAX_FOREIGN_LENGTH = 20_000;

/** Longer than a SecurityToken. */
const MAX_SECRET_LENGTH = 4096;

/** Longest text that a failure carries, in characters. */
const MAX_SCRUBBED_LENGTH = 500;

/** Longer ones name no host, and some letters take long to parse. */
const MAX_AUTHORITY_LENGTH = 1000;

/** The vendor answers a refused signature with what it would have signed, the SecurityToken included. */
const STRING_TO_SIGN = /(string to sign is)[\s\S]*/i;

const URL_TEXT = /\b(https?:\/\/)([^\s"'<>/?#\\]*)[^\s"'<>]*/gi;
/** They would let an answer forge log lines. */
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;

/**
 * Replaces every registered secret and everything that looks like one. `secrets` is asked each time,
 * because credentials rotate while the daemon runs. Percent-encoded and JSON-escaped forms go as well.
 */
export function createRedactor(secrets: () => readonly string[]): Redactor {
  return (text) => {
    const known = secrets().filter(({ length }) => length >= MIN_SECRET_LENGTH);
    return cleanBeginning(text, MAX_LOGGED_LENGTH, (some) => withoutSpans(withoutKnown(some, known)));
  };
}

/** Where a text is cut a secret may be cut in half, which no search finds: so what comes before the cut goes as well. */
function cleanBeginning(text: string, limit: number, clean: Redactor): string {
  if (text.length <= limit) return clean(text);
  const begin = clean(text.slice(0, limit));
  return `${begin.slice(0, Math.max(0, begin.length - MAX_SECRET_LENGTH))}…`;
}

/**
 * A foreign text as part of a failure: without secrets, URLs beyond their origin, and control characters; at most
 * 500 characters. `secrets` are those of the very call, of any length.
 */
export function scrub(text: string, secrets: readonly string[] = []): string {
  // URLs first: what the spans leave of one may be none any more.
  const clean = cleanBeginning(text, MAX_FOREIGN_LENGTH, (some) =>
    withoutSpans(withoutKnown(some, secrets).replace(URL_TEXT, originOf)).replace(CONTROL, ' ').trim(),
  );
  const characters = Array.from(clean);
  const isShort = characters.length <= MAX_SCRUBBED_LENGTH;
  return isShort ? clean : `${characters.slice(0, MAX_SCRUBBED_LENGTH - 1).join('')}…`;
}

function withoutKnown(text: string, secrets: readonly string[]): string {
  const clean = spellingsOf(secrets).reduce((rest, spelling) => rest.replaceAll(spelling, REDACTED), text);
  return clean.replace(STRING_TO_SIGN, `$1 ${REDACTED}`);
}

/** Names stay, so that a reader still sees what was there. */
function withoutSpans(text: string): string {
  let clean = '';
  let done = 0;
  for (const [start, end] of [...secretSpans(text)].sort(([a], [b]) => a - b)) {
    if (start >= end) continue;
    if (start >= done) clean += text.slice(done, start) + REDACTED;
    done = Math.max(done, end);
  }
  return clean + text.slice(done);
}

/** Longest first: a secret that contains another one must go as a whole. */
function spellingsOf(secrets: readonly string[]): readonly string[] {
  const spellings = new Set<string>();
  for (const secret of secrets) {
    const encoded = encodeURIComponent(secret);
    const escaped = JSON.stringify(secret).slice(1, -1);
    for (const spelling of [secret, encoded, encodeURIComponent(encoded), escaped]) spellings.add(spelling);
  }
  spellings.delete('');
  return [...spellings].sort((a, b) => b.length - a.length);
}

function originOf(_url: string, scheme: string, authority: string): string {
  const url = scheme + authority;
  return authority.length <= MAX_AUTHORITY_LENGTH && URL.canParse(url) ? new URL(url).origin : REDACTED;
}

/** The same value with every string in it redacted, however deep; keys stay as they are. */
export function redactDeep<T>(redact: Redactor, value: T): T;
export function redactDeep(redact: Redactor, value: unknown): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map((item: unknown) => redactDeep(redact, item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, redactDeep<unknown>(redact, item)]),
  );
}
