// Text of the vendor, of a library or of a proxy may hold what must not be seen: a refused signature is
// answered with the whole string to sign, SecurityToken included. Every such text passes here before it
// becomes part of a Failure.

/** Longest text that a failure carries, in characters. */
const MAX_LENGTH = 500;
const REDACTED = '[redacted]';

/** The vendor appends what it would have signed: the parameters of the call, percent-encoded twice. */
const STRING_TO_SIGN = /(string to sign is)[\s\S]*/i;
const URL_TEXT = /\bhttps?:\/\/[^\s"'<>]+/gi;
/** `name=value`, `name: value`, `"name":"value"`, also with percent-encoded `=`. */
const NAMED_SECRET =
  /\b((?:access_?key_?secret|secret_?access_?key|security_?token|oidc_?token|signature)["']?\s*(?:=|:|%(?:25)*3D)\s*)("[^"]*"|'[^']*'|[^\s"'&,;}]+)/gi;
/** They would let an answer forge log lines. */
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;

/** The text without secrets, URLs beyond their origin, and control characters; at most 500 characters. */
export function scrub(text: string, secrets: readonly string[] = []): string {
  let clean = text;
  for (const secret of secrets) {
    if (secret === '') continue;
    const encoded = encodeURIComponent(secret);
    for (const form of new Set([secret, encoded, encodeURIComponent(encoded)])) {
      clean = clean.replaceAll(form, REDACTED);
    }
  }
  clean = clean
    .replace(STRING_TO_SIGN, `$1 ${REDACTED}`)
    .replace(URL_TEXT, originOf)
    .replace(NAMED_SECRET, `$1${REDACTED}`)
    .replace(CONTROL, ' ')
    .trim();
  const characters = Array.from(clean);
  return characters.length <= MAX_LENGTH ? clean : `${characters.slice(0, MAX_LENGTH - 1).join('')}…`;
}

function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : REDACTED;
}
