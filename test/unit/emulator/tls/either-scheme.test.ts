import { createServer, get as getHttp, type Server } from 'node:http';
import { Agent, get as getHttps } from 'node:https';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { makeCertificate, type OwnCertificate } from '../../../../emulator/tls/certificate.ts';
import { answerBothSchemes, type EitherScheme } from '../../../../emulator/tls/either-scheme.ts';

let pair: OwnCertificate;
beforeAll(async () => {
  pair = await makeCertificate(['localhost', '127.0.0.1'], new Date());
});

let server: Server;
let schemes: EitherScheme;
let accepted: Socket[] = [];
afterEach(async () => {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    schemes.closeUndecided();
    server.closeAllConnections();
  });
});

async function serve(handshakeMs: number, listener = answerScheme, connections = 1000): Promise<number> {
  server = createServer(listener);
  schemes = answerBothSchemes(server, pair, { handshakeMs, connections });
  accepted = [];
  server.on('connection', (socket: Socket) => accepted.push(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  return (server.address() as AddressInfo).port;
}

const answerScheme: Parameters<typeof createServer>[1] = (request, response) => {
  const scheme = 'encrypted' in request.socket ? 'https' : 'http';
  response.end(`${scheme} ${request.url ?? ''} ${request.socket.remoteAddress ?? ''}`);
};

/** The body of the answer, or the code of the error. */
const body = (port: number, scheme: 'http' | 'https', target = '/', agent?: Agent): Promise<string> =>
  new Promise((resolve) => {
    const [get, tls] = scheme === 'https' ? [getHttps, { ca: pair.ca }] : [getHttp, {}];
    get(
      { host: '127.0.0.1', port, path: target, ...tls, agent: agent ?? false, maxHeaderSize: 2 ** 21 },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (text += chunk));
        response.on('end', () => resolve(text));
      },
    ).on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });

/** Resolves once the connection is closed, by whatever side and however. */
const closed = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    socket.on('error', () => undefined);
    socket.on('close', () => resolve());
  });

it('http and https are answered on one port at once', async () => {
  const port = await serve(10_000);
  const calls = Array.from({ length: 20 }, (_, index) =>
    body(port, index % 2 === 0 ? 'http' : 'https', `/${index}`),
  );
  expect(await Promise.all(calls)).toEqual(
    calls.map((_, index) => `${index % 2 === 0 ? 'http' : 'https'} /${index} 127.0.0.1`),
  );
});

it('a connection of TLS is kept for further requests', async () => {
  const port = await serve(10_000);
  const agent = new Agent({ keepAlive: true, maxSockets: 1, ca: pair.ca });
  expect(await body(port, 'https', '/a', agent)).toContain('/a');
  expect(await body(port, 'https', '/b', agent)).toContain('/b');
  agent.destroy();
  expect(accepted.length).toBe(1);
});

it('a request that comes byte by byte is understood', async () => {
  const port = await serve(10_000);
  const socket = connect(port, '127.0.0.1').setNoDelay(true);
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  for (const letter of 'GET /slow HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n') {
    await new Promise<void>((resolve) => socket.write(letter, () => resolve()));
  }
  await closed(socket);
  expect(text).toContain('http /slow');
});

it('a client that does not trust the certificate is refused alone', async () => {
  const port = await serve(10_000);
  const refused = connectTls({ port, host: '127.0.0.1' });
  await closed(refused);
  expect(refused.authorized).toBe(false);
  expect(await body(port, 'https')).toContain('https /');
});

it('TLS 1.1 is refused', async () => {
  const port = await serve(10_000);
  const old = connectTls({
    port,
    host: '127.0.0.1',
    ca: pair.ca,
    minVersion: 'TLSv1',
    maxVersion: 'TLSv1.1',
  });
  await closed(old);
  expect(old.getProtocol()).not.toBe('TLSv1.1');
  expect(await body(port, 'https')).toContain('https /');
});

it('a connection that says nothing, or half a handshake, is closed in time; others are not', async () => {
  // Time enough for the good one to shake hands on a busy machine.
  const port = await serve(3000);
  server.keepAliveTimeout = 0;
  const silent = connect(port, '127.0.0.1');
  const half = connect(port, '127.0.0.1', () => half.write(Buffer.from([0x16, 3, 1, 2, 0])));
  const agent = new Agent({ keepAlive: true, maxSockets: 1, ca: pair.ca });
  expect(await body(port, 'https', '/a', agent)).toContain('/a');
  await Promise.all([closed(silent), closed(half)]);
  expect(await body(port, 'https', '/b', agent)).toContain('/b');
  agent.destroy();
  expect(accepted.length).toBe(3);
});

it('a connection beyond the limit of undecided ones is closed at once; one that is decided counts no more', async () => {
  const port = await serve(60_000, answerScheme, 2);
  const open = () =>
    new Promise<Socket>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(socket));
    });
  const agent = new Agent({ keepAlive: true, maxSockets: 1, ca: pair.ca });
  expect(await body(port, 'https', '/a', agent)).toContain('/a');
  const held = [await open(), await open()];
  await closed(await open());
  expect(await body(port, 'https', '/b', agent)).toContain('/b');
  agent.destroy();
  for (const socket of held) socket.destroy();
});

it('the reset of a connection reaches a client of TLS as a reset', async () => {
  const port = await serve(10_000, (request) => schemes.reset(request.socket));
  expect(await body(port, 'http')).toBe('ECONNRESET');
  expect(await body(port, 'https')).toBe('ECONNRESET');
});

it('a client that goes away before it has said anything, or in its handshake, leaves nothing open', async () => {
  const port = await serve(60_000);
  const gone = connect(port, '127.0.0.1', () => gone.end());
  const half = connect(port, '127.0.0.1', () => half.end(Buffer.from([0x16, 3, 1, 2, 0])));
  await Promise.all([closed(gone), closed(half)]);
  const open = await new Promise<number>((resolve) => server.getConnections((_, count) => resolve(count)));
  expect(open).toBe(0);
});

it('what is no pair of certificate and key is refused before the server listens', () => {
  expect(() =>
    answerBothSchemes(createServer(), { cert: pair.cert, key: 'no key' }, { handshakeMs: 1, connections: 1 }),
  ).toThrow();
});
