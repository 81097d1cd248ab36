// Sends one request and reads the beginning of its answer, within bounds. No message of the library is passed on: they
// quote the URL, and that holds the receiver's token.
import { err, ok, type Result } from '../../reconciler/model/result.ts';
import type { ReceiverAnswer, OutgoingRequest } from './kinds/kind.ts';

/** The error says why there is no answer, without anything of the request. Never rejects. */
export type Post = (request: OutgoingRequest, cut: AbortSignal) => Promise<Result<ReceiverAnswer, string>>;

/** The vendors’ answers are a line. */
const MAX_READ_BYTES = 16 * 1024;

export const POST_TIMEOUT_MS = 10_000;

/** @param timeoutMs from the beginning of the call to the end of the answer */
export const postWithin =
  (timeoutMs: number): Post =>
  async ({ url, headers, body }, cut) => {
    const end = new AbortController();
    const timer = setTimeout(() => end.abort('timeout'), timeoutMs);
    const onCut = (): void => end.abort('cut');
    if (cut.aborted) onCut();
    cut.addEventListener('abort', onCut);
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { ...headers, 'User-Agent': 'rampart' },
        body,
        redirect: 'manual',
        signal: end.signal,
      });
      const text = await beginningOf(response);
      return ok({ status: response.status, retryAfter: response.headers.get('retry-after'), text });
    } catch (error) {
      if (!end.signal.aborted) return err(`it cannot be reached${codeOf(error)}`);
      return err(cut.aborted ? 'no answer before the stop' : `no answer within ${timeoutMs / 1000} s`);
    } finally {
      clearTimeout(timer);
      cut.removeEventListener('abort', onCut);
    }
  };

async function beginningOf({ body }: Response): Promise<string> {
  if (body === null) return '';
  const stream: AsyncIterable<Uint8Array> = body;
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    chunks.push(chunk);
    bytes += chunk.length;
    // Leaving the loop ends the connection.
    if (bytes >= MAX_READ_BYTES) break;
  }
  return Buffer.concat(chunks).toString('utf8', 0, MAX_READ_BYTES);
}

/** Such as ECONNREFUSED or CERT_HAS_EXPIRED; the library keeps it in the cause. */
function codeOf(error: unknown): string {
  const { cause } = error instanceof Error ? error : { cause: undefined };
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  return /^[A-Z0-9_]{1,60}$/.test(code) ? ` (${code})` : '';
}
