// Everything that the patterns before the linear ones found is still found. They stand here as the oracle, as they
// were when there were two redactors.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRedactor, scrub } from '../../daemon/telemetry/redact.ts';
import { runs } from '../support/runs.ts';

const REDACTED = '[redacted]';

const oldRedact = (text: string): string =>
  text
    .replace(/(authorization["']?\s*[=:]\s*["']?)[^\r\n"'}]+/gi, `$1${REDACTED}`)
    .replace(
      /((?:signature|security[_-]?token|access[_-]?key[_-]?secret|secret[_-]?access[_-]?key|oidc[_-]?token|password)["']?\s*(?:[=:]|%(?:25)*3D)\s*)("[^"]*"|'[^']*'|[^\s&"',;}]+)/gi,
      `$1${REDACTED}`,
    )
    .replace(/([a-z][a-z0-9+.-]*:\/\/)[^\s/@"']+@/gi, `$1${REDACTED}@`);

// Not by `URL.canParse`, which Node 20 answers wrongly now and then once it is compiled, for letters such as é.
function originOf(url: string): string {
  try {
    return new URL(url).origin;
  } catch {
    return REDACTED;
  }
}

const oldScrub = (text: string): string =>
  text
    .replace(/(string to sign is)[\s\S]*/i, `$1 ${REDACTED}`)
    .replace(/\bhttps?:\/\/[^\s"'<>]+/gi, originOf)
    .replace(
      /\b((?:access_?key_?secret|secret_?access_?key|security_?token|oidc_?token|signature)["']?\s*(?:=|:|%(?:25)*3D)\s*)("[^"]*"|'[^']*'|[^\s"'&,;}]+)/gi,
      `$1${REDACTED}`,
    )
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ');

const PARTS = [
  ...['Signature', 'securityToken', 'security-token', 'access_key_secret', 'SecretAccessKey', 'oidc_token'],
  ...[
    'password',
    'Authorization',
    'SignatureNonce',
    'string to sign is',
    'https://',
    'HTTP://',
    'git+ssh://',
  ],
  ...[
    '://',
    '/',
    '@',
    ':',
    '=',
    '%3D',
    '%253D',
    '%2',
    '"',
    "'",
    '&',
    ',',
    ';',
    '}',
    '<',
    '>',
    '\\',
    '?',
    '#',
  ],
  ...[' ', '\n', '\r', '\t', '\u2028', '-', '_', '.', '+', '1', 'a', 'x.example', 'é', '中'],
];

/** A text of parts that matter to the patterns, and words that are each there once. */
const texts = fc
  .array(fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...PARTS) }, fc.constant(null)), { maxLength: 25 })
  .map((parts) => parts.map((part, index) => part ?? `w${index}w`).join(''));

const wordsOf = (text: string): readonly string[] => text.match(/w\d+w/g) ?? [];

/** The words of a text that a redactor hides. */
const hidden = (text: string, clean: string): readonly string[] =>
  wordsOf(text).filter((word) => !clean.includes(word));

const RUNS = runs(1500);

describe('redaction', () => {
  const redact = createRedactor(() => []);

  it('leaves alone what it left alone before, but for quotes that are left open and strings to sign', () => {
    const isLeftAlone = (text: string): boolean =>
      !/["']|string to sign is/.test(text) && oldRedact(text) === text;
    fc.assert(
      fc.property(texts.filter(isLeftAlone), (text) => {
        expect(redact(text)).toBe(text);
      }),
      RUNS,
    );
  });

  it('hides every word that it hid before', () => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(hidden(text, redact(text))).toEqual(
          expect.arrayContaining([...hidden(text, oldRedact(text))]),
        );
        expect(hidden(text, scrub(text))).toEqual(expect.arrayContaining([...hidden(text, oldScrub(text))]));
      }),
      RUNS,
    );
  });
});
