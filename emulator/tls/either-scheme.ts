// HTTPS beside HTTP on the one port of a server: the first byte of a connection tells which of the two it speaks.
// Both end in the same HTTP server, so that its limits, timeouts and closing hold for both.
import type { Server as HttpServer } from 'node:http';
import type { Socket } from 'node:net';
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls';

/** A certificate (its chain after it) and its private key, in PEM. */
export interface TlsKeyPair {
  readonly cert: string;
  readonly key: string;
}

/** First byte of a TLS record that opens a handshake (RFC 8446, 5.1); no HTTP method begins with it. */
const TLS_HANDSHAKE = 0x16;
/** What bounds the connections that have not come as far as HTTP. */
export interface UndecidedLimits {
  /** How long one may take to say its scheme and to end its handshake. */
  readonly handshakeMs: number;
  /** How many there may be; a further one is closed. */
  readonly connections: number;
}

export interface EitherScheme {
  /** Ends a connection with a reset, which TLS cannot do by itself: it is the socket below that is reset. */
  readonly reset: (socket: Socket) => void;
  /** Closes what has not come as far as HTTP; the end of the server would wait for it. */
  readonly closeUndecided: () => void;
}

/**
 * Makes a server that has not begun to listen answer TLS (1.2 and later) as well. Throws if certificate and key are not
 * a pair in PEM.
 */
export function answerBothSchemes(
  server: HttpServer,
  pair: TlsKeyPair,
  limits: UndecidedLimits,
): EitherScheme {
  const secureContext = createSecureContext({ ...pair, minVersion: 'TLSv1.2' });
  const undecided = new Set<Socket>();
  const below = new WeakMap<Socket, Socket>();
  const serveHttp = server.listeners('connection');
  const accept = (socket: Socket) => {
    for (const serve of serveHttp) Reflect.apply(serve, server, [socket]);
  };
  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    if (undecided.size >= limits.connections) {
      socket.destroy();
      return;
    }
    undecided.add(socket);
    const overdue = setTimeout(() => socket.destroy(), limits.handshakeMs);
    const decided = () => {
      clearTimeout(overdue);
      undecided.delete(socket);
    };
    socket.once('close', decided);
    whenSchemeIsKnown(socket, (isTls) => {
      const ready = (http: Socket) => {
        decided();
        below.set(http, socket);
        accept(http);
      };
      if (isTls) shakeHands(socket, secureContext, ready);
      else ready(socket);
    });
  });
  return {
    reset: (socket) => {
      (below.get(socket) ?? socket).resetAndDestroy();
    },
    closeUndecided: () => {
      for (const socket of undecided) socket.destroy();
    },
  };
}

/** Calls back with the first byte's meaning, the byte itself being put back. */
function whenSchemeIsKnown(socket: Socket, callback: (isTls: boolean) => void): void {
  socket.on('error', destroyQuietly);
  socket.once('readable', () => {
    const chunk: unknown = socket.read();
    // Null: the client has gone without a byte.
    if (!Buffer.isBuffer(chunk)) {
      socket.destroy();
      return;
    }
    socket.off('error', destroyQuietly);
    socket.unshift(chunk);
    callback(chunk[0] === TLS_HANDSHAKE);
  });
}

function shakeHands(raw: Socket, secureContext: SecureContext, ready: (secure: Socket) => void): void {
  const secure = new TLSSocket(raw, { isServer: true, secureContext });
  raw.on('error', destroyQuietly);
  secure.on('error', destroyQuietly);
  // Before the end of the handshake nothing can be read but the end of the connection.
  const gone = () => secure.destroy();
  secure.once('readable', gone);
  secure.once('secure', () => {
    secure.off('readable', gone);
    ready(secure);
  });
}

/** A client that does not trust the certificate, or is gone: nothing that the emulator could say to it. */
function destroyQuietly(this: Socket): void {
  this.destroy();
}
