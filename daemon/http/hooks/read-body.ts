// Reads the body of a request, and no more of it than is allowed.
import type { IncomingMessage } from 'node:http';

/** What is beyond `maxBytes` is not read; a sender that goes away or is too slow leaves an incomplete body. */
export function readBody(
  request: IncomingMessage,
  maxBytes: number,
): Promise<Buffer | 'too-large' | 'incomplete'> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return Promise.resolve('too-large');
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > maxBytes) {
        request.pause();
        resolve('too-large');
      } else {
        chunks.push(chunk);
      }
    });
    request.on('end', () => resolve(Buffer.concat(chunks)));
    request.on('close', () => resolve('incomplete'));
    request.on('error', () => resolve('incomplete'));
  });
}
