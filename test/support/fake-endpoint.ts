// A server on loopback that answers what a test tells it to, down to the socket: for everything that the
// emulator is too well-behaved to do.
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import https, { type ServerOptions } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';

export interface ReceivedCall {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly params: Readonly<Record<string, string>>;
  readonly socket: Socket;
}

export type Script = (call: ReceivedCall, response: ServerResponse) => void;

export interface FakeEndpoint {
  readonly url: string;
  /** Every request that was read to its end, in order. */
  readonly calls: readonly ReceivedCall[];
  /** Connections accepted so far. */
  connections(): number;
  answer(script: Script): void;
  close(): Promise<void>;
}

export const json =
  (body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Script =>
  (_call, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };

export const text =
  (body: string, status: number, headers: Readonly<Record<string, string>> = {}): Script =>
  (_call, response) => {
    response.writeHead(status, headers);
    response.end(body);
  };

/** Sends a TCP reset after the request was read. */
export const reset: Script = (call) => {
  call.socket.resetAndDestroy();
};

/** Reads the request and never answers. */
export const hang: Script = () => undefined;

export async function startFakeEndpoint(script: Script, tls?: ServerOptions): Promise<FakeEndpoint> {
  const calls: ReceivedCall[] = [];
  let connections = 0;
  let current = script;
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const call: ReceivedCall = {
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.headers,
      params: Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString())),
      socket: request.socket,
    };
    calls.push(call);
    current(call, response);
  };
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    handle(request, response).catch(() => request.socket.destroy());
  };
  const server = tls === undefined ? http.createServer(listener) : https.createServer(tls, listener);
  server.on('connection', () => (connections += 1));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    calls,
    connections: () => connections,
    answer: (next) => (current = next),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
