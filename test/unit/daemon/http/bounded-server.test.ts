// Connections that are held open, over real sockets on loopback.
import { once } from 'node:events';
import { get, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { boundedServer, SERVER_BOUNDS, type ServerBounds } from '../../../../daemon/http/bounded-server.ts';
import { listenOn, type HttpServer } from '../../../../daemon/http/listener.ts';

let server: HttpServer | null = null;
let sockets: Socket[] = [];
/** Requests that were heard of, not answered yet. */
let heard: ServerResponse[] = [];

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await server?.close();
  [server, sockets, heard] = [null, [], []];
});

/** Answers at once, but what is asked of /slow. */
async function start(bounds: Partial<ServerBounds> = {}): Promise<void> {
  const bounded = boundedServer({ ...SERVER_BOUNDS, ...bounds }, (request, response) => {
    if (request.url === '/slow') heard.push(response);
    else response.end('answered');
    bounded.emit('heard');
  });
  const listening = await listenOn({ host: '127.0.0.1', port: 0 }, bounded);
  if (!listening.ok) throw new Error(listening.error);
  server = listening.value;
  hears = () => once(bounded, 'heard');
}
let hears: () => Promise<unknown> = () => Promise.resolve();

const urlOf = (path: string): URL => new URL(path, server?.url);

async function open(text: string): Promise<Socket> {
  const { port, hostname } = urlOf('/');
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  sockets.push(socket);
  await once(socket, 'connect');
  socket.write(text);
  return socket;
}

/** The body, or the code of the failure. */
function ask(path: string): Promise<string> {
  return new Promise((resolve) => {
    const call = get(urlOf(path), { agent: false }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => resolve(text));
    });
    call.on('error', (error) => resolve('code' in error ? String(error.code) : error.message));
  });
}

const HALF = 'GET / HTTP/1.1\r\nHost: local';

it('who asks is answered while others hold every connection open and ask nothing', async () => {
  await start();
  for (let held = 0; held < SERVER_BOUNDS.connections; held += 1) await open(held % 2 === 0 ? HALF : '');
  expect(await Promise.all([ask('/'), ask('/'), ask('/')])).toEqual(['answered', 'answered', 'answered']);
});

it('of one connection too many the one goes that has asked nothing for the longest', async () => {
  await start({ connections: 3 });
  const kept = await open(`${HALF}\r\n\r\n`);
  await once(kept, 'data');
  const [first, second] = [await open(HALF), await open(HALF)];
  kept.write(`${HALF}\r\n\r\n`);
  await once(kept, 'data');
  const gone = once(first, 'close');
  expect(await ask('/')).toBe('answered');
  await gone;
  expect([kept.closed, second.closed]).toEqual([false, false]);
});

it('a request that is being answered is never cut off for a new connection', async () => {
  await start({ connections: 2 });
  const slow = [];
  for (const path of ['/slow', '/slow']) {
    const next = hears();
    slow.push(ask(path));
    await next;
  }
  expect(await ask('/')).toMatch(/^(ECONNRESET|EPIPE)$/);
  for (const response of heard) response.end('late');
  expect(await Promise.all(slow)).toEqual(['late', 'late']);
  expect(await ask('/')).toBe('answered');
});

it('headers that do not come to an end are cut off', async () => {
  await start({ headersMs: 100, requestMs: 150, checkMs: 20 });
  const socket = await open(HALF);
  socket.resume();
  await once(socket, 'close');
  expect(socket.closed).toBe(true);
});
