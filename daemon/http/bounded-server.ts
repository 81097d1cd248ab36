// A server of which no sender may take more than its share: small headers, little time, and few connections, of which those
// that ask nothing make room for those that do.
import { createServer, type RequestListener, type Server } from 'node:http';
import type { Socket } from 'node:net';

/** What senders may take of the machine. */
export interface ServerBounds {
  /** Open at once. */
  readonly connections: number;
  /** For the headers of a request, and for the whole of it. */
  readonly headersMs: number;
  readonly requestMs: number;
  /** How often the two above are looked at. */
  readonly checkMs: number;
}

export const SERVER_BOUNDS: ServerBounds = {
  connections: 64,
  headersMs: 4000,
  requestMs: 10_000,
  checkMs: 500,
};

/** Of a request's headers together. */
const MAX_HEADER_BYTES = 8192;

/**
 * Of one connection too many the one goes that has had no request under way for the longest, be it idle or half-way in its
 * headers; the new one itself, where all are being answered. So whoever holds connections open keeps no one else out.
 */
export function boundedServer(bounds: ServerBounds, onRequest: RequestListener): Server {
  const server = createServer(
    {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: bounds.headersMs,
      requestTimeout: bounds.requestMs,
      keepAliveTimeout: bounds.headersMs,
      connectionsCheckingInterval: bounds.checkMs,
    },
    onRequest,
  );
  const open = new Set<Socket>();
  /** The one that has waited the longest comes first. */
  const waiting = new Set<Socket>();
  const forget = (socket: Socket): void => {
    open.delete(socket);
    waiting.delete(socket);
  };
  server.on('connection', (socket) => {
    if (open.size >= bounds.connections) {
      const [longest = socket] = waiting;
      forget(longest);
      longest.destroy();
      if (longest === socket) return;
    }
    open.add(socket);
    waiting.add(socket);
    socket.once('close', () => forget(socket));
  });
  server.on('request', ({ socket }, response) => {
    waiting.delete(socket);
    response.once('close', () => {
      if (open.has(socket)) waiting.add(socket);
    });
  });
  return server;
}
