// Where a text looks as if it held a secret. Anybody may have written it, and it may be of any length, so every
// search here is linear in it. The patterns look at the text independently of each other, so that none hides from
// another what it would have found; spans may overlap.

/** From a code unit up to, and without, another one. */
export type TextSpan = readonly [start: number, end: number];

/** The names of secrets as requests and configs spell them: query, form, JSON, YAML and headers, also with `%3D`. */
const NAME =
  /(?:signature|security[_-]?token|access[_-]?key[_-]?secret|secret[_-]?access[_-]?key|oidc[_-]?token|password)["']?\s*(?:[=:]|%(?:25)*3D)\s*/gi;
const END_OF_VALUE = /[\s&"',;}]/g;

const AUTHORIZATION = /authorization["']?\s*[=:]\s*["']?/gi;
const END_OF_HEADER = /[\r\n"'}]/g;

/** Credentials in a URL, such as those of a git remote. The scheme is looked for backwards, from its end. */
const URL_CREDENTIALS = /(?<=[a-z][a-z0-9+.-]*:\/\/)[^\s/@"']+(?=@)/gi;

/** The values behind the names of secrets, and what else is a secret by its place. */
export function secretSpans(text: string): readonly TextSpan[] {
  return [
    ...valuesAfter(text, NAME, END_OF_VALUE),
    ...valuesAfter(text, AUTHORIZATION, END_OF_HEADER),
    ...Array.from(text.matchAll(URL_CREDENTIALS), ({ index, 0: found }): TextSpan => [
      index,
      index + found.length,
    ]),
  ];
}

/** A value may be in quotes; a quote that is not closed is that of a text cut short. */
function valuesAfter(text: string, name: RegExp, endOfValue: RegExp): TextSpan[] {
  const spans: TextSpan[] = [];
  let end = 0;
  for (const { index, 0: found } of text.matchAll(name)) {
    const start = index + found.length;
    const quote = text.charAt(start);
    if (quote === '"' || quote === "'") {
      const closing = text.indexOf(quote, start + 1);
      spans.push([start, closing < 0 ? text.length : closing + 1]);
    } else if (start >= end) {
      // A name within a value without quotes adds nothing, and would be looked through once more.
      endOfValue.lastIndex = start;
      end = endOfValue.exec(text)?.index ?? text.length;
      spans.push([start, end]);
    }
  }
  return spans;
}
