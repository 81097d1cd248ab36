// What Node's and httpx's errors say about how far a request got.

/**
 * Whether the error proves that nothing was sent: name lookup or connecting failed. With several addresses
 * Node reports one error that holds the errors of all.
 */
export function neverConnected(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.every(neverConnected);
  if (!(error instanceof Error) || !('syscall' in error)) return false;
  return error.syscall === 'connect' || error.syscall === 'getaddrinfo';
}

/** The name of a network failure (`ECONNRESET`, a TLS code, `timeout`); null if the error is something else. */
export function connectionErrorCode(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  if (error.name === 'RequestTimeoutError') return 'timeout';
  return 'code' in error && typeof error.code === 'string' ? error.code : null;
}
