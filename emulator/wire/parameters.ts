// Parameters as they travel: decoding of queries and forms, and the one encoding that signatures are made over.
// Clients escape differently (the vendor's own SDK leaves *'() as they are), so a signature is always checked
// over what a value decodes to, encoded again in the strict way.
import { reject } from '../gateway/refusals.ts';

/** A full batch has about 1,700. */
const MAX_PARAMETERS = 5000;

/**
 * Adds the pairs of a query or form to `into`. Values are copies: many are kept, in rules, tokens and errors, and what
 * is cut out of a request keeps all of it alive. Throws an ApiError for bad escapes and for repeated names.
 */
export function readParameters(text: string, into: Map<string, string>): void {
  if (text === '') return;
  const pairs = text.split('&', MAX_PARAMETERS + 1);
  if (pairs.length + into.size > MAX_PARAMETERS)
    throw reject('InvalidParameter', `more than ${MAX_PARAMETERS} parameters.`);
  for (const pair of pairs) {
    if (pair === '') continue;
    const at = pair.indexOf('=');
    const name = decode(at < 0 ? pair : pair.slice(0, at));
    if (into.has(name)) throw reject('InvalidParameter', `${shortened(name)} stands more than once.`);
    into.set(name, at < 0 ? '' : copyOf(decode(pair.slice(at + 1))));
  }
}

function decode(text: string): string {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text;
  if (!spaced.includes('%')) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    throw reject('InvalidParameter', `${shortened(text)} has a bad percent escape.`);
  }
}

function shortened(text: string): string {
  return text.length > 64 ? `${text.slice(0, 64)}...` : text;
}

/** The same text in memory of its own. */
export function copyOf(text: string): string {
  return Buffer.from(text).toString();
}

/** RFC 3986: everything but letters, digits and `-_.~` is escaped. */
export function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** `name=value` pairs, sorted by name. */
export function canonicalQuery(parameters: ReadonlyMap<string, string>): string {
  const pairs: string[] = [];
  for (const name of [...parameters.keys()].sort()) {
    pairs.push(`${encode(name)}=${encode(parameters.get(name) ?? '')}`);
  }
  return pairs.join('&');
}
