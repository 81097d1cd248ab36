// The socket side: reads bounded requests, hands them over as values, and delivers outcomes, broken ones included.
import { setMaxListeners } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { EmulatorClock } from '../cloud.ts';
import {
  answerBothSchemes,
  type EitherScheme,
  type TlsKeyPair,
  type UndecidedLimits,
} from '../tls/either-scheme.ts';
import { bodyLimitBytes, type Outcome, type Reply, type WireRequest } from '../wire/wire.ts';

/** Parameters may all stand in the URL, so a full batch must fit it (a body may have as much). */
const MAX_HEADER_BYTES = 1024 * 1024;
const REQUEST_TIMEOUT_MS = 60_000;
/** How often that is looked at; without it Node.js does so twice a minute. */
const CHECK_MS = 1000;
/** Long, so that the emulator never closes an idle connection under a client by itself: that is a fault's job. */
const KEEP_ALIVE_MS = 600_000;
const UNDECIDED: UndecidedLimits = { handshakeMs: REQUEST_TIMEOUT_MS, connections: 1000 };

const HTTP_ALONE: EitherScheme = {
  reset: (socket) => {
    socket.resetAndDestroy();
  },
  closeUndecided: () => undefined,
};

export interface ServerOptions {
  readonly host: string;
  readonly port: number;
  readonly clock: EmulatorClock;
  readonly handle: (request: WireRequest) => Outcome;
  /** A defect of the emulator itself; its client gets an InternalError. */
  readonly onBug: (error: unknown) => void;
  /** With it, HTTPS is answered on the same port. */
  readonly tls?: TlsKeyPair;
}

export interface HttpServer {
  /** Plain HTTP, which is always answered. */
  readonly url: string;
  close(): Promise<void>;
}

export async function startServer(options: ServerOptions): Promise<HttpServer> {
  const closing = new AbortController();
  // Each answer that is delayed listens to it: as many as there are calls under way, and no leak.
  setMaxListeners(0, closing.signal);
  const { clock, handle, onBug, tls } = options;
  const server = createServer({
    maxHeaderSize: MAX_HEADER_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    headersTimeout: REQUEST_TIMEOUT_MS,
    connectionsCheckingInterval: CHECK_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
  });
  const schemes = tls === undefined ? HTTP_ALONE : answerBothSchemes(server, tls, UNDECIDED);
  const delivery: Delivery = { clock, closing: closing.signal, onBug, reset: schemes.reset };
  server.on('request', (request, response) => {
    receive(request, (body) => {
      deliver(
        outcomeOf(() => handle(wireRequest(request, body)), onBug),
        response,
        delivery,
      );
    });
  });
  server.on('clientError', refuseBadHttp);
  await listen(server, options);
  let closed: Promise<void> | undefined;
  return {
    url: urlOf(server.address() as AddressInfo),
    close: () => (closed ??= stop(server, schemes, closing)),
  };
}

function listen(server: Server, { host, port }: ServerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function stop(server: Server, schemes: EitherScheme, closing: AbortController): Promise<void> {
  closing.abort();
  return new Promise((resolve) => {
    server.close(() => resolve());
    schemes.closeUndecided();
    server.closeAllConnections();
  });
}

function urlOf({ address, family, port }: AddressInfo): string {
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

/** Calls back once with the whole body; a client that goes away first is forgotten. */
function receive(request: IncomingMessage, done: (body: Buffer | 'tooLarge') => void): void {
  const limitBytes = bodyLimitBytes(request.url ?? '/');
  const chunks: Buffer[] = [];
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > limitBytes) chunks.length = 0;
    else chunks.push(chunk);
  });
  request.on('end', () => done(bytes > limitBytes ? 'tooLarge' : Buffer.concat(chunks)));
  request.on('error', () => undefined);
}

function wireRequest(request: IncomingMessage, body: Buffer | 'tooLarge'): WireRequest {
  return {
    method: request.method ?? 'GET',
    target: request.url ?? '/',
    headers: request.headers,
    body,
    remoteAddress: request.socket.remoteAddress ?? '',
  };
}

function outcomeOf(run: () => Outcome, onBug: ServerOptions['onBug']): Outcome {
  try {
    return run();
  } catch (error) {
    onBug(error);
    return { kind: 'reply', reply: BUG_REPLY };
  }
}

interface Delivery extends Pick<ServerOptions, 'clock' | 'onBug'> {
  readonly closing: AbortSignal;
  readonly reset: EitherScheme['reset'];
}

function deliver(outcome: Outcome, response: ServerResponse, delivery: Delivery): void {
  switch (outcome.kind) {
    case 'reply':
      send(response, outcome.reply);
      return;
    case 'reset':
      if (response.socket !== null) delivery.reset(response.socket);
      return;
    case 'hang':
      return;
    case 'truncated':
      sendHalf(response, outcome.reply);
      return;
    case 'later':
      void delivery.clock.sleep(outcome.delayMs, delivery.closing).then(() => {
        if (!delivery.closing.aborted) deliver(outcomeOf(outcome.finish, delivery.onBug), response, delivery);
      });
  }
}

function send(response: ServerResponse, reply: Reply): void {
  const body = Buffer.from(reply.body);
  response.writeHead(reply.status, { ...reply.headers, 'content-length': body.length });
  response.end(body);
}

function sendHalf(response: ServerResponse, reply: Reply): void {
  const body = Buffer.from(reply.body);
  response.writeHead(reply.status, { ...reply.headers, 'content-length': body.length });
  response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.destroy());
}

const BUG_REPLY: Reply = {
  status: 500,
  headers: { 'content-type': 'application/json;charset=utf-8' },
  body: '{"Code":"InternalError","Message":"The emulator failed; its standard error has the reason."}',
};

const HTTP_REFUSALS: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

/** Bytes that are no HTTP request never reach the gateway. */
function refuseBadHttp(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const status = HTTP_REFUSALS[error.code ?? ''] ?? '400 Bad Request';
  const body = '{"Code":"BadRequest","Message":"This is not a well-formed HTTP request."}';
  socket.end(
    `HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-type: application/json;charset=utf-8\r\n` +
      `content-length: ${body.length}\r\n\r\n${body}`,
  );
}
