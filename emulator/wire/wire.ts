// What crosses the socket, as values: the whole gateway can be driven, and fuzzed, without one.

export interface WireRequest {
  readonly method: string;
  /** Path and query as sent. */
  readonly target: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** `tooLarge`: more bytes came than `bodyLimitBytes` allows; they were read and dropped. */
  readonly body: Buffer | 'tooLarge';
  readonly remoteAddress: string;
}

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What happens on the connection. Whatever the call did to the state is done by then, except for `later`. */
export type Outcome =
  | { readonly kind: 'reply'; readonly reply: Reply }
  /** The connection is reset without an answer. */
  | { readonly kind: 'reset' }
  /** The connection stays open without an answer. */
  | { readonly kind: 'hang' }
  /** The headers announce the whole answer; half of it comes, then the connection ends. */
  | { readonly kind: 'truncated'; readonly reply: Reply }
  /** The call runs after the delay, even if its client has gone by then. */
  | { readonly kind: 'later'; readonly delayMs: number; readonly finish: () => Outcome };

export const ADMIN_PREFIX = '/_emulator/';

const API_BODY_BYTES = 1024 * 1024;
const ADMIN_BODY_BYTES = 64 * 1024 * 1024;

/** Largest accepted body: a full batch fits an API call, a large cloud fits the admin API. */
export function bodyLimitBytes(target: string): number {
  return target.startsWith(ADMIN_PREFIX) ? ADMIN_BODY_BYTES : API_BODY_BYTES;
}

/**
 * A header's value; a repeated header is joined as HTTP joins it. `undefined` if absent. The name may be a client's
 * own text (SignedHeaders), so only own properties count: `constructor` is no header.
 */
export function headerOf({ headers }: WireRequest, name: string): string | undefined {
  const value = Object.hasOwn(headers, name) ? headers[name] : undefined;
  return Array.isArray(value) ? value.join(', ') : value;
}
