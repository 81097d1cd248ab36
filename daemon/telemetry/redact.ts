// Secrets never leave the process through what it says of itself. The core keeps them out of its events;
// this is the second net: it works on values, not on paths, so that it does not matter in which field, how
// deep in an array or in which sentence of an error's stack a secret turns up.

export type Redactor = (text: string) => string;

export const REDACTED = '[redacted]';

/** A shorter value would also blot out innocent words; no access key secret or token is this short. */
const MIN_SECRET_LENGTH = 6;

/**
 * Ways in which a signed request spells its secrets: query, form, JSON and headers. The name stays, so that
 * a reader still sees what was there.
 */
const PATTERNS: readonly RegExp[] = [
  /((?:Signature|SecurityToken|AccessKeySecret|x-acs-security-token|x-acs-signature)["']?\s*[=:]\s*["']?)[^\s&"',;}]+/gi,
  /(Authorization["']?\s*[=:]\s*["']?)(?:[A-Za-z][\w-]*\s+)?[^\r\n"'}]+/gi,
  // Credentials in a URL, such as a git remote with a token.
  /([a-z][a-z0-9+.-]*:\/\/)[^\s/@"']+@/gi,
];

/**
 * Replaces every registered secret and everything that looks like one. `secrets` is asked each time,
 * because credentials rotate while the daemon runs. Percent-encoded and JSON-escaped forms count as well.
 */
export function createRedactor(secrets: () => readonly string[]): Redactor {
  return (text) => {
    let clean = text;
    for (const spelling of spellingsOf(secrets())) clean = clean.replaceAll(spelling, REDACTED);
    return PATTERNS.reduce((line, pattern) => line.replace(pattern, replaceTail), clean);
  };
}

function replaceTail(_match: string, head: string): string {
  return head.endsWith('://') ? `${head}${REDACTED}@` : `${head}${REDACTED}`;
}

/** Longest first: a secret that contains another one must go as a whole. */
function spellingsOf(secrets: readonly string[]): readonly string[] {
  const spellings = new Set<string>();
  for (const secret of secrets) {
    if (secret.length < MIN_SECRET_LENGTH) continue;
    spellings.add(secret);
    spellings.add(encodeURIComponent(secret));
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
