// Secrets never leave the process through what it says of itself. The core keeps them out of its events;
// this is the second net: it works on values, not on paths, so that it does not matter in which field, how
// deep in an array or in which sentence of an error's stack a secret turns up.

export type Redactor = (text: string) => string;

const REDACTED = '[redacted]';

/** A shorter value would also blot out innocent words; no access key secret or token is this short. */
const MIN_SECRET_LENGTH = 6;

/**
 * Ways in which a request or a config spells its secrets: query, form, JSON, YAML and headers, also with the
 * `=` percent-encoded. The name stays, so that a reader still sees what was there.
 */
const NAMED_SECRET =
  /((?:signature|security[_-]?token|access[_-]?key[_-]?secret|secret[_-]?access[_-]?key|oidc[_-]?token|password)["']?\s*(?:[=:]|%(?:25)*3D)\s*)("[^"]*"|'[^']*'|[^\s&"',;}]+)/gi;
const AUTHORIZATION = /(authorization["']?\s*[=:]\s*["']?)[^\r\n"'}]+/gi;
/** Such as a git remote with a token. */
const URL_CREDENTIALS = /([a-z][a-z0-9+.-]*:\/\/)[^\s/@"']+@/gi;

/**
 * Replaces every registered secret and everything that looks like one. `secrets` is asked each time,
 * because credentials rotate while the daemon runs. Percent-encoded and JSON-escaped forms go as well.
 */
export function createRedactor(secrets: () => readonly string[]): Redactor {
  return (text) => {
    let clean = text;
    for (const spelling of spellingsOf(secrets())) clean = clean.replaceAll(spelling, REDACTED);
    return clean
      .replace(AUTHORIZATION, `$1${REDACTED}`)
      .replace(NAMED_SECRET, `$1${REDACTED}`)
      .replace(URL_CREDENTIALS, `$1${REDACTED}@`);
  };
}

/** Longest first: a secret that contains another one must go as a whole. */
function spellingsOf(secrets: readonly string[]): readonly string[] {
  const spellings = new Set<string>();
  for (const secret of secrets) {
    if (secret.length < MIN_SECRET_LENGTH) continue;
    spellings.add(secret);
    spellings.add(encodeURIComponent(secret));
    spellings.add(encodeURIComponent(encodeURIComponent(secret)));
    spellings.add(JSON.stringify(secret).slice(1, -1));
  }
  return [...spellings].sort((a, b) => b.length - a.length);
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
